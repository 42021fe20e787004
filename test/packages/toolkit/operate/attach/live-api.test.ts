import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cacheSecondsOf, methodSettingOf } from '../../../../../packages/toolkit/operate/attach/live-api.ts';

// API Gateway shows no TTL that was not sent (localstack/localstack, test_apigateway_basic.snapshot.json), and a REST
// API then uses 300 s (API reference, CreateAuthorizer).
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

describe('the settings of a method', () => {
  const route = { method: 'GET', path: '/pets' };

  // `PATCH /restapis/{id}/stages/{stage}` with the path `/~1pets/GET/throttling/rateLimit` (API reference,
  // UpdateStage). Terraform's aws_api_gateway_method_settings has a `method_path` such as `path1/GET`, and reads the
  // settings under the name that it wrote (https://registry.terraform.io/providers/hashicorp/aws/latest/docs).
  for (const [name, shown, rate] of [
    ['with the slash', { '~1pets/GET': { throttlingRateLimit: 1 } }, 1],
    ['without the first slash', { 'pets/GET': { throttlingRateLimit: 2 } }, 2],
    ['of all methods', { '*/*': { throttlingRateLimit: 3 } }, 3],
    ['of another method', { '~1pets/PUT': { throttlingRateLimit: 4 } }, undefined],
  ] as const)
    it(`are found ${name}`, () => {
      const settings = { '~1/GET': { throttlingRateLimit: 9 }, ...shown };

      assert.equal(
        methodSettingOf({ stageShown: { methodSettings: settings } }, route)['throttlingRateLimit'],
        rate,
      );
    });
});
