import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from '../../../../../packages/gateway/core/websocket/pipeline.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { anApi, somePorts } from '../../core/websocket/fixture.ts';

const UPGRADE = [
  'Host',
  '127.0.0.1:3000',
  'Connection',
  'Upgrade',
  'Upgrade',
  'websocket',
  'Sec-WebSocket-Version',
  '13',
  'Sec-WebSocket-Key',
  'dGhlIHNhbXBsZSBub25jZQ==',
];

describe('callsOf', () => {
  it('counts the function of $connect, which figures and cost would miss', async () => {
    const api = anApi({ $connect: { functionName: 'connect' } });
    const ports = somePorts(api, { connect: () => ({ statusCode: 200 }) });
    const records = new RequestRecords(10, ports.clock, 'key');
    const at = { ...ports, records };
    const wire = { method: 'GET', target: '/dev', body: undefined, remoteAddress: '127.0.0.1' };

    await connect(receive({ ...wire, httpVersion: '1.1', rawHeaders: UPGRADE }, api, at), at);

    assert.deepEqual(
      records.functionCalls().map(({ functionName, failed }) => ({ functionName, failed })),
      [{ functionName: 'connect', failed: false }],
    );
  });

  it('says what went to $connect', async () => {
    const api = anApi({ $connect: { functionName: 'connect' } });
    const ports = somePorts(api, { connect: () => ({ statusCode: 200 }) });
    const records = new RequestRecords(10, ports.clock, 'key');
    const at = { ...ports, records };
    const wire = { method: 'GET', target: '/dev', body: undefined, remoteAddress: '127.0.0.1' };

    await connect(receive({ ...wire, httpVersion: '1.1', rawHeaders: UPGRADE }, api, at), at);

    const mapped = records.detail('last')?.phases.find(({ name }) => name === 'map-request');
    assert.equal(mapped?.decided, 'for connect');
    assert.match(mapped.shows.find(({ title }) => title === 'Event')?.text ?? '', /"eventType": "CONNECT"/);
  });
});
