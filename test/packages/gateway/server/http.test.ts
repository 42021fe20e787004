import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createApiServer } from '../../../../packages/gateway/server/http.ts';
import { isAllowedHost } from '../../../../packages/base/aws/guards.ts';
import { anApi } from '../../../support/an-api.ts';
import { restApi } from '../../../support/rest-apis.ts';
import { servedAlone } from '../../../support/served-alone.ts';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const { api, ports } = anApi(restApi({ HttpMethod: 'ANY' }), {
  list: (event) => {
    const { body, headers, httpMethod } = event as {
      body: string | null;
      headers: Record<string, string>;
      httpMethod: string;
    };
    return {
      statusCode: Number(headers['x-status'] ?? 200),
      headers: { 'x-length': String(body?.length ?? 0), 'x-method': httpMethod },
      body: 'answer',
    };
  },
});

let server: Server;
let port = 0;

before(async () => {
  server = createApiServer(
    servedAlone(
      api.served,
      ports,
      (host) => host !== undefined && isAllowedHost(host, { port, allowHosts: [] }),
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

it('keeps a connection that is idle for longer than a busy machine stalls', () => {
  const { keepAliveTimeout, keepAliveTimeoutBuffer } = server;
  assert.ok(keepAliveTimeout >= 60_000, `${keepAliveTimeout} ms`);
  // A client that got the time sends nothing after it; what it has sent just before may be read late.
  assert.ok(keepAliveTimeoutBuffer >= 30_000, `${keepAliveTimeoutBuffer} ms`);
});

/** Writes bytes on one connection and reads until the peer ends it, or until `until` has come. */
function exchange(text: string | Buffer, until?: RegExp): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, '127.0.0.1');
  let received = '';
  const end = (): void => {
    socket.destroy();
    resolve(received);
  };
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    if (until?.test(received) === true) end();
  });
  socket.on('close', end);
  socket.on('error', end);
  socket.write(text);
  return promise;
}

const host = (): string => `Host: 127.0.0.1:${port}\r\n`;
const CLOSE = 'Connection: close\r\n';

describe('createApiServer', () => {
  it('keeps the connection for the next request, with and without body', async () => {
    const get = `GET /dev/pets HTTP/1.1\r\n${host()}\r\n`;
    const post = `POST /dev/pets HTTP/1.1\r\n${host()}Content-Length: 3\r\n\r\nabc`;

    const received = await exchange(get + post + get.replace('\r\n\r\n', `\r\n${CLOSE}\r\n`));

    assert.deepEqual(
      [...received.matchAll(/x-length: (\d+)/g)].map(([, length]) => length),
      ['0', '3', '0'],
    );
  });

  it('reads a chunked body', async () => {
    const received = await exchange(
      `PUT /dev/pets HTTP/1.1\r\n${host()}${CLOSE}Transfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n5\r\npedia\r\n0\r\n\r\n`,
    );

    assert.match(received, /x-length: 9/);
  });

  it('sends no body to HEAD, and the length it would have', async () => {
    const received = await exchange(`HEAD /dev/pets HTTP/1.1\r\n${host()}${CLOSE}\r\n`);

    assert.match(received, /^HTTP\/1\.1 200 /);
    assert.match(received, /Content-Length: 6/);
    assert.ok(received.endsWith('\r\n\r\n'));
  });

  it('sends no body and no length with 204', async () => {
    const received = await exchange(`GET /dev/pets HTTP/1.1\r\n${host()}${CLOSE}x-status: 204\r\n\r\n`);

    assert.match(received, /^HTTP\/1\.1 204 /);
    assert.doesNotMatch(received, /content-length/i);
  });

  /** Texts that are not requests or are too long, with the status and the reason of the refusal. */
  const refusals: { name: string; text: () => string | Buffer; status: number; body: string }[] = [
    {
      name: 'a Host that was rebound to this machine',
      text: () => `GET /dev/pets HTTP/1.1\r\nHost: evil.example\r\n${CLOSE}\r\n`,
      status: 403,
      body: `{"message":"This gateway does not serve the host 'evil.example'. If a tunnel or proxy sends this host, start the gateway with --allow-host evil.example"}`,
    },
    {
      name: 'bytes that are not HTTP',
      text: () => '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n',
      status: 400,
      body: '{"message":"Bad Request"}',
    },
    {
      name: 'two different lengths (request smuggling)',
      text: () => `POST /dev/pets HTTP/1.1\r\n${host()}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde`,
      status: 400,
      body: '{"message":"Bad Request"}',
    },
    {
      name: 'a length together with chunks (request smuggling)',
      text: () =>
        `POST /dev/pets HTTP/1.1\r\n${host()}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      status: 400,
      body: '{"message":"Bad Request"}',
    },
    {
      name: 'headers over 10,240 bytes',
      text: () => `GET /dev/pets HTTP/1.1\r\n${host()}${CLOSE}x-big: ${'a'.repeat(11_000)}\r\n\r\n`,
      status: 431,
      body: '{"message":"Request Header Fields Too Large"}',
    },
    {
      name: 'headers beyond all measure',
      text: () => `GET /dev/pets HTTP/1.1\r\n${host()}x-big: ${'a'.repeat(100_000)}\r\n\r\n`,
      status: 431,
      body: '{"message":"Request Header Fields Too Large"}',
    },
    {
      name: 'a body over 10 MB',
      text: () =>
        Buffer.concat([
          Buffer.from(`POST /dev/pets HTTP/1.1\r\n${host()}Content-Length: 20000000\r\n\r\n`),
          Buffer.alloc(11 * 1024 * 1024, 97),
        ]),
      status: 413,
      body: '{"message":"Request Too Long"}',
    },
  ];
  for (const { name, text, status, body } of refusals)
    it(`answers ${status} to ${name} and continues to serve`, async () => {
      const received = await exchange(text());
      const next = await exchange(`GET /dev/pets HTTP/1.1\r\n${host()}${CLOSE}\r\n`);

      assert.match(received, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.ok(received.endsWith(body), received.slice(-200));
      assert.match(next, /^HTTP\/1\.1 200 /);
    });

  it('serves a body of exactly 10 MB on a connection that stays', async () => {
    const head = `POST /dev/pets HTTP/1.1\r\n${host()}Content-Length: ${10 * 1024 * 1024}\r\n\r\n`;
    const next = `GET /dev/pets HTTP/1.1\r\n${host()}${CLOSE}\r\n`;

    const received = await exchange(
      Buffer.concat([Buffer.from(head), Buffer.alloc(10 * 1024 * 1024, 97), Buffer.from(next)]),
    );

    assert.equal(received.match(/HTTP\/1\.1 \d{3} /g)?.length, 2, received.slice(0, 200));
    assert.doesNotMatch(received, /HTTP\/1\.1 413 /);
  });

  it('drops a client that sends a wrong length and leaves', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST /dev/pets HTTP/1.1\r\n${host()}Content-Length: 100\r\n\r\nonly this`);
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.destroy();

    const next = await exchange(`GET /dev/pets HTTP/1.1\r\n${host()}${CLOSE}\r\n`);

    assert.match(next, /^HTTP\/1\.1 200 /);
  });

  it('survives a reply that node cannot send', async () => {
    const { log, random } = ports;
    const written = log.lines.length;
    const uuid = random.uuid.bind(random);
    random.uuid = () => 'bad\r\nheader';
    const received = await exchange(`GET /dev/pets HTTP/1.1\r\n${host()}${CLOSE}\r\n`);
    random.uuid = uuid;

    const next = await exchange(`GET /dev/pets HTTP/1.1\r\n${host()}${CLOSE}\r\n`);

    assert.equal(received, '');
    assert.match(log.lines.slice(written).join('\n'), /ERR_INVALID_CHAR|Invalid character/);
    assert.match(next, /^HTTP\/1\.1 200 /);
  });
});
