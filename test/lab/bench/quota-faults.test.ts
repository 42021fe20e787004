import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { findFaultTroubles } from '../../../lab/bench/quota-faults.ts';

describe('findFaultTroubles', () => {
  const row = { fault: 'crash', quota: 100, admitted: [99, 100], over: 0 };

  it('passes a quota that is used up and not exceeded', () => {
    assert.deepEqual(findFaultTroubles([row]), []);
  });

  it('names what was exceeded, and what proves nothing since it was not used up', () => {
    assert.deepEqual(
      findFaultTroubles([
        { ...row, over: 1 },
        { ...row, admitted: [94] },
        { ...row, admitted: [] },
      ]),
      [
        'crash: the admitted requests exceed the quota by 1',
        'crash: the quota was not used up',
        'crash: the quota was not used up',
      ],
    );
  });
});
