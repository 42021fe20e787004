import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError, isTokenError, UnauthorizedAnswer } from '#shared/errors.ts';

describe('isTokenError', () => {
  it('blames the caller for every TOKEN_ code and nobody else', () => {
    assert.equal(isTokenError(new DomainError('TOKEN_EXPIRED', 'x')), true);
    assert.equal(isTokenError(new DomainError('KEY_SET_UNAVAILABLE', 'x')), false);
    assert.equal(isTokenError(new Error('TOKEN_EXPIRED')), false);
  });
});

describe('UnauthorizedAnswer', () => {
  it('has exactly the message that API Gateway takes for 401', () => {
    assert.equal(new UnauthorizedAnswer().message, 'Unauthorized');
  });
});
