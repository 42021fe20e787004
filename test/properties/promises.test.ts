import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DRAWN_PROMISES } from './drawn-promises.ts';
import { draw } from './promises.ts';
import type { Tally } from './promises.ts';

const FIRST_SEED = 1;

describe('a promise that is tried with drawn inputs', () => {
  for (const promise of DRAWN_PROMISES)
    it(`is kept: ${promise.name}: ${promise.says}`, { skip: promise.skip?.() ?? false }, async () => {
      const tally: Tally = new Map();

      assert.equal(await draw(promise, FIRST_SEED, promise.few, tally), undefined);

      assert.deepEqual(
        promise.meets.filter((name) => !tally.has(name)),
        [],
        'the draws have met too little',
      );
    });
});
