import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, get } from 'node:http';
import { createServer } from 'node:net';
import { describe, it, mock } from 'node:test';
import { closeServer, listenOn } from '../../../../packages/gateway/server/listen.ts';

describe('listenOn', () => {
  it('queues thousands of connections: with node’s own 511, the last of 2,000 are accepted after three seconds', async () => {
    const server = createServer();
    const { mock: listened } = mock.method(server, 'listen');
    const port = await listenOn(server, '127.0.0.1', 0, '--port');
    server.close();

    assert.ok(port > 0);
    assert.deepEqual(listened.calls[0]?.arguments.slice(0, 3), [0, '127.0.0.1', 4_096]);
  });

  // A second API of one run wants the port after the first, which may be the control port.
  it('says that a port is in use by the same run', async () => {
    const first = createServer();
    const port = await listenOn(first, '127.0.0.1', 0, '--port');
    await assert.rejects(listenOn(createServer(), '127.0.0.1', port, '--port'), {
      code: 'PORT_IN_USE',
      message: `port ${port} is in use by this gateway, for its control API or another API; choose another with --port, or --port 0 for any free one`,
    });
    first.close();
  });

  it('names the option that would change a port that is in use', async () => {
    const first = createServer();
    const port = await new Promise<number>((resolve) => {
      first.listen(0, '127.0.0.1', () => {
        const address = first.address();
        resolve(address !== null && typeof address === 'object' ? address.port : 0);
      });
    });
    await assert.rejects(listenOn(createServer(), '127.0.0.1', port, '--control-port'), {
      code: 'PORT_IN_USE',
      message: `port ${port} is in use; choose another with --control-port, or --control-port 0 for any free one`,
    });
    first.close();
  });

  it('takes the next free port if the user chose none, and says so', async () => {
    const first = createServer();
    const port = await listenOn(first, '127.0.0.1', 0, '--port');
    const bound: (readonly [number, readonly number[]])[] = [];
    const second = createServer();

    const used = await listenOn(second, '127.0.0.1', port, '--port', (...ports) => bound.push(ports));

    assert.ok(used > port);
    assert.deepEqual(bound, [[used, Array.from({ length: used - port }, (_, index) => port + index)]]);
    first.close();
    second.close();
  });
});

describe('a port that may be replaced by the next free one', () => {
  /** @returns the ports that were tried, and the result, on a machine where the first `taken` ports are in use */
  async function listen(port: number, taken: number) {
    const tried: number[] = [];
    const server = createServer();
    mock.method(server, 'listen', (at: number, _host: string, _backlog: number, then: () => void) => {
      tried.push(at);
      if (tried.length > taken) then();
      else server.emit('error', Object.assign(new Error('in use'), { code: 'EADDRINUSE' }));
    });
    mock.method(server, 'address', () => ({ port: tried.at(-1) }));
    const used = await listenOn(server, '127.0.0.1', port, '--port', () => undefined).catch(
      (error: unknown) => (error as { code: string }).code,
    );
    return { tried, used };
  }

  it('is one of fifty', async () => {
    assert.deepEqual((await listen(3000, 49)).used, 3049);
    const { tried, used } = await listen(3000, 50);

    assert.deepEqual([used, tried.length, tried.at(-1)], ['PORT_IN_USE', 50, 3049]);
  });

  it('is not above 65,535', async () => {
    assert.deepEqual(await listen(65_534, 2), { tried: [65_534, 65_535], used: 'PORT_IN_USE' });
    assert.equal((await listen(65_534, 1)).used, 65_535);
  });

  it('is not searched for if another reason forbids the port', async () => {
    const server = createServer();
    const { mock: listened } = mock.method(server, 'listen', () =>
      server.emit('error', Object.assign(new Error('no right'), { code: 'EACCES' })),
    );

    await assert.rejects(
      listenOn(server, '127.0.0.1', 80, '--port', () => undefined),
      { code: 'PORT_FORBIDDEN', message: 'no permission to open port 80; choose one above 1023' },
    );
    assert.equal(listened.callCount(), 1);
  });

  for (const [code, expected] of [
    ['EADDRNOTAVAIL', /^StartError: 192\.0\.2\.1 is not an address of this machine$/],
    ['ENOTFOUND', /^StartError: 192\.0\.2\.1 is not an address of this machine$/],
    ['EMFILE', /^Error: of the system$/],
  ] as const)
    it(`is explained if the system refuses it with ${code}`, async () => {
      const server = createServer();
      mock.method(server, 'listen', () =>
        server.emit('error', Object.assign(new Error('of the system'), { code })),
      );

      await assert.rejects(listenOn(server, '192.0.2.1', 80, '--port'), (error) =>
        expected.test(String(error)),
      );
    });
});

describe('closeServer', () => {
  it('does not wait for a request that is still being answered', { timeout: 5_000 }, async () => {
    const server = createHttpServer();
    const port = await listenOn(server, '127.0.0.1', 0, '--port');
    const request = get({ host: '127.0.0.1', port });
    const cut = new Promise((resolve) => request.on('error', (error) => resolve([error])));
    await once(server, 'request');

    await closeServer(server);

    const [error] = (await cut) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNRESET');
  });
});
