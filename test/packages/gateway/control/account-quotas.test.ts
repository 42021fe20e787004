import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CreateAuthorizerCommand,
  CreateResourceCommand,
  CreateStageCommand,
  GetRestApiCommand,
} from '@aws-sdk/client-api-gateway';
import { Account } from '../../../../packages/gateway/control/account.ts';
import { ControlError } from '../../../../packages/gateway/control/control-error.ts';
import { loadApis } from '../../../../packages/gateway/control/loading/load-apis.ts';
import { PlanKey } from '../../../../packages/gateway/control/metering/usage-plans.ts';
import { makeRootResourceId } from '../../../../packages/base/aws/physical-ids.ts';
import { DefinitionError } from '../../../../packages/gateway/core/errors.ts';
import { KeyUsage } from '../../../../packages/gateway/core/metering/quota.ts';
import { aRestControl, refusalOf } from '../../../support/a-rest-control.ts';
import { aStack, invokeUri } from '../../../support/a-stack.ts';
import { API_ID, restRoutes } from '../../../support/routed-apis.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';
import type { TestResource } from '../../../support/a-stack.ts';

const tooMany = (what: string, of = ''): string =>
  `Maximum number of ${what}${of} has been reached.  Please contact AWS if you need additional ${what}.`;

const times = (
  count: number,
  make: (index: number) => TestResource,
  name = 'Item',
): Record<string, TestResource> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, make(index)]));

const account = (): Account => new Account({ clock: new VirtualClock(), isThrottled: false });

const define = (resources: Record<string, TestResource>): void =>
  loadApis([aStack(resources)], account()).adopt();

const restApi =
  (...Types: readonly string[]) =>
  (): TestResource => ({
    type: 'AWS::ApiGateway::RestApi',
    properties: {
      Name: 'a',
      ...(Types.length === 0 ? {} : { EndpointConfiguration: { Types: [...Types] } }),
    },
  });
const plain = (type: string) => (): TestResource => ({ type, properties: {} });

describe('an account', () => {
  const rows: readonly {
    readonly what: string;
    readonly most: number;
    readonly resource: (index: number) => TestResource;
    readonly says: string;
  }[] = [
    {
      what: 'APIs without an endpoint type, which are edge-optimized',
      most: 120,
      resource: restApi(),
      says: 'APIs',
    },
    { what: 'Regional APIs', most: 600, resource: restApi('REGIONAL'), says: 'APIs' },
    { what: 'private APIs', most: 600, resource: restApi('PRIVATE'), says: 'APIs' },
    {
      what: 'HTTP APIs, which are Regional',
      most: 600,
      resource: () => ({ type: 'AWS::ApiGatewayV2::Api', properties: { Name: 'a', ProtocolType: 'HTTP' } }),
      says: 'APIs',
    },
    {
      what: 'VPC links of REST APIs',
      most: 20,
      resource: plain('AWS::ApiGateway::VpcLink'),
      says: 'VPC Links',
    },
    {
      what: 'VPC links of HTTP APIs',
      most: 10,
      resource: plain('AWS::ApiGatewayV2::VpcLink'),
      says: 'VPC Links',
    },
    { what: 'usage plans', most: 300, resource: plain('AWS::ApiGateway::UsagePlan'), says: 'Usage Plans' },
    { what: 'API keys', most: 10_000, resource: plain('AWS::ApiGateway::ApiKey'), says: 'API Keys' },
  ];
  for (const { what, most, resource, says } of rows)
    it(`has at most ${most} ${what} (docs/aws §13)`, () => {
      assert.doesNotThrow(() => define(times(most, resource)));
      assert.throws(
        () => define(times(most + 1, resource)),
        (error) =>
          error instanceof DefinitionError &&
          error.message === tooMany(says) &&
          error.place.logicalId === `Item${most}`,
      );
    });

  it('has at most 120 custom domains of both kinds together (docs/aws §13)', () => {
    const domain = (index: number): TestResource => ({
      type: index % 2 === 0 ? 'AWS::ApiGateway::DomainName' : 'AWS::ApiGatewayV2::DomainName',
      properties: { DomainName: `d${index}.example` },
    });

    assert.throws(
      () => define(times(121, domain)),
      (error) =>
        error instanceof DefinitionError &&
        error.message === tooMany('Custom Domain Names') &&
        error.place.logicalId === 'Item120',
    );
  });

  it('counts edge-optimized and Regional APIs apart', () => {
    assert.doesNotThrow(() =>
      define({ ...times(120, restApi()), ...times(2, restApi('REGIONAL'), 'Other') }),
    );
  });

  it('allows a key in at most ten usage plans (docs/aws §13)', () => {
    const { plans } = account();
    const key = (id: string): PlanKey => new PlanKey(id, new KeyUsage(0));
    const none = { description: undefined, productCode: undefined, throttle: undefined, quota: undefined };
    for (let index = 0; index <= 10; index += 1)
      plans.put({ ...none, id: `p${index}`, name: 'p', apiStages: [], tags: {} });
    for (let index = 0; index < 10; index += 1) plans.join(`p${index}`, key('one'));

    assert.throws(
      () => plans.join('p10', key('one')),
      (error) =>
        error instanceof ControlError &&
        error.code === 'LimitExceededException' &&
        error.message === tooMany('Usage Plans', ' for this API key'),
    );
    assert.doesNotThrow(() => plans.join('p10', key('another')));
  });
});

describe('the control plane', () => {
  it('accepts more calls at once than AWS does, whose limit is 10 a second with a burst of 40 (docs/aws §13)', async () => {
    const control = await aRestControl(restRoutes({ 'GET /a': {} }));
    try {
      const calls = Array.from({ length: 60 }, () =>
        control.sdk.send(new GetRestApiCommand({ restApiId: API_ID })),
      );

      assert.equal((await Promise.all(calls)).length, 60);
    } finally {
      await control.close();
    }
  });

  it('reports with the same message as a template that an API has reached a limit (docs/aws §13; boto3#1296)', async () => {
    const RestApiId = API_ID;
    const parentId = makeRootResourceId('test', 'Api');
    const of = (type: string, properties: TestResource['properties']): TestResource => ({
      type: `AWS::ApiGateway::${type}`,
      properties: { RestApiId, ...properties },
    });
    const more = {
      ...times(9, (index) => of('Stage', { StageName: `s${index}`, DeploymentId: 'Deployment' }), 'Stage'),
      ...times(
        10,
        (index) => of('Authorizer', { Name: `a${index}`, Type: 'TOKEN', AuthorizerUri: invokeUri('auth') }),
        'Auth',
      ),
      ...times(298, (index) => of('Resource', { ParentId: parentId, PathPart: `p${index}` }), 'Path'),
    };
    const control = await aRestControl(restRoutes({ 'GET /a': {} }, { more }));
    const restApiId = API_ID;
    try {
      const answers = await Promise.all(
        [
          control.sdk.send(new CreateResourceCommand({ restApiId, parentId, pathPart: 'one-more' })),
          control.sdk.send(
            new CreateStageCommand({ restApiId, stageName: 'more', deploymentId: 'Deployment' }),
          ),
          control.sdk.send(
            new CreateAuthorizerCommand({
              restApiId,
              name: 'more',
              type: 'TOKEN',
              authorizerUri: invokeUri('auth'),
              identitySource: 'method.request.header.Authorization',
            }),
          ),
        ].map(refusalOf),
      );

      assert.deepEqual(
        answers,
        ['Resources', 'Stages', 'Authorizers'].map((what) => ({
          name: 'LimitExceededException',
          message: tooMany(what, ' for this API'),
        })),
      );
    } finally {
      await control.close();
    }
  });
});
