import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { openConnectProxy } from '../../../../packages/gateway/server/connect-proxy.ts';

describe('openConnectProxy', () => {
  /** Answers every byte with its name. */
  const echo = createServer((socket) => socket.on('data', (data) => socket.write(`own ${String(data)}`)));
  const other = createServer((socket) => socket.on('data', (data) => socket.write(`other ${String(data)}`)));
  let proxy: Awaited<ReturnType<typeof openConnectProxy>>;
  const portOf = (server: typeof echo): number => (server.address() as AddressInfo).port;

  before(async () => {
    for (const server of [echo, other]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    proxy = await openConnectProxy(
      (host, port) => (host === 'own.example' && port === 443 ? portOf(echo) : undefined),
      (_, response, host, path) => void response.end(`${host} ${path}`),
    );
  });
  after(async () => {
    await proxy.close();
    echo.close();
    other.close();
  });

  async function open(target: string): Promise<{ status: number | undefined; socket: Socket }> {
    const call = request({ port: proxy.port, method: 'CONNECT', path: target }).end();
    const [{ statusCode }, socket] = (await once(call, 'connect')) as [{ statusCode?: number }, Socket];
    return { status: statusCode, socket };
  }

  for (const { name, target, expected } of [
    { name: 'leads a diverted name to its local port', target: () => 'own.example:443', expected: 'own hi' },
    {
      name: 'leaves every other address alone',
      target: () => `127.0.0.1:${portOf(other)}`,
      expected: 'other hi',
    },
  ])
    it(name, async () => {
      const { status, socket } = await open(target());
      socket.write('hi');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();

      assert.deepEqual([status, String(answer)], [200, expected]);
    });

  it('continues for others if a client resets its connection', async () => {
    const arrived = once(other, 'connection') as Promise<[Socket]>;
    const { socket } = await open(`127.0.0.1:${portOf(other)}`);
    const [backend] = await arrived;
    const gone = once(backend.resume(), 'close');

    socket.resetAndDestroy();

    await gone;
    assert.equal((await open('own.example:443')).status, 200);
  });

  it('answers 502 if nothing listens', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const port = portOf(free);
    free.close();
    await once(free, 'close');

    assert.equal((await open(`127.0.0.1:${port}`)).status, 502);
  });

  for (const target of ['x:99999', 'x:0', 'foo', '[::1]', ':443'])
    it(`answers 400 to ${target}, which is not an address`, async () => {
      assert.equal((await open(target)).status, 400);
    });

  for (const { path, expected } of [
    { path: 'http://own.example/', expected: [200, 'own.example /'] },
    { path: 'http://own.example:8080/a?b=c', expected: [200, 'own.example:8080 /a?b=c'] },
    { path: 'http://own.example', expected: [200, 'own.example /'] },
    { path: 'http://own.example?b=c', expected: [200, 'own.example /?b=c'] },
    { path: 'https://own.example/', expected: [405, ''] },
    { path: '/', expected: [405, ''] },
  ])
    it(`answers a call of ${path} without a tunnel`, async () => {
      const [reply] = (await once(request({ port: proxy.port, path }).end(), 'response')) as [
        { statusCode?: number; setEncoding(name: string): void } & AsyncIterable<string>,
      ];
      reply.setEncoding('utf8');
      let body = '';
      for await (const part of reply) body += part;

      assert.deepEqual([reply.statusCode, body], expected);
    });
});
