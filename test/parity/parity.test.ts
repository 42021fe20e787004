/**
 * One case of each area and outcome over a real socket: the recorded ones under their own names and under others, the
 * documented ones only under others. `npm run parity` runs all.
 */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { REPOSITORY } from '../architecture/source-files.ts';
import {
  ALL_FILES,
  DEFAULT_FILE,
  evidenceOf,
  isControlCase,
  readCases,
} from '../../packages/conformance/schema/read-cases.ts';
import { isPlainCase } from './plain-cases.ts';
import { readKnownFailures, runWithEngine } from './run.ts';
import type { AnyCase } from '../../packages/conformance/schema/control-case.ts';

const known = readKnownFailures();
const recorded = readCases(DEFAULT_FILE).filter(isPlainCase);
const documented = ALL_FILES.filter((file) => basename(dirname(file)) === 'documented')
  .flatMap(readCases)
  .filter(isPlainCase);
const control = ALL_FILES.flatMap(readCases).filter(isControlCase);

function sampleOf(cases: readonly AnyCase[]): readonly AnyCase[] {
  const kinds = Map.groupBy(cases, ({ id, area }) => `${area} ${id in known ? 'fails' : 'holds'}`);
  return [...kinds.values()].flatMap(([first]) => first ?? []);
}

describe('parity with AWS', () => {
  for (const [set, cases, naming] of [
    ['recorded', recorded, undefined],
    ['recorded', recorded, 'other names'],
    ['documented', documented, 'other names'],
    ['of the control plane', control, undefined],
  ] as const)
    it(`fails if a missing feature is named, and nowhere else, of what is ${set}, under ${naming ?? 'its own names'}`, async () => {
      const sample = sampleOf(cases);
      const knownToFail = sample.filter(({ id }) => id in known).map(({ id }) => id);
      assert.ok(sample.length > 5);
      const results = await runWithEngine(sample, naming);

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

describe('documented cases', () => {
  it("name AWS's page and what it says", () => {
    const wrong = documented.filter(
      ({ source: { page, says } }) =>
        typeof page !== 'string' || !/^[a-z][a-z0-9_-]+$/i.test(page) || typeof says !== 'string',
    );
    assert.deepEqual(wrong, []);
    assert.ok(
      documented.every((one) => evidenceOf(one) === 'documented') &&
        recorded.every((one) => evidenceOf(one) === 'recorded'),
    );
  });

  it('expect something of each request', () => {
    const steps = documented.flatMap(({ id, request, expect, then = [] }) =>
      [{ request, expect }, ...then].map((step) => ({ id, ...step })),
    );
    const idle = steps.filter(
      ({ request, expect }) => Object.keys(expect).length === 0 && request.frames === undefined,
    );
    assert.deepEqual(idle, []);
  });

  it('have unique ids', () => {
    const ids = [...recorded, ...documented, ...control].map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('the claim of the README', () => {
  const report = readFileSync(join(REPOSITORY, 'docs/parity.md'), 'utf8');
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');

  for (const [set, cases] of [
    ['published answers', recorded],
    ['documented', documented],
  ] as const)
    it(`has the score of docs/parity.md, made of all ${set}`, () => {
      const [score = 'none', total] =
        new RegExp(`(\\d+) of (\\d+)(?= ${set} (?:cases )?hold)`).exec(report) ?? [];
      assert.equal(Number(score.split(' of ')[1]), cases.length, total);
      assert.ok(readme.includes(`${score} ${set}`), `README.md says nothing of ${score} ${set}`);
    });
});
