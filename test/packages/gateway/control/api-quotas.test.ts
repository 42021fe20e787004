import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  QUOTAS,
  raiseQuota,
  RAISABLE_QUOTAS,
  DEFAULT_QUOTAS,
} from '../../../../packages/gateway/control/api-quotas.ts';
import { Account } from '../../../../packages/gateway/control/account.ts';
import { loadApis } from '../../../../packages/gateway/control/loading/load-apis.ts';
import { aStack } from '../../../support/a-stack.ts';
import { virtualPorts } from '../../../support/virtual-ports.ts';
import { API_ID, restRoutes } from '../../../support/routed-apis.ts';
import type { AccountQuotas } from '../../../../packages/gateway/control/api-quotas.ts';
import type { TestResource } from '../../../support/a-stack.ts';

const TABLES = 'developer guide, "Quotas for configuring and running a REST API" and its siblings';

describe('raiseQuota', () => {
  it('finds each quota that AWS raises by exactly one name', () => {
    assert.deepEqual(
      RAISABLE_QUOTAS.toSorted(),
      [
        'authorizers',
        'domain-names',
        'http-vpc-links',
        'resource-policy-length',
        'resources',
        'routes',
        'stages',
        'usage-plans',
        'usage-plans-per-key',
        'vpc-links',
        'websocket-integrations',
      ],
      TABLES,
    );
    for (const name of RAISABLE_QUOTAS)
      assert.notEqual(raiseQuota(`${name}=100000`, DEFAULT_QUOTAS), undefined);
  });

  it('keeps what was raised before', () => {
    assert.deepEqual(raiseQuota('stages=20', { resources: 500 }), { resources: 500, stages: 20 });
    assert.deepEqual(raiseQuota('stages=30', { stages: 20 }), { stages: 30 });
    assert.deepEqual(raiseQuota('domain-names=200', {}), { domains: 200 });
  });

  const refused = [
    { name: 'a quota that AWS never raises', text: 'api-keys=20000' },
    { name: 'a name of ours', text: 'usagePlans=400' },
    { name: 'no name', text: '=400' },
    { name: 'less than AWS gives to all', text: 'stages=9' },
    { name: 'more than any account has', text: 'stages=100001' },
    { name: 'no number', text: 'stages=many' },
    { name: 'a part of one', text: 'stages=10.5' },
    { name: 'nothing', text: 'stages' },
    { name: 'what every object has', text: 'constructor=1000' },
  ];
  for (const { name, text } of refused)
    it(`refuses ${name}: ${text}`, () => {
      assert.equal(raiseQuota(text, DEFAULT_QUOTAS), undefined);
    });
});

describe('a raised quota (docs/aws §13)', () => {
  const stage = (index: number): TestResource => ({
    type: 'AWS::ApiGateway::Stage',
    properties: { RestApiId: API_ID, StageName: `s${index}`, DeploymentId: 'Deployment' },
  });
  /** Returns an API with `count` stages, in an account with these quotas. */
  const load = (count: number, quotas?: AccountQuotas): unknown => {
    const more = Object.fromEntries(
      Array.from({ length: count - 1 }, (_, index) => [`Extra${index}`, stage(index)]),
    );
    const account = new Account({ clock: virtualPorts({}).clock, isThrottled: false, quotas });
    return loadApis([aStack(restRoutes({ 'GET /a': {} }, { more }))], account);
  };

  it('allows an account as many, and not one more', () => {
    const { most } = QUOTAS.stages;

    assert.throws(() => load(most + 1), /Maximum number of Stages for this API has been reached/);
    load(most + 2, { stages: most + 2 });
    assert.throws(() => load(most + 3, { stages: most + 2 }), /Maximum number of Stages/);
  });

  it('allows a resource policy of that length, and not longer', () => {
    const Statement = Array.from({ length: 90 }, () => ({
      Effect: 'Allow',
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: 'execute-api:/*',
    }));
    const routes = restRoutes({ 'GET /a': {} });
    const Api = { type: 'AWS::ApiGateway::RestApi', properties: { Name: 'a', Policy: { Statement } } };
    const loadWith = (quotas: AccountQuotas): unknown =>
      loadApis(
        [aStack({ ...routes, Api: { ...routes['Api'], ...Api } })],
        new Account({ clock: virtualPorts({}).clock, isThrottled: false, quotas }),
      );

    assert.throws(() => loadWith({}), /characters; AWS accepts at most 8192$/);
    loadWith(raiseQuota('resource-policy-length=9000', {}) ?? {});
  });
});
