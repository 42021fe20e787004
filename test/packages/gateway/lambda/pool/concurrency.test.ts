import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Concurrency, machineInstances } from '../../../../../packages/gateway/lambda/pool/concurrency.ts';
import type { ConcurrencyMember } from '../../../../../packages/gateway/lambda/pool/concurrency.ts';

type Member = { -readonly [Key in keyof ConcurrencyMember]: ConcurrencyMember[Key] };

function aMember(changes: Partial<Member> = {}): Member {
  const member: Member = {
    reserved: undefined,
    events: 0,
    running: 0,
    size: 0,
    idleSince: undefined,
    ...changes,
    releaseOldest() {
      member.idleSince = undefined;
      member.size -= 1;
    },
  };
  return member;
}

const GB = 1024 ** 3;

// Source: Lambda developer guide, "Understanding Lambda function scaling", "Configuring reserved concurrency"
describe('Concurrency', () => {
  it('admits events up to its limit, and more when some are done', () => {
    const together = new Concurrency(3, 10);
    const pool = aMember();
    together.join(pool);
    const hand = (): boolean => {
      if (together.isFull(pool)) return false;
      together.onHandedOut(pool);
      pool.running += 1;
      return true;
    };

    assert.deepEqual([hand(), hand(), hand(), hand()], [true, true, true, false]);
    assert.match(together.refuse(pool, 'f')?.message ?? '', /^Rate Exceeded: 3 events are running/);
    pool.running -= 2;
    assert.deepEqual([hand(), hand(), hand()], [true, true, false]);
  });

  it('does not count events that only wait', () => {
    const together = new Concurrency(3, 10);
    const pool = aMember({ events: 1_500, running: 2 });
    together.join(pool);

    assert.equal(together.refuse(pool, 'f'), undefined);
  });

  it('also counts events that wait for their start against a reservation', () => {
    const together = new Concurrency(1_000, 10);
    const pool = aMember({ reserved: 1, events: 1, running: 0 });
    together.join(pool);

    assert.equal(together.refuse(pool, 'f')?.isReserved, true);
    assert.equal(together.isFull(pool), false);
  });

  it('takes a reservation off whether or not it is used, and gives it back when its function is gone', () => {
    const together = new Concurrency(3, 10);
    const reserving = aMember({ reserved: 2, events: 2, running: 2 });
    together.join(reserving);
    const other = aMember({ events: 1, running: 1 });
    together.join(other);

    assert.equal(together.unreserved, 1);
    assert.match(together.refuse(other, 'other')?.message ?? '', /^Rate Exceeded: 1 events are running/);
    assert.equal(together.refuse(reserving, 'busy')?.isReserved, true);
    together.leave(reserving);
    assert.equal(together.refuse(other, 'other'), undefined);
  });

  it('starts an instance in the place of the one that has been idle longest', () => {
    const together = new Concurrency(100, 2);
    const [first, second] = [aMember({ size: 1, idleSince: 20 }), aMember({ size: 1, idleSince: 10 })];
    together.join(first);
    together.join(second);

    assert.equal(together.hasPlace, true);
    together.makePlace();
    assert.deepEqual([first.size, second.size], [1, 0]);
    together.makePlace();
    assert.deepEqual([first.size, second.size], [1, 0]);
  });

  it('has no room if all instances that may run are busy', () => {
    const together = new Concurrency(100, 2);
    together.join(aMember({ size: 2 }));
    assert.equal(together.hasPlace, false);
  });

  for (const [memory, instances] of [
    [1 * GB, 64],
    [16 * GB, 256],
    [64 * GB, 1024],
  ] as const)
    it(`has ${instances} instances on a machine of ${memory / GB} GB`, () => {
      assert.equal(machineInstances(memory), instances);
    });
});
