import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sizeOf } from '#shared/aws/authorizer-result.ts';

describe('sizeOf', () => {
  it('counts bytes, not characters', () => {
    const plain = sizeOf({ isAuthorized: true, context: { sub: 'e' } });

    assert.equal(sizeOf({ isAuthorized: true, context: { sub: 'é' } }), plain + 1);
  });
});
