/** Every recorded case over a real socket: those that fail are exactly those that are known to. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { DEFAULT_FILE, readCases } from './parity-case.ts';
import { readKnownFailures, runCases } from './run.ts';
import { findSurprises } from './score.ts';

describe('parity with AWS', () => {
  const cases = readCases(DEFAULT_FILE);

  it('fails where a missing feature is named, and nowhere else', async () => {
    const results = await runCases(cases);

    const { broken, mended, unknown } = findSurprises(results, readKnownFailures(), true);
    assert.deepEqual(
      broken.map(({ parityCase, difference }) => `${parityCase.id}: ${difference ?? ''}`),
      [],
    );
    assert.deepEqual(mended, [], 'these hold now: take them off known-failures.json');
    assert.deepEqual(unknown, [], 'there are no such cases');
  });

  it('scores the same under other names', async () => {
    // One case of each area and outcome is enough here; `npm run parity -- --rename SEED` takes all.
    const known = readKnownFailures();
    const kinds = Map.groupBy(cases, ({ id, area }) => `${area} ${id in known ? 'fails' : 'holds'}`);
    const sample = [...kinds.values()].flatMap(([first]) => first ?? []);

    const results = await runCases(sample, 'other names');

    const failing = results.filter(({ difference }) => difference !== undefined);
    assert.deepEqual(
      failing.map(({ parityCase }) => parityCase.id),
      sample.filter(({ id }) => id in known).map(({ id }) => id),
    );
  });
});
