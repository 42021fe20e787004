import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { it } from 'node:test';
import { issueFrom, makeAuthority } from '../../../../packages/base/aws/certificates/issue-certificate.ts';
import { serveTls } from '../../../../packages/gateway/server/tls-front.ts';
import { MemoryLog } from '../../../support/virtual-ports.ts';

const DAY_MS = 86_400_000;
const times = { fromEpochMs: Date.now() - DAY_MS, toEpochMs: Date.now() + DAY_MS };

it('ends a connection whose client leaves before it has sent anything, and serves the next one', async (t) => {
  const server = createHttpServer((_, response) => response.end('served'));
  const end = serveTls(server, {
    nameOf: () => ({ names: ['localhost'], policy: 'TLS_1_2', acceptsHttp2: false }),
    certify: () =>
      issueFrom(makeAuthority({ commonName: 'Here', ...times }), 'server', {
        commonName: 'localhost',
        ...times,
      }),
    http2: { take: () => undefined, destroy: () => undefined } as never,
    log: new MemoryLog(),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    end();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  socket.end();
  await once(socket.resume(), 'finish');

  const reply = await new Promise<string>((resolve, reject) => {
    requestHttps({ port, host: '127.0.0.1', rejectUnauthorized: false }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    })
      .on('error', reject)
      .end();
  });
  assert.equal(reply, 'served');
});
