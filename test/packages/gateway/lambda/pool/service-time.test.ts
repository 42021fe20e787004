import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ServiceTime } from '../../../../../packages/gateway/lambda/pool/service-time.ts';

/** [ms, whether the code ran for the first time] */
const OBSERVED: readonly (readonly [string, readonly (readonly [number, boolean])[], number])[] = [
  ['nothing of cold code that was quick', [[14, true]], 0],
  [
    'the mean of cold code, if nothing else is known',
    [
      [400, true],
      [200, true],
    ],
    300,
  ],
  [
    'warm code alone, once it has run',
    [
      [400, true],
      [8, false],
      [300, true],
      [10, false],
    ],
    9,
  ],
];

describe('the service time of a function', () => {
  for (const [what, observed, meanMs] of OBSERVED)
    it(`is ${what}`, () => {
      const time = new ServiceTime();
      for (const [ms, isCold] of observed) time.observe(ms, isCold);

      assert.equal(time.waitMs(1, 1), meanMs);
      assert.equal(time.isKnown, meanMs > 0);
    });

  it('starts over with other code', () => {
    const time = new ServiceTime();
    time.observe(8, false);
    time.forget();
    time.observe(400, true);

    assert.equal(time.waitMs(1, 1), 400);
  });
});
