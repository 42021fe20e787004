import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACCOUNT_LIMIT,
  readMethodSettings,
  readRestThrottles,
  readRouteThrottles,
} from '../../../../../../packages/gateway/core/deployment/stage/throttle.ts';
import type { PropertyBag } from '../../../../../../packages/gateway/core/deployment/properties.ts';

function aStage(properties: Record<string, unknown>): PropertyBag {
  return {
    id: 'dev',
    logicalId: 'Stage',
    properties,
    place: (property) => ({ file: 'template.json', logicalId: 'Stage', property }),
  };
}

describe('readMethodSettings', () => {
  const paths: { path: string; method: string; routeKey: string | undefined }[] = [
    { path: '/*', method: '*', routeKey: undefined },
    { path: '*', method: '*', routeKey: undefined },
    { path: '/pets', method: 'GET', routeKey: 'GET /pets' },
    { path: '/pets/{id}', method: 'get', routeKey: 'GET /pets/{id}' },
    { path: '/~1pets~1{id}', method: 'POST', routeKey: 'POST /pets/{id}' },
    { path: '~1pets', method: 'ANY', routeKey: 'ANY /pets' },
    { path: '/', method: 'GET', routeKey: 'GET /' },
    { path: '/~1', method: 'GET', routeKey: 'GET /' },
  ];
  for (const { path, method, routeKey } of paths)
    it(`reads ${path} and ${method} as ${routeKey ?? 'all methods'}`, () => {
      const item = { ResourcePath: path, HttpMethod: method, LoggingLevel: 'OFF' };
      const stage = aStage({ MethodSettings: [item] });

      assert.deepEqual(
        readMethodSettings(stage).map((setting) => setting.routeKey),
        [routeKey],
      );
    });

  // cfn-lint 1.58.0, rule W3705 and its pull request 4550: API Gateway drops the item, whatever its path is.
  it('drops an item without a setting', () => {
    for (const ResourcePath of ['/pets', 'foo', '/*'])
      assert.deepEqual(
        readMethodSettings(aStage({ MethodSettings: [{ ResourcePath, HttpMethod: '*' }] })),
        [],
        ResourcePath,
      );
  });
});

describe('readRestThrottles', () => {
  it('finds nothing to throttle in settings that only log', () => {
    const stage = aStage({
      MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', LoggingLevel: 'INFO' }],
    });

    assert.equal(readRestThrottles(stage), undefined);
  });

  it("uses the account's value for the half of a limit that is not set", () => {
    const stage = aStage({
      MethodSettings: [{ ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: '7.5' }],
    });

    assert.deepEqual(readRestThrottles(stage)?.usual, { ...ACCOUNT_LIMIT, rateLimit: 7.5 });
  });
});

describe('readRouteThrottles', () => {
  const routes = new Set(['GET /pets', '$default']);

  it('reads the default of the stage and the limits of its routes', () => {
    const stage = aStage({
      DefaultRouteSettings: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 },
      RouteSettings: { 'GET /pets': { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 } },
    });

    assert.deepEqual(readRouteThrottles(stage, routes), {
      usual: { rateLimit: 5, burstLimit: 10 },
      byRouteKey: new Map([['GET /pets', { rateLimit: 1, burstLimit: 2 }]]),
    });
  });

  it('refuses settings for a route that the API does not have', () => {
    const stage = aStage({ RouteSettings: { 'GET /cats': { ThrottlingRateLimit: 1 } } });

    assert.throws(
      () => readRouteThrottles(stage, routes),
      /Unable to find Route by key GET \/cats within the provided RouteSettings/,
    );
  });
});
