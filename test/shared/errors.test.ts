import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DomainError,
  isTokenError,
  PlanInvalid,
  RequestInvalid,
  UnauthorizedAnswer,
} from '#shared/errors.ts';

describe('isTokenError', () => {
  it('blames only the caller for every TOKEN_ code', () => {
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

describe('what a form shows beside its field', () => {
  for (const Invalid of [PlanInvalid, RequestInvalid])
    it(`is the field and the rule of ${Invalid.name}`, () => {
      const { field, message } = new Invalid('limits[1].burst', 'is no integer');
      assert.deepEqual([field, message], ['limits[1].burst', 'limits[1].burst is no integer']);
    });
});
