import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MessageQueue } from '../../../../../packages/gateway/kernel/delivery/message-queue.ts';
import { DEFAULT_QUEUE } from '../../../../../packages/gateway/kernel/delivery/queue-model.ts';
import type { ReceiveOptions } from '../../../../../packages/gateway/kernel/delivery/message-queue.ts';
import type { NewMessage } from '../../../../../packages/gateway/kernel/delivery/queue-model.ts';

type Step =
  | { readonly kind: 'send'; readonly group: number }
  | { readonly kind: 'receive'; readonly most: number }
  | { readonly kind: 'delete' | 'show'; readonly index: number }
  | { readonly kind: 'wait'; readonly ms: number };

const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ kind: fc.constant('send' as const), group: fc.nat(3) }),
    fc.record({ kind: fc.constant('receive' as const), most: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constantFrom('delete' as const, 'show' as const), index: fc.nat(20) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40_000) }),
  ),
  { maxLength: 60 },
);

/**
 * A queue under any calls.
 * @returns all ids by what became of them, and the orders of first receives by group
 */
function run(isFifo: boolean, all: readonly Step[]) {
  const queue = new MessageQueue({
    ...DEFAULT_QUEUE,
    isFifo,
    redrive: { deadLetterArn: 'd', maxReceiveCount: 3 },
  });
  let [now, ids] = [0, 0];
  const deleted = new Set<string>();
  const dead = new Set<string>();
  const receipts: string[] = [];
  const held = new Map<string, number>();
  const receive = (most: number): void => {
    const got = queue.receive({ most, makeReceipt: () => `${receipts.length}-${Math.trunc(now)}` }, now);
    for (const { id } of got.dead) dead.add(id);
    for (const { id, receipt = '', groupId = '' } of got.messages) {
      assert.ok(!deleted.has(id), 'a deleted message is received');
      assert.ok((held.get(id) ?? -1) <= now, 'a hidden message is received');
      if (isFifo)
        for (const [other, until] of held)
          assert.ok(
            other === id ||
              until <= now ||
              deleted.has(other) ||
              groupOf.get(other) !== groupId ||
              Number(other.slice(1)) > Number(id.slice(1)) ||
              got.messages.some((m) => m.id === other),
            'two receives share a group',
          );
      held.set(id, now + DEFAULT_QUEUE.visibilityMs);
      receipts.push(receipt);
    }
  };
  const groupOf = new Map<string, string>();
  for (const step of all) {
    if (step.kind === 'send') {
      const groupId = `g${step.group}`;
      const id = `m${ids++}`;
      groupOf.set(id, groupId);
      queue.send({ body: id, attributes: {}, senderId: 's', groupId, deduplicationId: id }, id, now);
    } else if (step.kind === 'receive') receive(step.most);
    else if (step.kind === 'wait') now += step.ms;
    else {
      const receipt = receipts[step.index] ?? '';
      if (step.kind === 'delete') {
        const gone = queue.delete(receipt, now);
        if (gone !== undefined) deleted.add(gone.id);
      } else if (queue.changeVisibility(receipt, 0, now)) held.set(receipt.split(':')[0] ?? '', now);
    }
  }
  return { queue, sent: ids, deleted, dead };
}

const send = (queue: MessageQueue, id: string, more: Partial<NewMessage>): unknown =>
  queue.send({ body: id, attributes: {}, senderId: 's', ...more }, id, 0);
const receive = (
  queue: MessageQueue,
  options: Partial<ReceiveOptions> & Pick<ReceiveOptions, 'most'>,
  now = 1,
): readonly string[] =>
  queue.receive({ makeReceipt: () => 'r', ...options }, now).messages.map(({ id }) => id);

describe('MessageQueue', () => {
  for (const isFifo of [false, true])
    it(`keeps each message of a ${isFifo ? 'FIFO' : 'standard'} queue until it is deleted or dead, after any calls`, () => {
      fc.assert(
        fc.property(steps, (all) => {
          const { queue, sent, deleted, dead } = run(isFifo, all);
          assert.equal(queue.length + deleted.size + dead.size, sent);
        }),
        { numRuns: 300 },
      );
    });

  it('delivers the messages of a group one after the other, and those of other groups in the meantime', () => {
    const queue = new MessageQueue({ ...DEFAULT_QUEUE, isFifo: true });
    for (const [id, groupId] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
    ] as const)
      queue.send({ body: id, attributes: {}, senderId: 's', groupId, deduplicationId: id }, id, 0);
    const receive = (now: number) =>
      queue.receive({ most: 1, makeReceipt: () => `${now}` }, now).messages.map(({ id }) => id);
    assert.deepEqual([receive(1), receive(2), receive(3)], [['a1'], ['b1'], []]);
    assert.deepEqual(receive(30_001), ['a1']);
    queue.delete('a1:30001', 30_001);
    assert.deepEqual(receive(30_002), ['a2']);
  });

  // Source: SQS developer guide, "FIFO queue delivery logic"
  it('holds a group back until each of its messages in flight is deleted', () => {
    const queue = new MessageQueue({ ...DEFAULT_QUEUE, isFifo: true });
    for (const id of ['a1', 'a2', 'a3']) send(queue, id, { groupId: 'a', deduplicationId: id });

    assert.deepEqual(receive(queue, { most: 2 }), ['a1', 'a2']);
    queue.delete('a1:r', 1);
    assert.deepEqual(receive(queue, { most: 2 }), []);
    queue.delete('a2:r', 1);
    assert.deepEqual(receive(queue, { most: 2 }), ['a3']);
  });

  // Source: snapshots of AWS's answers, tests/aws/services/sqs/test_sqs.snapshot.json of LocalStack 4.7 (Apache-2.0),
  // test_fifo_group_visibility_extends_with_change_message_visibility
  for (const [extended, again] of [
    ['a1', []],
    ['a2', ['a1']],
    ['a3', ['a1', 'a2']],
  ] as const)
    it(`gives the messages of a group away that come before ${extended}, which is in flight for longer`, () => {
      const queue = new MessageQueue({ ...DEFAULT_QUEUE, isFifo: true, visibilityMs: 1_000 });
      for (const id of ['a1', 'a2', 'a3']) send(queue, id, { groupId: 'a', deduplicationId: id });
      receive(queue, { most: 5 });
      queue.changeVisibility(`${extended}:r`, 4_000, 1);

      assert.deepEqual(receive(queue, { most: 5 }, 2_500), again);
    });

  // Source: the same snapshots, test_fifo_delete_after_visibility_timeout, test_delete_after_visibility_timeout
  for (const isFifo of [true, false])
    it(`${isFifo ? 'keeps a message of a FIFO' : 'deletes a message of a standard'} queue by the receipt of a passed timeout`, () => {
      const queue = new MessageQueue({ ...DEFAULT_QUEUE, isFifo, visibilityMs: 1_000 });
      send(queue, 'a', { groupId: 'a', deduplicationId: 'a' });
      receive(queue, { most: 1 });

      assert.equal(queue.delete('a:r', 2_000)?.id, isFifo ? undefined : 'a');
      assert.equal(queue.length, isFifo ? 1 : 0);
    });

  // Source: the same snapshots, test_change_message_visibility_after_visibility_timeout_expiration
  it('hides a message again by the receipt of a passed timeout, in a standard queue', () => {
    const queue = new MessageQueue({ ...DEFAULT_QUEUE, visibilityMs: 1_000 });
    for (const id of ['a', 'b']) send(queue, id, {});
    receive(queue, { most: 1 });

    assert.equal(queue.changeVisibility('a:r', 2_000, 2_000), true);
    assert.deepEqual(receive(queue, { most: 5, makeReceipt: () => 's' }, 3_000), ['b']);
    assert.deepEqual(receive(queue, { most: 5 }, 4_000), ['a', 'b']);
  });

  it('returns no more bytes than requested, but at least one message', () => {
    for (const [mostBytes, expected] of [
      [5, ['a']],
      [19, ['a']],
      [20, ['a', 'b']],
      [25, ['a', 'b']],
      [30, ['a', 'b', 'c']],
    ] as const) {
      const queue = new MessageQueue(DEFAULT_QUEUE);
      for (const id of ['a', 'b', 'c']) send(queue, id, { body: id.repeat(10) });
      assert.deepEqual(receive(queue, { most: 10, mostBytes }), expected, `${mostBytes} bytes`);
    }
  });

  it('continues with other groups if the next message of one is too large', () => {
    const queue = new MessageQueue({ ...DEFAULT_QUEUE, isFifo: true });
    for (const [id, groupId, bytes] of [
      ['a1', 'a', 10],
      ['a2', 'a', 100],
      ['b1', 'b', 10],
    ] as const)
      send(queue, id, { groupId, deduplicationId: id, body: 'x'.repeat(bytes) });

    assert.deepEqual(receive(queue, { most: 10, mostBytes: 50 }), ['a1', 'b1']);
  });

  // Source: SQS developer guide, "Exactly-once processing"; API reference, "DeduplicationScope"
  for (const deduplicatesByGroup of [false, true])
    it(`recognizes a message for five minutes, in ${deduplicatesByGroup ? 'its group' : 'the whole queue'}`, () => {
      const queue = new MessageQueue({ ...DEFAULT_QUEUE, isFifo: true, deduplicatesByGroup });
      const sent = (id: string, groupId: string, deduplicationId: string, now: number): string =>
        queue.send({ body: 'x', attributes: {}, senderId: 's', groupId, deduplicationId }, id, now).message
          .id;

      assert.equal(sent('first', 'a', 'same', 0), 'first');
      assert.equal(sent('second', 'a', 'same', 299_999), 'first');
      assert.equal(sent('third', 'b', 'same', 299_999), deduplicatesByGroup ? 'third' : 'first');
      assert.equal(sent('fourth', 'a', 'other', 299_999), 'fourth');
      assert.equal(sent('fifth', 'a', 'same', 300_000), 'fifth');
    });

  it('never recognizes a message in a standard queue', () => {
    const queue = new MessageQueue(DEFAULT_QUEUE);
    for (const id of ['a', 'b']) send(queue, id, { deduplicationId: 'same' });

    assert.deepEqual(receive(queue, { most: 10 }), ['a', 'b']);
  });

  it('accepts only the handle of the last receive, until its message is deleted', () => {
    const queue = new MessageQueue(DEFAULT_QUEUE);
    send(queue, 'a', {});
    receive(queue, { most: 1, makeReceipt: () => 'old' });
    receive(queue, { most: 1, makeReceipt: () => 'new' }, 30_001);

    for (const receipt of ['a:old', 'a', 'a:', ':new', '']) assert.equal(queue.delete(receipt, 1), undefined);
    assert.equal(queue.delete('a:new', 1)?.id, 'a');
    assert.equal(queue.delete('a:new', 1), undefined);
    assert.equal(queue.bytes, 0);
  });

  it('throws away what is older than its retention period', () => {
    const queue = new MessageQueue({ ...DEFAULT_QUEUE, retentionMs: 60_000 });
    queue.send({ body: 'a', attributes: {}, senderId: 's' }, 'a', 0);
    assert.deepEqual(queue.count(59_999), { visible: 1, inFlight: 0, delayed: 0 });
    assert.deepEqual(queue.count(60_000), { visible: 0, inFlight: 0, delayed: 0 });
  });
});
