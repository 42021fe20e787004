import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from '../../../../../packages/gateway/core/websocket/pipeline.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { aRecordedApi } from '../../../../support/recorded-apis.ts';
import { bearer, ok, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';
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

  it('counts an authorizer’s “Unauthorized” as its answer, and every other error as a failure', async () => {
    for (const [message, failed] of [
      ['Unauthorized', false],
      ['the table is down', true],
    ] as const) {
      const auth = () => {
        throw new Error(message);
      };
      const api = aRecordedApi(withAuthorizer(TOKEN), { list: ok, auth });

      await api.send({ target: '/dev/pets', headers: bearer });

      assert.deepEqual(
        api.records.functionCalls().map((call) => call.failed),
        [failed],
      );
    }
  });

  it('says which calls belong to $connect', async () => {
    const api = anApi({ $connect: { functionName: 'connect' } });
    const ports = somePorts(api, { connect: () => ({ statusCode: 200 }) });
    const records = new RequestRecords(10, ports.clock, 'key');
    const at = { ...ports, records };
    const wire = { method: 'GET', target: '/dev', body: undefined, remoteAddress: '127.0.0.1' };

    await connect(receive({ ...wire, httpVersion: '1.1', rawHeaders: UPGRADE }, api, at), at);

    const mapped = records.detail('last')?.phases.find(({ name }) => name === 'map-request');
    assert.equal(mapped?.decided, 'the request is sent to connect');
    assert.match(mapped.shows.find(({ title }) => title === 'Event')?.text ?? '', /"eventType": "CONNECT"/);
  });
});
