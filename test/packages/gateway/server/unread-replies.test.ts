import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { UnreadReplies } from '../../../../packages/gateway/server/unread-replies.ts';
import { MemoryLog } from '../../../support/virtual-ports.ts';

class FakeReply extends EventEmitter {
  destroyed = false;

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

describe('UnreadReplies', () => {
  it('closes the connections that have waited longest if all of them together hold too much', () => {
    const log = new MemoryLog();
    const unread = new UnreadReplies(log, 100);
    const replies = [40, 40, 40, 60].map((bytes) => {
      const reply = new FakeReply();
      unread.hold(reply, bytes);
      return reply;
    });

    assert.deepEqual(
      replies.map(({ destroyed }) => destroyed),
      [true, true, false, false],
    );
    assert.equal(unread.bytes, 100);
    assert.equal(log.lines.length, 2);
  });

  it('closes first what a client with more than a quarter does not read', () => {
    const unread = new UnreadReplies(new MemoryLog(), 100);
    const [patient, ...many] = ['127.0.0.2', '127.0.0.3', '127.0.0.3', '127.0.0.3'].map((address) => {
      const reply = new FakeReply();
      unread.hold(reply, address === '127.0.0.2' ? 10 : 40, address);
      return reply;
    });

    assert.equal(patient?.destroyed, false);
    assert.deepEqual(
      many.map(({ destroyed }) => destroyed),
      [true, false, false],
    );
  });

  it('takes a quarter of the bound for what one client may leave unread', () => {
    const unread = new UnreadReplies(new MemoryLog(), 100);
    const replies = (
      [
        ['127.0.0.2', 20],
        ['127.0.0.3', 12],
        ['127.0.0.3', 12],
        ['127.0.0.4', 20],
        ['127.0.0.5', 20],
        ['127.0.0.6', 20],
      ] as const
    ).map(([address, bytes]) => {
      const reply = new FakeReply();
      unread.hold(reply, bytes, address);
      return reply;
    });

    assert.deepEqual(
      replies.map(({ destroyed }) => destroyed),
      [true, false, false, false, false, false],
    );
  });

  it('drops what has left', () => {
    const unread = new UnreadReplies(new MemoryLog(), 100);
    for (let turn = 0; turn < 10; turn += 1) {
      const reply = new FakeReply();
      unread.hold(reply, 80);
      reply.emit('close');
      assert.equal(reply.destroyed, false);
    }

    assert.equal(unread.bytes, 0);
  });

  it('never closes the one that has just come, however large', () => {
    const unread = new UnreadReplies(new MemoryLog(), 100);
    const reply = new FakeReply();
    unread.hold(reply, 500);

    assert.equal(reply.destroyed, false);
  });

  it('keeps nothing of a connection that has ended', () => {
    const unread = new UnreadReplies(new MemoryLog(), 100);
    const reply = new FakeReply();
    reply.destroy();
    unread.hold(reply, 50);

    assert.equal(unread.bytes, 0);
  });
});
