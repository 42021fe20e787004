import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UNOBSERVED } from '#shared/unobserved.ts';

describe('an observer without metrics', () => {
  it('takes any event, and does the work that is to be timed', () => {
    UNOBSERVED.count('Unauthorized', 'token_expired');
    UNOBSERVED.measure('PolicyBytes', 1);
    UNOBSERVED.note({ code: 'TOKEN_EXPIRED' });
    assert.equal(
      UNOBSERVED.time('DecideMs', () => 'done'),
      'done',
    );
  });
});
