import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { createXRayDaemon } from '../../../../../packages/gateway/services/logs/xray.ts';
import { parseDaemonAddress } from '../../../../../packages/gateway/kernel/calls/daemon-address.ts';
import type { DaemonAddress } from '../../../../../packages/gateway/kernel/calls/daemon-address.ts';

describe('parseDaemonAddress', () => {
  const rows: readonly { text: string; address: DaemonAddress | undefined }[] = [
    { text: '127.0.0.1:2000', address: { host: '127.0.0.1', port: 2000 } },
    { text: 'tcp:127.0.0.1:2000 udp:127.0.0.2:2001', address: { host: '127.0.0.2', port: 2001 } },
    { text: 'udp:127.0.0.2:2001 tcp:127.0.0.1:2000', address: { host: '127.0.0.2', port: 2001 } },
    { text: '[::1]:2000', address: { host: '::1', port: 2000 } },
    { text: 'localhost', address: undefined },
    { text: 'localhost:99999', address: undefined },
    { text: 'tcp:127.0.0.1:2000', address: undefined },
    { text: '', address: undefined },
  ];
  for (const { text, address } of rows)
    it(`reads "${text}" as the X-Ray SDK does`, () => {
      assert.deepEqual(parseDaemonAddress(text), address);
    });
});

describe('createXRayDaemon', () => {
  it('sends what a daemon takes: a header line and the segment in one packet', async () => {
    const daemon = createSocket('udp4');
    daemon.bind(0, '127.0.0.1');
    await once(daemon, 'listening');
    const traces = createXRayDaemon({ host: '127.0.0.1', port: daemon.address().port }, (message) => {
      assert.fail(message);
    });

    traces.send('{"name":"pets/dev"}');
    const [packet] = (await once(daemon, 'message')) as [Buffer];

    traces.close();
    daemon.close();
    assert.equal(packet.toString(), '{"format":"json","version":1}\n{"name":"pets/dev"}');
  });

  it('reports an unreachable daemon once, and loses the segment', async () => {
    const reported = Promise.withResolvers<string>();
    const traces = createXRayDaemon({ host: '256.256.256.256', port: 2000 }, reported.resolve);
    traces.send('{}');
    traces.send('{}');
    assert.match(await reported.promise, /^trace segments do not reach 256\.256\.256\.256:2000/);
    traces.close();
  });
});
