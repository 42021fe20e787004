import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { createHttpClient } from '../../../../../packages/gateway/server/adapters/http-client.ts';
import type { HttpOutcome, HttpRequest } from '../../../../../packages/gateway/core/ports.ts';

const closing: (() => unknown)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
});

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function aBackend(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createHttpServer(answer);
  closing.push(() => server.closeAllConnections());
  return listen(server);
}

/** A server that answers these bytes to any request. */
function aRawServer(talk: (socket: Socket) => void): Promise<string> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      closing.push(() => socket.destroy());
      talk(socket);
    }),
  );
}

const client = createHttpClient(new Map([['nobody', []]]));
closing.push(() => client.close());

function send(origin: string, more: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  return client.send({
    method: 'GET',
    origin,
    target: '/',
    headers: [],
    body: undefined,
    timeoutMs: 5_000,
    vpcLink: undefined,
    unpacks: true,
    ...more,
  });
}

describe('createHttpClient', () => {
  it('asks the given local origin of a host, under the Host of the address', async (t) => {
    const origin = await aBackend((request, response) => response.end(request.headers.host));
    const redirected = createHttpClient(new Map(), (host) =>
      host === 'a.example:81' ? { origin } : undefined,
    );
    t.after(() => redirected.close());
    const outcome = await redirected.send({
      method: 'GET',
      origin: 'https://a.example:81',
      target: '/',
      headers: [],
      body: undefined,
      timeoutMs: 1_000,
      vpcLink: undefined,
      unpacks: false,
    });

    assert.equal(outcome.kind === 'answered' && String(outcome.body), 'a.example:81');
  });

  it('sends method, target, headers and body as given, and adds only Host and Content-Length', async () => {
    const seen: { line: string; headers: string[]; body: string }[] = [];
    const origin = await aBackend((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const line = `${request.method ?? ''} ${request.url ?? ''}`;
        seen.push({ line, headers: request.rawHeaders, body: Buffer.concat(chunks).toString() });
        response.writeHead(201, ['X-Twice', '1', 'X-Twice', '2']).end('made');
      });
    });

    const outcome = await send(origin, {
      method: 'POST',
      target: '/a/../b/%2e%2e?x=%20',
      headers: ['X-One', '1', 'x-many', 'a', 'x-many', 'b', 'Upgrade', 'HTTP/2.0', 'Trailer', 'user-agent'],
      body: 'höre',
    });

    assert.ok(outcome.kind === 'answered');
    assert.deepEqual([outcome.status, outcome.body.toString()], [201, 'made']);
    assert.deepEqual(outcome.headers.slice(0, 4), ['X-Twice', '1', 'X-Twice', '2']);
    assert.equal(seen[0]?.line, 'POST /a/../b/%2e%2e?x=%20');
    assert.equal(seen[0].body, 'höre');
    assert.deepEqual(
      seen[0].headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()),
      ['host', 'x-one', 'x-many', 'x-many', 'upgrade', 'trailer', 'content-length'],
    );
  });

  it('reuses its connections', async () => {
    const ports = new Set<number | undefined>();
    const origin = await aBackend((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });

    for (let round = 0; round < 8; round += 1) await send(origin);

    // A second one is opened if the next call comes before the first is known to be idle.
    assert.ok(ports.size <= 2, `${ports.size} connections`);
  });

  it('follows no redirect', async () => {
    const origin = await aBackend((_, response) => response.writeHead(302, { Location: '/elsewhere' }).end());

    const outcome = await send(origin);

    assert.ok(outcome.kind === 'answered');
    assert.equal(outcome.status, 302, 'docs/aws §8');
  });

  for (const [encoding, pack] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)
    it(`unpacks ${encoding}`, async () => {
      const origin = await aBackend((_, response) =>
        response.writeHead(200, { 'Content-Encoding': encoding }).end(pack('packed')),
      );

      const outcome = await send(origin);

      assert.ok(outcome.kind === 'answered');
      assert.deepEqual([outcome.body.toString(), outcome.isUnpacked], ['packed', true]);
    });

  it('keeps an answer packed for a caller that passes its encoding on', async () => {
    const packed = gzipSync('packed');
    const origin = await aBackend((_, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(packed),
    );

    const outcome = await send(origin, { unpacks: false });

    assert.deepEqual(outcome.kind === 'answered' && outcome.body, packed);
  });

  it('does not change a body that only claims to be compressed', async () => {
    const origin = await aBackend((_, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('no'),
    );

    const outcome = await send(origin);

    assert.ok(outcome.kind === 'answered');
    assert.deepEqual([outcome.body.toString(), outcome.isUnpacked], ['no', undefined]);
  });

  it('stops at the end of its time, whether nothing or not everything has come', async () => {
    const silent = await aRawServer(() => undefined);
    const halting = await aRawServer((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab'),
    );

    for (const origin of [silent, halting])
      assert.deepEqual(await send(origin, { timeoutMs: 50 }), { kind: 'timed-out' });
  });

  it('takes no answer over 10 MB', async () => {
    const origin = await aBackend((_, response) => response.end(Buffer.alloc(10 * 1024 * 1024 + 1)));

    const outcome = await send(origin);

    assert.ok(outcome.kind === 'unreachable');
    assert.equal(outcome.reason, 'too-large');
  });

  it('takes no small answer that unpacks to over 10 MB', async () => {
    const bomb = gzipSync(Buffer.alloc(11 * 1024 * 1024));
    const origin = await aBackend((_, response) =>
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb),
    );

    const outcome = await send(origin);

    assert.equal(outcome.kind === 'answered' && outcome.body.length, bomb.length, 'it stays packed');
  });

  const broken: readonly { name: string; talk: (socket: Socket) => void }[] = [
    { name: 'hangs up', talk: (socket) => socket.destroy() },
    { name: 'speaks something else', talk: (socket) => socket.end('SSH-2.0-OpenSSH\r\n') },
    {
      name: 'breaks off',
      talk: (socket) => {
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab');
      },
    },
    {
      name: 'sends headers without end',
      talk: (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'X-A: b\r\n'.repeat(20_000)}`),
    },
  ];
  for (const { name, talk } of broken)
    it(`says network of a backend that ${name}`, async () => {
      const outcome = await send(await aRawServer((socket) => socket.once('data', () => talk(socket))));

      assert.ok(outcome.kind === 'unreachable', JSON.stringify(outcome));
      assert.equal(outcome.reason, 'network', outcome.message);
    });

  it('says network if no server listens', async () => {
    const server = createTcpServer();
    const origin = await listen(server);
    await new Promise((resolve) => server.close(resolve));

    const outcome = await send(origin);

    assert.equal(outcome.kind === 'unreachable' && outcome.reason, 'network');
  });

  it('says address of a host that does not exist', async () => {
    const outcome = await send('http://no-such-host.invalid');

    assert.equal(outcome.kind === 'unreachable' && outcome.reason, 'address');
  });

  for (const headers of [
    ['Transfer-Encoding', 'chunked'],
    ['X-A', 'a\r\nX-B: b'],
    ['X A', 'b'],
  ])
    it(`does not send ${JSON.stringify(headers)}`, async () => {
      const outcome = await send('http://127.0.0.1:1', { headers });

      assert.equal(outcome.kind === 'unreachable' && outcome.reason, 'request');
    });
});

describe('createHttpClient with VPC links', () => {
  it('takes the addresses of a link in turn', async () => {
    const calls: string[] = [];
    const backend = (name: string): Promise<string> =>
      aBackend((_, response) => {
        calls.push(name);
        response.end();
      });
    const linked = createHttpClient(new Map([['orders', [await backend('a'), await backend('b')]]]));
    closing.push(() => linked.close());

    for (let round = 0; round < 4; round += 1)
      await linked.send({
        method: 'GET',
        origin: 'http://nlb.invalid',
        target: '/',
        headers: [],
        body: undefined,
        timeoutMs: 5_000,
        vpcLink: 'orders',
        unpacks: true,
      });

    assert.deepEqual(calls, ['a', 'b', 'a', 'b']);
  });

  for (const vpcLink of ['unknown', 'nobody'])
    it(`says how to give the link "${vpcLink}" an address`, async () => {
      const outcome = await send('http://127.0.0.1:1', { vpcLink });

      assert.ok(outcome.kind === 'unreachable' && outcome.reason === 'address');
      assert.match(outcome.message, /--vpc-link/);
    });
});

describe('an instance of a service behind a VPC link', () => {
  const SERVICE = 'arn:aws:servicediscovery:us-east-1:123456789012:service/srv-1';
  for (const [name, made, isFine] of [
    ['that answers', () => aBackend((_, response) => response.writeHead(503).end()), true],
    ['that takes no connection', () => Promise.resolve('http://127.0.0.1:9'), false],
    ['whose name leads nowhere', () => Promise.resolve('http://absent.invalid:80'), false],
    ['that breaks off', () => aRawServer((socket) => socket.once('data', () => socket.destroy())), false],
    ['that is late', () => aBackend(() => undefined), true],
  ] as const)
    it(`${name} counts as ${isFine ? 'there' : 'gone'}`, async (t) => {
      const origin = await made();
      const ends: boolean[] = [];
      const instance = { kind: 'instance', origin, ended: (fine: boolean) => void ends.push(fine) } as const;
      const found = createHttpClient(
        new Map(),
        undefined,
        () => AbortSignal.timeout(200),
        () => Promise.resolve(instance),
      );
      t.after(() => found.close());

      await found.send({
        method: 'GET',
        origin: 'http://a.example',
        target: '/',
        headers: [],
        body: undefined,
        timeoutMs: 5_000,
        vpcLink: 'link',
        serviceArn: SERVICE,
        unpacks: false,
      });

      assert.deepEqual(ends, [isFine]);
    });
});

describe('a host that is served here', () => {
  for (const [headers, expected] of [
    [['X-A', 'host'], 'a.example:81'],
    [['Host', 'b.example', 'X-A', '1'], 'b.example'],
    [['X-A', '1', 'hOST', 'c.example'], 'c.example'],
  ] as const)
    it(`gets ${expected} for a Host if the request has ${headers.join(' ')}`, async (t) => {
      const origin = await aBackend((request, response) => response.end(request.headers.host));
      const redirected = createHttpClient(new Map(), () => ({ origin }));
      t.after(() => redirected.close());
      const outcome = await redirected.send({
        method: 'GET',
        origin: 'https://a.example:81',
        target: '/',
        headers,
        body: undefined,
        timeoutMs: 5_000,
        vpcLink: undefined,
        unpacks: false,
      });

      assert.equal(outcome.kind === 'answered' && String(outcome.body), expected);
    });
});
