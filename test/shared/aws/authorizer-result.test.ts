import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withinLimit } from '#shared/aws/authorizer-result.ts';

describe('withinLimit', () => {
  it('passes a result of 8192 bytes and refuses one byte more', () => {
    const frame = JSON.stringify({ isAuthorized: true, context: { sub: '' } }).length;
    const resultOf = (length: number) => ({
      isAuthorized: true,
      context: { sub: 'a'.repeat(length - frame) },
    });

    assert.deepEqual(withinLimit(resultOf(8192)), resultOf(8192));
    assert.throws(() => withinLimit(resultOf(8193)), { code: 'RESULT_TOO_LARGE' });
  });

  it('counts bytes, not characters', () => {
    const result = { isAuthorized: true, context: { sub: 'é'.repeat(5000) } };
    assert.throws(() => withinLimit(result), { code: 'RESULT_TOO_LARGE' });
  });
});
