import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { readPendingBeforeIdleClose } from '../../../../packages/base/aws/idle-connections.ts';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
/** Long enough that the connection is not over time before the test writes, also on a busy machine. */
const IDLE_MS = 200;

describe('readPendingBeforeIdleClose', () => {
  let server: Server;
  let client: Socket;
  let received = '';

  const until = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (pattern.test(received)) resolve();
        else client.once('data', look).once('close', resolve);
      };
      look();
    });

  beforeEach(async () => {
    server = createServer({ keepAliveTimeout: IDLE_MS, keepAliveTimeoutBuffer: 0 }, (request, response) => {
      response.end(`answer to ${request.url}`);
    });
    readPendingBeforeIdleClose(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    received = '';
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', (error: NodeJS.ErrnoException) => (received += String(error.code)));
    client.on('data', (chunk: Buffer) => (received += chunk.toString()));
    client.write(REQUEST);
    await until(/answer to \//);
  });
  afterEach(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('answers a request that arrived in time, although the event loop was blocked until after the idle limit of its connection', async () => {
    client.write(REQUEST.replace('/', '/late'));
    for (const from = performance.now(); performance.now() - from < 1.5 * IDLE_MS;);

    await until(/answer to \/late/);

    assert.match(received, /answer to \/late$/);
  });

  it('ends a connection by which nothing came', async () => {
    await new Promise((resolve) => client.once('close', resolve));

    assert.match(received, /answer to \/$/);
  });
});
