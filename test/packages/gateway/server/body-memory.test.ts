import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { BodyMemory, DEFAULT_BODY_MEMORY_BYTES } from '../../../../packages/gateway/server/body-memory.ts';
import { MemoryLog } from '../../../support/virtual-ports.ts';
import type { BodyRoom } from '../../../../packages/gateway/server/body-memory.ts';

const MB = 1024 ** 2;

describe('the bound of bodies that nobody sets', () => {
  it('is 256 MB, as the page of options says', () => {
    assert.equal(DEFAULT_BODY_MEMORY_BYTES, 268_435_456);
  });
});

describe('BodyMemory', () => {
  let log: MemoryLog;
  let memory: BodyMemory;
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    log = new MemoryLog();
    memory = new BodyMemory(log, 100);
  });
  afterEach(() => mock.timers.reset());

  /** Returns the decision about a body: the memory for it, `undefined` for a refusal, or that it waits. */
  function take(
    bytes: number,
    address: string,
  ): { decided: BodyRoom | undefined | 'waits'; stop: () => void } {
    const taken: ReturnType<typeof take> = { decided: 'waits', stop: () => undefined };
    taken.stop = memory.take(bytes, address, (room) => (taken.decided = room));
    return taken;
  }
  const roomOf = ({ decided }: { decided: BodyRoom | undefined | 'waits' }): BodyRoom => {
    assert.ok(typeof decided === 'object');
    return decided;
  };

  it('has room up to its limit, and again when some is returned', () => {
    const held = ['a', 'b', 'c', 'd'].map((address) => take(25, address));
    const late = take(10, 'e');
    assert.deepEqual([memory.bytes, late.decided], [100, 'waits']);

    memory.give(roomOf(held[0] ?? late));

    assert.deepEqual([late.decided, memory.bytes], [{ bytes: 10, address: 'e' }, 85]);
  });

  it('allows one client address a quarter, and lets the others pass it', () => {
    const first = take(20, 'a');
    const second = take(20, 'a');
    const other = take(20, 'b');
    assert.deepEqual([second.decided, other.decided], ['waits', { bytes: 20, address: 'b' }]);

    memory.give(roomOf(first));

    assert.deepEqual(second.decided, { bytes: 20, address: 'a' });
  });

  it('lets no small body overtake a large one that waits for all free memory', () => {
    const held = ['a', 'b', 'c', 'd'].map((address) => take(22, address));
    const large = take(20, 'e');
    const small = take(10, 'f');
    assert.deepEqual([large.decided, small.decided], ['waits', 'waits']);

    memory.give(roomOf(held[0] ?? large));

    assert.deepEqual(
      [large.decided, small.decided],
      [
        { bytes: 20, address: 'e' },
        { bytes: 10, address: 'f' },
      ],
    );
  });

  it('refuses a body after five seconds without room, and at once if it can never have room', () => {
    for (const address of ['a', 'b', 'c', 'd']) take(25, address);
    const waiting = take(5, 'e');
    const tooLarge = take(26, 'f');
    assert.deepEqual([waiting.decided, tooLarge.decided], ['waits', undefined]);

    mock.timers.tick(4_999);
    assert.equal(waiting.decided, 'waits');
    mock.timers.tick(1);
    assert.equal(waiting.decided, undefined);
  });

  it('drops a body whose client has left', () => {
    const held = ['a', 'b', 'c', 'd'].map((address) => take(25, address));
    const gone = take(25, 'e');
    gone.stop();
    memory.give(roomOf(held[0] ?? gone));
    mock.timers.tick(5_000);

    assert.deepEqual([gone.decided, memory.bytes], ['waits', 75]);
  });

  it('gives back what a body did not need', () => {
    const room = roomOf(take(25, 'a'));
    const waiting = take(20, 'a');
    memory.shrink(room, 5);

    assert.deepEqual([waiting.decided, memory.bytes], [{ bytes: 20, address: 'a' }, 25]);
  });

  it('limits bodies that have begun and do not continue', () => {
    const addresses = ['a', 'b', 'c', 'd'];
    assert.deepEqual(
      addresses.map((address) => memory.begin(25, address)),
      [true, true, true, true],
    );
    assert.equal(memory.begin(1, 'e'), false);
    memory.endBeginning(1, 'e');
    memory.endBeginning(25, 'a');
    assert.equal(memory.begin(1, 'e'), true);
  });

  // Attack: streams of one client that each send some kilobytes of a long body, and then nothing.
  it('lets one client address begin a quarter, and the other addresses their own', () => {
    assert.deepEqual([memory.begin(25, 'a'), memory.begin(1, 'a')], [true, false]);
    assert.equal(memory.begin(25, 'b'), true);
    memory.endBeginning(26, 'a');
    assert.equal(memory.begin(25, 'a'), true);
  });

  it('logs the first refusal at once, and the refusals of the next second as a count', () => {
    memory = new BodyMemory(log, 256 * MB);
    for (let count = 0; count < 37; count += 1) memory.logRefusal('menu (a1b2c3)');
    memory.logRefusal('pets (d4e5f6)');
    mock.timers.tick(1_000);
    memory.logRefusal('pets (d4e5f6)');
    mock.timers.tick(1_000);

    const why =
      'there is no memory left for a request body: all bodies together can use 256 MB, and the bodies of one client address can use a quarter of that (--max-body-memory)';
    assert.deepEqual(log.lines, [
      `503 menu (a1b2c3): ${why}`,
      `503 pets (d4e5f6): ${why}`,
      `503 menu (a1b2c3): ${why}; 36 more within a second`,
      `503 pets (d4e5f6): ${why}`,
    ]);
  });
});
