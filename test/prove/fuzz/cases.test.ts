import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { fuzz, openTargets } from '../fuzz.ts';
import { readCases } from './cases.ts';
import { diceOf, mutate } from './mutate.ts';
import { runTarget, tryInput } from './run-target.ts';

const targets = await openTargets();
after(async () => {
  for (const target of targets) await target.close?.();
});

describe('inputs that once caused a crash', () => {
  for (const { target: name, input, reason } of readCases())
    it(`no longer crash ${name}: ${reason}`, async () => {
      const target = targets.find((one) => one.name === name);
      assert.ok(target !== undefined);
      assert.equal(await tryInput(target, input), undefined);
    });
});

describe('every target', () => {
  for (const target of targets)
    it(`accepts its own valid inputs: ${target.name}`, async () => {
      for (const seed of target.seeds) assert.equal(await tryInput(target, seed), undefined, seed);
    });
});

describe('`prove -- fuzz --only`', () => {
  it('gives one target all the time, and the result is not evidence for all targets', async () => {
    const outcome = await fuzz.run({ quick: true, only: 'jwt' });

    assert.deepEqual(outcome, {
      kind: 'proven',
      isPart: true,
      figures: { seed: 1, targets: { jwt: { inputs: 150, crashes: 0 } } },
    });
  });

  it('refuses a name that no target has', async () => {
    const { kind } = await fuzz.run({ quick: true, only: 'jwts' });

    assert.equal(kind, 'refuted');
  });
});

describe('runTarget', () => {
  const planted = {
    name: 'planted',
    seeds: ['a,b;c', '[1,2]'],
    words: ['['],
    run(input: string) {
      if (input.includes('[[')) throw new TypeError('planted');
    },
  };

  it('finds a planted crash, and reduces its input to the part that causes it', async () => {
    const { crashes } = await runTarget(planted, 1, { inputs: 5_000, ms: 60_000 });

    assert.deepEqual(crashes[0], { target: 'planted', input: '[[', reason: 'TypeError: planted' });
  });

  it('makes the same inputs from the same seed', () => {
    const made = (seed: number): string[] => {
      const dice = diceOf(seed);
      return Array.from({ length: 20 }, () => mutate(dice, planted.seeds, planted.words));
    };

    assert.deepEqual(made(7), made(7));
    assert.notDeepEqual(made(7), made(8));
  });
});
