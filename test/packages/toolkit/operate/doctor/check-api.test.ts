import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { API_CHECKS } from '../../../../../packages/toolkit/operate/doctor/check-api.ts';
import type { ApiView } from '../../../../../packages/toolkit/operate/doctor/api-view.ts';

function withPlan(hasQuota: boolean, hasThrottle: boolean): ApiView {
  const view: Partial<Record<keyof ApiView, unknown>> = {
    live: { kind: 'http', api: {}, stage: 'prod', stageShown: {}, gatewayResponses: [] },
    routes: [],
    authorizers: [],
    plans: [{ name: 'gold', where: 'Plan', hasQuota, hasThrottle }],
    keys: [],
    webAcls: [],
  };
  return view as ApiView;
}

const sentencesOf = (view: ApiView): readonly string[] =>
  API_CHECKS.flatMap((check) => check(view))
    .filter(({ id }) => id === 'plan-without-quota')
    .map(({ what, why }) => `${what}: ${why}`);

describe('a usage plan without a quota', () => {
  it('lets its keys send any number of requests if it has no throttle either', () => {
    assert.deepEqual(sentencesOf(withPlan(false, false)), [
      'usage plan gold has no quota and no throttle: callers with keys of the plan can send any number of requests, because a usage plan refuses requests only above a quota or a throttle',
    ]);
  });

  it('limits requests per second, but not per day or month, if it has a throttle', () => {
    assert.deepEqual(sentencesOf(withPlan(false, true)), [
      'usage plan gold has no quota: the throttle of the plan limits the requests per second, but not how many requests callers with keys of the plan can send in a day or a month',
    ]);
  });

  it('is not reported if the plan has a quota', () => {
    assert.deepEqual(sentencesOf(withPlan(true, false)), []);
  });
});

const withAuthorizer = (kind: ApiView['live']['kind'], timeoutSeconds: number): ApiView => {
  const view = withPlan(true, true);
  const facts = { name: 'decide', where: 'Decide', timeoutSeconds, runtime: undefined, sources: [] };
  const calls = {
    by: 'authorizer auth',
    where: 'Auth',
    functionName: 'decide',
    isPermitted: undefined,
    facts,
  };
  return {
    ...view,
    live: { ...view.live, kind },
    authorizers: [{ name: 'auth', id: 'a1', where: 'Auth', ttlSeconds: 0, calls }],
    plans: [],
  };
};

const timeoutsOf = (view: ApiView): readonly string[] =>
  API_CHECKS.flatMap((check) => check(view))
    .filter(({ id }) => id === 'timeout')
    .map(({ what }) => what);

describe('the timeout of an authorizer', () => {
  it('is compared with 10 s for an HTTP API (docs/aws §13)', () => {
    assert.deepEqual(timeoutsOf(withAuthorizer('http', 10)), []);
    assert.deepEqual(timeoutsOf(withAuthorizer('http', 20)), [
      'authorizer auth has a timeout of 20 s, but API Gateway waits only 10 s',
    ]);
  });

  for (const kind of ['rest', 'websocket'] as const)
    it(`is compared with 29 s for a ${kind} API (docs/aws §13)`, () => {
      assert.deepEqual(timeoutsOf(withAuthorizer(kind, 29)), []);
      assert.deepEqual(timeoutsOf(withAuthorizer(kind, 30)), [
        'authorizer auth has a timeout of 30 s, but API Gateway waits only 29 s',
      ]);
    });
});
