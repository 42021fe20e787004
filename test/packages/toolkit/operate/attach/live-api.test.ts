import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cacheSecondsOf } from '../../../../../packages/toolkit/operate/attach/live-api.ts';

// API Gateway shows no TTL that was not sent (localstack/localstack, test_apigateway_basic.snapshot.json), and a REST API
// then uses 300 s (API reference, CreateAuthorizer).
describe('the time for which results of an authorizer are cached', () => {
  for (const [kind, shown, seconds] of [
    ['rest', {}, 300],
    ['rest', { authorizerResultTtlInSeconds: 0 }, 0],
    ['rest', { authorizerResultTtlInSeconds: 60 }, 60],
    ['http', {}, 0],
    ['http', { authorizerResultTtlInSeconds: 60 }, 60],
  ] as const)
    it(`is ${seconds} s for a ${kind} API that shows ${JSON.stringify(shown)}`, () => {
      assert.equal(cacheSecondsOf(shown, kind), seconds);
    });
});
