import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  BUFFER_LIMIT_BYTES,
  BUFFER_PAUSE_BYTES,
  FRAME_COST_BYTES,
  MESSAGE_LIMIT_BYTES,
} from '../../../../packages/gateway/core/websocket/limits.ts';
import { anApi } from '../core/websocket/fixture.ts';
import { echo, ECHO_ROUTES, open, startApi, startEcho } from '../core/websocket/server.ts';
import type { Connection } from '../../../../packages/gateway/core/websocket/connections.ts';
import type { RunningApi } from '../core/websocket/server.ts';

describe('data that waits for a client that does not read', () => {
  /**
   * Sends until the operating system's buffers are full: the number of bytes that wait in the process has not changed
   * for one turn of the event loop.
   */
  async function fillUp({ at }: RunningApi): Promise<Connection> {
    const [connection] = at.connections.all;
    assert.ok(connection);
    const long = 'x'.repeat(MESSAGE_LIMIT_BYTES);
    for (let before = -1; before < BUFFER_LIMIT_BYTES / 2 || connection.socket.bufferedBytes !== before;) {
      before = connection.socket.bufferedBytes;
      if (before < BUFFER_LIMIT_BYTES / 2) connection.socket.send(long);
      await new Promise(setImmediate);
    }
    return connection;
  }

  // Attack: messages of one byte, of which 4 MB are half a gigabyte in the queue of a socket.
  it('is bounded by the memory that it takes, however small its messages are', async () => {
    const running = await startEcho();
    after(() => running.close());
    const client = await open(`ws://${running.host}/dev`);
    client.socket.pause();
    const connection = await fillUp(running);

    let taken = 0;
    while (taken < BUFFER_LIMIT_BYTES / 10 && running.at.connections.deliver(connection, 'x') === 'sent')
      taken += 1;

    assert.ok(taken > 0 && taken <= BUFFER_LIMIT_BYTES / FRAME_COST_BYTES, `${taken} messages wait`);
  });

  it('no longer delays its own messages once it is read, however many answers went at once', async () => {
    const { promise: heard, resolve: onHeard } = Promise.withResolvers<undefined>();
    const running = await startApi(anApi(ECHO_ROUTES), {
      echo: (event) => {
        onHeard(undefined);
        return echo(event);
      },
      bye: () => undefined,
    });
    after(() => running.close());
    const client = await open(`ws://${running.host}/dev`);
    client.socket.pause();
    const connection = await fillUp(running);

    // With this much unread, `first` is the last message that is read from this client.
    client.send('first');
    await heard;
    const count = (4 * BUFFER_PAUSE_BYTES) / FRAME_COST_BYTES;
    for (let index = 0; index < count; index += 1) connection.socket.send(`${index}`);
    client.socket.resume();
    let short = 0;
    while (short < count + 1) short += (await client.next()).length < MESSAGE_LIMIT_BYTES ? 1 : 0;
    client.send('again');

    assert.equal(await client.next(), 'again');
  });

  it('is nothing any more once it reads', async () => {
    const running = await startEcho();
    after(() => running.close());
    const client = await open(`ws://${running.host}/dev`);
    client.socket.pause();
    const connection = await fillUp(running);

    client.socket.resume();
    while (connection.socket.bufferedBytes > 0) await new Promise(setImmediate);

    assert.equal(running.at.connections.deliver(connection, 'x'), 'sent');
  });
});
