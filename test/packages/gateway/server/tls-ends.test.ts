import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, it, mock } from 'node:test';
import { issueFrom, makeAuthority } from '../../../../packages/base/aws/certificates/issue-certificate.ts';
import { createApiServer, REQUEST_TIMEOUT_MS } from '../../../../packages/gateway/server/http.ts';
import { openHttp2 } from '../../../../packages/gateway/server/http2.ts';
import { serveTls } from '../../../../packages/gateway/server/tls-front.ts';
import { anApi } from '../../../support/an-api.ts';
import { restApi } from '../../../support/rest-apis.ts';
import { servedAlone } from '../../../support/served-alone.ts';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

const DAY_MS = 86_400_000;
const times = { fromEpochMs: Date.now() - DAY_MS, toEpochMs: Date.now() + DAY_MS };
const authority = makeAuthority({ commonName: 'Here', ...times });
/** The HTTP/2 preface with empty settings. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
const GET_PETS = '\0\0\x18\x01\x05\0\0\0\x01\x82\x87\x04\x09/dev/pets\x01\x09localhost';
const POST_PETS = '\0\0\x18\x01\x04\0\0\0\x01\x83\x87\x04\x09/dev/pets\x01\x09localhost';
const PART_BYTES = 5;
const RESET = '\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08';
const PART_OF_BODY = '\0\0\x05\0\0\0\0\0\x01parts';
/** A size larger than the window of HTTP/2, which has 65,535 bytes. */
const LARGER_THAN_WINDOW = 200_000;
const UNTIL_READ_MS = 50;
/** Longer than anything else here takes. */
const IDLE_MS = 1_500;
/** Without this limit, a connection that stays open would block the test for more than a minute. */
const SOON = { timeout: 5_000 };

describe('connections with TLS end with their client', () => {
  const called = Promise.withResolvers<undefined>();
  const held = Promise.withResolvers<undefined>();
  const longer = Promise.withResolvers<undefined>();
  const answerLonger = Promise.withResolvers<undefined>();
  let body = '';
  const { api, ports } = anApi(restApi({ HttpMethod: 'ANY' }), {
    list: async (event) => {
      called.resolve(undefined);
      await held.promise;
      if (JSON.stringify(event).includes('x-wait')) {
        longer.resolve(undefined);
        await answerLonger.promise;
      }
      return { statusCode: 200, body };
    },
  });
  let reset: (() => void) | undefined;
  const options = {
    ...servedAlone(api.served, ports, () => true),
    resolveApi: () => {
      reset?.();
      reset = undefined;
      return api.served;
    },
  };
  const server = createApiServer(options);
  const http2 = openHttp2(options, IDLE_MS);
  let endAll: () => void;
  let port = 0;
  before(async () => {
    endAll = serveTls(server, {
      nameOf: () => ({ names: ['localhost'], policy: 'TLS_1_2', acceptsHttp2: true }),
      certify: (names) => issueFrom(authority, 'server', { commonName: 'localhost', names, ...times }),
      http2,
      log: ports.log,
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    server.close();
    endAll();
  });
  const asked = { servername: 'localhost', ca: authority.certificate };
  const nextConnection = async (): Promise<Socket> => ((await once(server, 'connection')) as [Socket])[0];

  it('over HTTP/2, if it announces that it sends nothing more', SOON, async () => {
    const connection = nextConnection();
    const client = connectTls({ ...asked, host: '127.0.0.1', port, ALPNProtocols: ['h2'] });
    await once(client, 'secureConnect');
    const closed = once(await connection, 'close');

    client.end(PREFACE);

    await closed;
  });

  it('over HTTP/2, once it has the answers that it waits for', SOON, async () => {
    const connection = nextConnection();
    let wire: TLSSocket | undefined;
    const session = connectHttp2(`https://localhost:${port}`, {
      createConnection() {
        // The types of tls.connect leave out allowHalfOpen, which its socket takes.
        const options = { ...asked, host: '127.0.0.1', port, ALPNProtocols: ['h2'], allowHalfOpen: true };
        return (wire = connectTls(options));
      },
    });
    const closed = once(await connection, 'close');
    const stream = session.request({ ':path': '/dev/pets' });
    const answered = once(stream, 'response') as Promise<[{ ':status': number }]>;
    await called.promise;
    wire?.end();
    await wait(UNTIL_READ_MS);
    held.resolve(undefined);

    assert.equal((await answered)[0][':status'], 200);
    stream.resume();
    await closed;
  });

  it(
    'over HTTP/2, if the rest of an answer waits for room that the client can no longer give',
    SOON,
    async () => {
      body = 'x'.repeat(LARGER_THAN_WINDOW);
      const connection = nextConnection();
      const client = connectTls({ ...asked, host: '127.0.0.1', port, ALPNProtocols: ['h2'] });
      await once(client, 'secureConnect');
      const closed = once(await connection, 'close');

      client.resume().end(PREFACE + GET_PETS, 'latin1');

      await closed;
      body = '';
    },
  );

  it('over HTTP/2, and at once release a body that the end truncates', SOON, async () => {
    const connection = nextConnection();
    const client = connectTls({ ...asked, host: '127.0.0.1', port, ALPNProtocols: ['h2'] });
    await once(client, 'secureConnect');
    const closed = once(await connection, 'close');

    client.resume().write(PREFACE + POST_PETS + PART_OF_BODY, 'latin1');
    while (options.bodies.bytes < PART_BYTES) await wait(1);
    client.end();

    await closed;
    assert.equal(options.bodies.bytes, 0);
  });

  it('over HTTP/2, and at once release bodies whose client says goodbye in the middle', SOON, async () => {
    const session = connectHttp2(`https://localhost:${port}`, { ca: authority.certificate });
    session.on('error', () => undefined);
    const stream = session.request({ ':method': 'POST', ':path': '/dev/pets', 'content-length': 200_000 });
    stream.on('error', () => undefined).write(Buffer.alloc(100_000));
    while (options.bodies.bytes < 200_000) await wait(1);

    session.destroy();

    while (options.bodies.bytes > 0) await wait(1);
    assert.deepEqual(
      ports.log.lines.filter((line) => line.startsWith('POST')),
      [],
    );
  });

  it('of HTTP/2, and no function gets the part of a body that came before it was reset', SOON, async () => {
    // Node's own client would end the body before it resets the stream.
    const client = connectTls({ ...asked, host: '127.0.0.1', port, ALPNProtocols: ['h2'] });
    await once(client, 'secureConnect');
    client.resume().write(PREFACE + POST_PETS + PART_OF_BODY, 'latin1');
    while (options.bodies.bytes < PART_BYTES) await wait(1);

    client.write(RESET, 'latin1');

    while (options.bodies.bytes > 0) await wait(1);
    client.destroy();
    const posts = ports.log.lines.filter((line) => line.startsWith('POST'));
    assert.deepEqual(posts, []);
  });

  it('of HTTP/2, not while the answer to a whole body takes longer than a body may', SOON, async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const session = connectHttp2(`https://localhost:${port}`, { ca: authority.certificate });
    const stream = session.request({ ':method': 'POST', ':path': '/dev/pets', 'x-wait': 'longer' });
    stream.end('whole');
    await longer.promise;
    mock.timers.tick(REQUEST_TIMEOUT_MS);
    mock.timers.reset();
    answerLonger.resolve(undefined);

    const [head] = (await once(stream, 'response')) as [{ ':status': number }];
    session.destroy();
    assert.equal(head[':status'], 200);
  });

  it('of HTTP/2, once it has been idle for long', SOON, async () => {
    const session = connectHttp2(`https://localhost:${port}`, { ca: authority.certificate });

    await once(session, 'close');
  });

  for (const { version, request } of [
    { version: 'HTTP/1.1', request: 'GET /dev/pets HTTP/1.1\r\nHost: localhost\r\n\r\n' },
    { version: 'HTTP/2', request: PREFACE + GET_PETS },
  ])
    it(`of ${version}, if it is reset while TLS has session tickets to write`, SOON, async () => {
      const connection = nextConnection();
      const wire = connect(port, '127.0.0.1');
      const alpn = version === 'HTTP/2' ? ['h2'] : ['http/1.1'];
      const client = connectTls({ ...asked, socket: wire, ALPNProtocols: alpn });
      client.on('error', () => undefined);
      // Leaves together with the last message of the handshake: it is read before the tickets are written.
      client.write(request, 'latin1');
      const closed = once(await connection, 'close');
      reset = () => wire.resetAndDestroy();

      await closed;
      assert.equal(reset, undefined);
    });
});
