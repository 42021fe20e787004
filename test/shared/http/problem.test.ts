import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { describe, it } from 'node:test';
import { DomainError, VersionConflict } from '#shared/errors.ts';
import { ADMIN_ANSWERS, adminProblemOf, problem, problemOf, problemReply } from '#shared/http/problem.ts';

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

// RFC 9457 §4.2.1: with `about:blank` the title is the phrase of the status.
describe('ADMIN_ANSWERS', () => {
  /** Node.js has the phrases of RFC 7231 and 4918, which RFC 9110 has renamed. */
  const RENAMED = new Map([
    [413, 'Content Too Large'],
    [422, 'Unprocessable Content'],
  ]);
  const NOT_FOUND = [
    'ROUTE_UNKNOWN',
    'PLAN_UNKNOWN',
    'KEY_UNKNOWN',
    'LIMIT_UNKNOWN',
    'PERIOD_UNKNOWN',
  ] as const;

  it('calls each status what HTTP calls it', () => {
    for (const [code, [status, title]] of Object.entries(ADMIN_ANSWERS))
      assert.equal(title, RENAMED.get(status) ?? STATUS_CODES[status], code);
  });

  it('answers 404 for everything missing', () => {
    for (const code of NOT_FOUND) assert.equal(ADMIN_ANSWERS[code]?.[0], 404, code);
  });
});

describe('adminProblemOf', () => {
  it('says which version to save next', () => {
    assert.deepEqual(adminProblemOf(new VersionConflict(4, 'the next version is 4')), {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'the next version is 4',
      code: 'EDIT_CONFLICT',
      nextVersion: 4,
    });
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
