/** One recorded case of each area and outcome over a real socket, under its own names and under others; `npm run parity` takes all. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { DEFAULT_FILE, readCases } from './parity-case.ts';
import { readKnownFailures, runCases } from './run.ts';

describe('parity with AWS', () => {
  const known = readKnownFailures();
  const kinds = Map.groupBy(
    readCases(DEFAULT_FILE),
    ({ id, area }) => `${area} ${id in known ? 'fails' : 'holds'}`,
  );
  const sample = [...kinds.values()].flatMap(([first]) => first ?? []);
  const knownToFail = sample.filter(({ id }) => id in known).map(({ id }) => id);

  for (const naming of [undefined, 'other names'])
    it(`fails where a missing feature is named, and nowhere else, under ${naming ?? 'its own names'}`, async () => {
      assert.ok(sample.length > 5);
      const results = await runCases(sample, naming);

      const failing = results.filter(({ difference }) => difference !== undefined);
      assert.deepEqual(
        failing.map(({ parityCase, difference }) => [
          parityCase.id,
          knownToFail.includes(parityCase.id) || difference,
        ]),
        knownToFail.map((id) => [id, true]),
      );
    });
});
