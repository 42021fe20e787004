/** Sessions whose client has said that it sends nothing more, with streams that are as a test wants them. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { endWithClient } from '../../../../packages/gateway/server/http2-ends.ts';

class FakeStream extends EventEmitter {
  readonly state: { readonly remoteClose: number };
  writableLength: number;
  isDestroyed = false;

  constructor(isComplete: boolean, writableLength: number) {
    super();
    this.state = { remoteClose: isComplete ? 1 : 0 };
    this.writableLength = writableLength;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.emit('close');
  }
}

function aSession(t: TestContext, ...streams: readonly FakeStream[]) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const said: string[] = [];
  const session = Object.assign(new EventEmitter(), {
    destroyed: false,
    close: () => void said.push('close'),
    destroy() {
      said.push('destroy');
      session.destroyed = true;
      session.emit('close');
    },
  });
  const socket = Object.assign(new EventEmitter(), { bytesWritten: 0 });
  endWithClient(session as never, socket as never);
  for (const stream of streams) session.emit('stream', stream);
  return { session, socket, said, wait: (ms: number) => t.mock.timers.tick(ms) };
}

describe('a session whose client sends nothing more', () => {
  it('continues with complete requests, and ends those that can never be completed', (t) => {
    const [complete, cut] = [new FakeStream(true, 0), new FakeStream(false, 0)];
    const { socket, said } = aSession(t, complete, cut);

    socket.emit('end');

    assert.deepEqual([complete.isDestroyed, cut.isDestroyed, said], [false, true, ['close']]);
  });

  it('is ended once nothing more of its output leaves', (t) => {
    const { socket, said, wait } = aSession(t, new FakeStream(true, 5));
    socket.emit('end');

    for (const bytesWritten of [10, 20, 30]) {
      socket.bytesWritten = bytesWritten;
      wait(500);
    }
    assert.deepEqual(said, ['close']);
    wait(500);
    assert.deepEqual(said, ['close', 'destroy']);
    wait(5_000);
    assert.deepEqual(said, ['close', 'destroy'], 'and is looked at no more');
  });

  it('waits for a function that has not yet answered one of its requests', (t) => {
    const [waiting, blocked] = [new FakeStream(true, 0), new FakeStream(true, 5)];
    const { socket, said, wait } = aSession(t, waiting, blocked);
    socket.emit('end');

    wait(60_000);
    assert.deepEqual(said, ['close']);
    waiting.emit('close');
    wait(500);
    assert.deepEqual(said, ['close', 'destroy']);
  });

  it('is not touched if it has ended', (t) => {
    const stream = new FakeStream(false, 0);
    const { session, socket, said } = aSession(t, stream);
    session.destroyed = true;

    socket.emit('end');

    assert.deepEqual([stream.isDestroyed, said], [false, []]);
  });
});
