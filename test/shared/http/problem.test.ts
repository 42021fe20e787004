import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '#shared/errors.ts';
import { problem, problemOf, problemReply } from '#shared/http/problem.ts';

describe('problemOf', () => {
  it('keeps the reason of a refused credential to itself', () => {
    assert.deepEqual(problemOf(new DomainError('TOKEN_EXPIRED', 'secret')), {
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
    });
  });

  it('makes everything else a 500 without detail', () => {
    for (const error of [new Error('secret'), new DomainError('STORE_UNAVAILABLE', 'secret'), 'secret'])
      assert.doesNotMatch(JSON.stringify(problemOf(error)), /secret/);
  });
});

describe('problemReply', () => {
  it('is a problem document with the same status', () => {
    assert.deepEqual(problemReply(problem(404, 'Not Found', 'no such order')), {
      statusCode: 404,
      headers: { 'content-type': 'application/problem+json' },
      body: '{"type":"about:blank","title":"Not Found","status":404,"detail":"no such order"}',
    });
  });
});
