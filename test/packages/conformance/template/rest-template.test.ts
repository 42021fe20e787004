import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resourcesOf } from '../../../support/a-parity-case.ts';

const API = { Ref: 'Api' };
const ACCOUNT = { Ref: 'AWS::AccountId' };

/** CloudFormation template reference, AWS::ApiGateway. */
describe('the template of a REST API', () => {
  it('deploys methods and gateway responses, and has keys, plans and an alarm', () => {
    const made = resourcesOf('rest', {
      stage: 'dev',
      restApi: { Description: 'of ${accountId}' },
      gatewayResponses: [{ ResponseType: 'THROTTLED' }],
      methods: [{ path: '/a', HttpMethod: 'GET', Integration: { Type: 'MOCK' } }],
      stageProps: { Variables: { a: 'b' } },
      apiKeys: { one: { Value: 'x' } },
      usagePlans: { gold: { keys: ['one'], Throttle: { RateLimit: 1 } }, free: {} },
      alarm: { Threshold: 2 },
    });

    assert.deepEqual(made, {
      Api: {
        Type: 'AWS::ApiGateway::RestApi',
        Properties: { Name: 'ParityApi', Description: { 'Fn::Join': ['', ['of ', ACCOUNT]] } },
      },
      GatewayResponse0: {
        Type: 'AWS::ApiGateway::GatewayResponse',
        Properties: { RestApiId: API, ResponseType: 'THROTTLED' },
      },
      Resource1: {
        Type: 'AWS::ApiGateway::Resource',
        Properties: { RestApiId: API, ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] }, PathPart: 'a' },
      },
      Method0: {
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          RestApiId: API,
          ResourceId: { Ref: 'Resource1' },
          HttpMethod: 'GET',
          Integration: { Type: 'MOCK' },
        },
      },
      Deployment: {
        Type: 'AWS::ApiGateway::Deployment',
        DependsOn: ['Method0', 'GatewayResponse0'],
        Properties: { RestApiId: API },
      },
      Stage: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: {
          RestApiId: API,
          DeploymentId: { Ref: 'Deployment' },
          StageName: 'dev',
          Variables: { a: 'b' },
        },
      },
      Keyone: {
        Type: 'AWS::ApiGateway::ApiKey',
        DependsOn: ['Stage'],
        Properties: { Name: 'one', Value: 'x' },
      },
      Plangold: {
        Type: 'AWS::ApiGateway::UsagePlan',
        DependsOn: ['Stage'],
        Properties: {
          UsagePlanName: 'gold',
          ApiStages: [{ ApiId: API, Stage: 'dev' }],
          Throttle: { RateLimit: 1 },
        },
      },
      PlanKeygoldone: {
        Type: 'AWS::ApiGateway::UsagePlanKey',
        Properties: { KeyId: { Ref: 'Keyone' }, KeyType: 'API_KEY', UsagePlanId: { Ref: 'Plangold' } },
      },
      Planfree: {
        Type: 'AWS::ApiGateway::UsagePlan',
        DependsOn: ['Stage'],
        Properties: { UsagePlanName: 'free', ApiStages: [{ ApiId: API, Stage: 'dev' }] },
      },
      Alarm: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          Namespace: 'Parity',
          MetricName: 'Value',
          Period: 60,
          Statistic: 'Sum',
          EvaluationPeriods: 3,
          Threshold: 2,
          ComparisonOperator: 'GreaterThanThreshold',
        },
      },
    });
  });

  for (const { name, setup, canary } of [
    { name: 'keeps a canary of the same deployment', setup: {}, canary: { PercentTraffic: 1 } },
    {
      name: 'leaves a canary of another deployment to later calls',
      setup: { canaryDeployment: { methods: [] } },
      canary: undefined,
    },
  ])
    it(name, () => {
      const stageProps = { CanarySetting: { PercentTraffic: 1 }, Description: 'a' };
      const { Properties = {} } = resourcesOf('rest', { stage: 'dev', stageProps, ...setup })['Stage'] ?? {};

      assert.deepEqual([Properties['CanarySetting'], Properties['Description']], [canary, 'a']);
    });

  for (const { alarm, usual } of [
    { alarm: {}, usual: { Namespace: 'Parity', MetricName: 'Value', Period: 60, Statistic: 'Sum' } },
    { alarm: { ExtendedStatistic: 'p90' }, usual: { Namespace: 'Parity', MetricName: 'Value', Period: 60 } },
    { alarm: { Metrics: [] }, usual: {} },
  ])
    it(`gives an alarm of ${JSON.stringify(alarm)} what it does not say`, () => {
      const { Alarm } = resourcesOf('rest', { stage: 'dev', alarm });
      const judged = { EvaluationPeriods: 3, Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' };

      assert.deepEqual(Alarm, {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: { ...usual, ...judged, ...alarm },
      });
    });
});
