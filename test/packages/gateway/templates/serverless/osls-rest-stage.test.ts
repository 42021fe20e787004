import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addRestStageSettings } from '../../../../../packages/gateway/templates/serverless/osls-rest-stage.ts';
import type { RestStageSettings } from '../../../../../packages/gateway/templates/serverless/osls-rest-stage.ts';

const DEPLOYMENT = { Type: 'AWS::ApiGateway::Deployment', Properties: { StageName: 'dev' } };
const TEMPLATE = { Resources: { D: DEPLOYMENT, T: { Type: 'AWS::SNS::Topic' } } };

function stageOf(settings: Partial<RestStageSettings>): unknown {
  const all = { logs: undefined, tracing: undefined, metrics: undefined, logGroup: '/api', ...settings };
  const { Resources } = addRestStageSettings(TEMPLATE, all) as unknown as {
    readonly Resources: { readonly D: { readonly Properties: { readonly StageDescription?: unknown } } };
  };
  return Resources.D.Properties.StageDescription;
}

// osls, `provider.logs.restApi`, `provider.tracing.apiGateway` and `provider.apiGateway.metrics`.
describe('addRestStageSettings', () => {
  it('writes no stage where nothing is set', () => {
    assert.equal(stageOf({}), undefined);
  });

  it('writes traces, metrics and the logs that are asked for', () => {
    const arn = 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/api';
    const all = { HttpMethod: '*', ResourcePath: '/*' };

    assert.deepEqual(stageOf({ tracing: true, metrics: true }), {
      TracingEnabled: true,
      MethodSettings: [{ ...all, MetricsEnabled: true }],
    });
    assert.deepEqual(stageOf({ logs: { format: '$context.requestId', level: 'ERROR' } }), {
      AccessLogSetting: { DestinationArn: { 'Fn::Sub': arn }, Format: '$context.requestId' },
      MethodSettings: [{ ...all, LoggingLevel: 'ERROR', DataTraceEnabled: true }],
    });
    assert.deepEqual(stageOf({ logs: { accessLogging: false, fullExecutionData: false } }), {
      MethodSettings: [{ ...all, LoggingLevel: 'INFO', DataTraceEnabled: false }],
    });
    assert.partialDeepStrictEqual(stageOf({ logs: { executionLogging: false } }), {
      AccessLogSetting: { DestinationArn: { 'Fn::Sub': arn } },
    });
  });
});
