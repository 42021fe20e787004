import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BREAKER_MUTANTS } from './breaker-mutants.ts';
import { MAX_SHARDS } from '#shared/quota/plan/plan.ts';
import { readSource } from '../architecture/source-files.ts';
import { huntInThread } from './hunt-in-thread.ts';
import { savedSeedOf } from './kept-seeds.ts';
import { BREAKER_MODELS, MODELS, modelNamed } from './models.ts';
import { MUTANTS } from './mutants.ts';
import { JUDGED_SHARDS } from './ledger-judge.ts';
import { loadMutant } from './patched-source.ts';
import { loadShipped } from './shipped.ts';

/**
 * The mutants below also run the shipped code, each with the seed that catches it. `npm run simulate` runs many more.
 */
const SCHEDULES = 20;
const shipped = await loadShipped();

describe('the shipped code', () => {
  for (const { name: model } of [...MODELS, ...BREAKER_MODELS])
    it(`breaks no rule in ${SCHEDULES} schedules of ${model}`, async () => {
      const order = { model, firstSeed: 1, schedules: SCHEDULES };
      const { schedules, admissions, writes, violation } = await huntInThread(order);

      const replay = `npm run simulate -- --model ${model} --trace --seed`;
      assert.ok(violation === undefined, `${violation ?? ''}\n${replay} with that seed`);
      assert.equal(schedules, SCHEDULES);
      assert.ok(admissions > schedules && writes > schedules, 'a schedule without requests proves nothing');
    });

  it('runs a schedule the same way every time', async () => {
    const model = modelNamed('quota');
    const [first, second] = [await model.run(shipped, 7, true), await model.run(shipped, 7, true)];

    assert.ok(first.trace.length > 50);
    assert.deepEqual(second, first);
  });
});

describe('the maximum of shards', () => {
  it('is the one that the judge counts, and the guide promises', () => {
    const { text } = readSource('docs/guides/sell/quota.md');

    assert.equal(JUDGED_SHARDS, MAX_SHARDS, 'change JUDGED_SHARDS of ledger-judge.ts too');
    assert.ok(text.includes(`(up to ${MAX_SHARDS})`), 'say the new maximum in docs/guides/sell/quota.md');
  });

  it('is a power of two, because `auto` doubles and would stop below any other maximum', () => {
    assert.equal(MAX_SHARDS & (MAX_SHARDS - 1), 0);
  });
});

describe('a mutant of it', () => {
  for (const mutant of [...MUTANTS, ...BREAKER_MUTANTS])
    it(`is caught by ${mutant.model}: ${mutant.name}`, async () => {
      const seed = savedSeedOf(mutant);
      assert.ok(seed !== undefined, 'npm run simulate -- --find-mutants');
      using patched = await loadMutant(mutant);

      const model = modelNamed(mutant.model);
      const broken = await model.run(patched.shipped, seed);
      const whole = await model.run(shipped, seed);

      assert.notEqual(broken.violations.length, 0);
      assert.deepEqual(whole.violations, []);
    });
});
