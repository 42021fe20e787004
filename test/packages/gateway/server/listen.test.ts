import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, get } from 'node:http';
import { createServer } from 'node:net';
import { describe, it, mock } from 'node:test';
import { closeServer, listenOn } from '../../../../packages/gateway/server/listen.ts';

describe('listenOn', () => {
  it('queues thousands of connections: of 2,000 at once, with node’s own 511, the last come after three seconds', async () => {
    const server = createServer();
    const { mock: listened } = mock.method(server, 'listen');
    const port = await listenOn(server, '127.0.0.1', 0, '--port');
    server.close();

    assert.ok(port > 0);
    assert.deepEqual(listened.calls[0]?.arguments.slice(0, 3), [0, '127.0.0.1', 4_096]);
  });

  it('names the option that would change a port that is in use', async () => {
    const first = createServer();
    const port = await listenOn(first, '127.0.0.1', 0, '--port');
    await assert.rejects(listenOn(createServer(), '127.0.0.1', port, '--control-port'), {
      code: 'PORT_IN_USE',
      message: `port ${port} is in use; choose another with --control-port, or --control-port 0 for any free one`,
    });
    first.close();
  });

  it('takes the next free port where the user chose none, and says so', async () => {
    const first = createServer();
    const port = await listenOn(first, '127.0.0.1', 0, '--port');
    const moved: (readonly [number, number])[] = [];
    const second = createServer();

    const used = await listenOn(second, '127.0.0.1', port, '--port', (...ports) => moved.push(ports));

    assert.ok(used > port);
    assert.deepEqual(moved, [[port, used]]);
    first.close();
    second.close();
  });
});

describe('closeServer', () => {
  it('waits for no request that is still answered', { timeout: 5_000 }, async () => {
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
