import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
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
  it('writes no stage if nothing is set', () => {
    assert.equal(stageOf({}), undefined);
  });

  it('writes traces, metrics and the requested logs', () => {
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

  it("has osls's format if none is given", () => {
    const osls = dirname(createRequire(import.meta.url).resolve('serverless/package.json'));
    const source = 'lib/plugins/aws/package/compile/events/api-gateway/lib/hack/update-stage.js';
    const [, list = ''] =
      /defaultApiGatewayLogFormat = \[(.*?)\]/s.exec(readFileSync(join(osls, source), 'utf8')) ?? [];
    const format = Array.from(list.matchAll(/'([^']*)'/g), ([, part = '']) => part).join(', ');

    assert.match(format, /^requestId: .*responseLength$/s);
    assert.partialDeepStrictEqual(stageOf({ logs: true }), { AccessLogSetting: { Format: format } });
  });

  for (const [what, logs, isLogged] of [
    ['no logs', false, false],
    ['text', 'true', false],
    ['logs', true, true],
  ] as const)
    it(`${isLogged ? 'writes' : 'does not write'} the logs of a service that asks for ${what}`, () => {
      assert.equal(stageOf({ logs }) !== undefined, isLogged);
    });

  it('leaves settings of the stage and other resources unchanged', () => {
    const Own = { Type: 'AWS::ApiGateway::Deployment', Properties: { StageDescription: {} } };
    const Said = {
      ...DEPLOYMENT,
      Properties: { StageName: 'dev', StageDescription: { TracingEnabled: false } },
    };
    const template = { Resources: { Own, Said, Odd: 'text' } };
    const settings = { logs: undefined, tracing: true, metrics: true, logGroup: '/api' };
    const { Resources: made } = addRestStageSettings(template, settings) as {
      Resources: typeof template.Resources;
    };

    assert.deepEqual([made.Own, made.Odd], [Own, 'text']);
    assert.partialDeepStrictEqual(made.Said.Properties.StageDescription, {
      TracingEnabled: false,
      MethodSettings: [{ MetricsEnabled: true }],
    });
    assert.deepEqual(addRestStageSettings({ Resources: 'text' }, settings), { Resources: 'text' });
  });
});
