import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { Intake } from '../../../../packages/gateway/server/intake.ts';
import { collectGarbage } from '../../../support/collect-garbage.ts';

/** What begins when so many arrive in one turn, with what has begun by then. */
function arrive(intake: Intake, started: number[], from: number, count: number): void {
  for (let at = from; at < from + count; at += 1) intake.take(() => started.push(at));
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

describe('Intake', () => {
  it('begins what arrives at once, as many of them as a turn may', () => {
    const started: number[] = [];
    arrive(new Intake(3), started, 0, 5);
    assert.deepEqual(started, [0, 1, 2]);
  });

  it('begins the rest in the turns after, in their order', async () => {
    const intake = new Intake(3);
    const started: number[] = [];
    arrive(intake, started, 0, 8);
    await turn();
    assert.deepEqual(started, upTo(6));
    await turn();
    assert.deepEqual(started, upTo(8));
  });

  it('keeps later input behind what is held', async () => {
    const intake = new Intake(3);
    const started: number[] = [];
    arrive(intake, started, 0, 7);
    await turn();
    arrive(intake, started, 7, 2);
    assert.deepEqual(started, upTo(6));
    await turn();
    // Of this turn, the one that was held and the first two others.
    assert.deepEqual(started, upTo(9));
  });

  it('begins at once again when the turns have caught up', async () => {
    const intake = new Intake(3);
    const started: number[] = [];
    arrive(intake, started, 0, 4);
    await turn();
    arrive(intake, started, 4, 3);
    assert.deepEqual(started, upTo(6), 'one was held, so two more have room');
    await turn();
    await turn();
    arrive(intake, started, 7, 3);
    assert.deepEqual(started, upTo(10));
  });

  it('holds thousands without forgetting one', async () => {
    const intake = new Intake(64);
    const started: number[] = [];
    arrive(intake, started, 0, 4_096);
    for (let turns = 1; turns < 64; turns += 1) await turn();
    assert.deepEqual(started, upTo(4_096));
  });

  it('holds nothing of what has begun', async () => {
    const intake = new Intake(3);
    const gone: WeakRef<object>[] = [];
    const take = (request: object): void => {
      gone.push(new WeakRef(request));
      intake.take(() => Object.keys(request));
    };
    for (let count = 0; count < 10; count += 1) take({ count });
    for (let turns = 0; turns < 5; turns += 1) await turn();

    await collectGarbage();

    // The last one may still stand on the stack.
    assert.equal(gone.slice(0, -1).filter((one) => one.deref() !== undefined).length, 0);
    intake.take(() => undefined);
  });
});
