import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printMeasurement } from '../../../../../packages/gateway/core/events/measurement.ts';
import { serve } from '../../../../../packages/gateway/core/pipeline.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { functionArn } from '../../../../support/a-stack.ts';
import { anApi } from '../../../../support/an-api.ts';
import { ON } from '../../../../support/cached-apis.ts';
import { stagedApi } from '../../../../support/logged-apis.ts';
import { ok, restApi } from '../../../../support/rest-apis.ts';
import type { MetricSink } from '../../../../../packages/gateway/core/ports.ts';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { TestApi } from '../../../../support/an-api.ts';

type Line = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
};

/** Metrics of requests to these targets, one after the other. */
async function measure({ api, ports }: TestApi, targets: readonly string[]): Promise<Line[]> {
  const lines: string[] = [];
  const metrics: MetricSink = { write: (one) => void lines.push(printMeasurement(one)) };
  const at = { ...ports, metrics };
  for (const target of targets) {
    const wire = {
      method: 'GET',
      target,
      rawHeaders: [],
      body: undefined,
      remoteAddress: '127.0.0.1',
      httpVersion: '1.1',
    };
    await serve(receive(wire, api.served, at), at);
  }
  return lines.map((line) => JSON.parse(line) as Line);
}

function dimensionsOf(line: Line | undefined): readonly (readonly string[])[] {
  return line?._aws.CloudWatchMetrics[0]?.Dimensions ?? [];
}

const DETAILED = { MethodSettings: [{ HttpMethod: '*', ResourcePath: '/*', MetricsEnabled: true }] };

describe('metrics', () => {
  it('have the names and dimensions of a REST API (docs/aws §10.3)', async () => {
    const [line] = await measure(anApi(restApi(), { list: ok }), ['/dev/pets']);

    assert.deepEqual(dimensionsOf(line), [['ApiName'], ['ApiName', 'Stage']]);
    assert.equal(line?._aws.CloudWatchMetrics[0]?.Namespace, 'AWS/ApiGateway');
    const values = Object.entries(line).filter(([name]) => name !== '_aws');
    assert.deepEqual(Object.fromEntries(values), {
      ApiName: 'pets',
      Stage: 'dev',
      Count: 1,
      '4XXError': 0,
      '5XXError': 0,
      Latency: 0,
      IntegrationLatency: 0,
    });
  });

  it('count errors by class, and no integration if there was none', async () => {
    const [missing] = await measure(anApi(restApi(), { list: ok }), ['/dev/nothing']);
    const [broken] = await measure(anApi(restApi(), { list: () => ({ statusCode: 500 }) }), ['/dev/pets']);

    assert.equal(missing?.['4XXError'], 1);
    assert.equal(missing['IntegrationLatency'], undefined);
    assert.equal(broken?.['5XXError'], 1);
  });

  it('are sent by method, too, if the stage has detailed metrics', async () => {
    const [line] = await measure(stagedApi(DETAILED, { list: ok }), ['/dev/pets']);

    assert.deepEqual(dimensionsOf(line)[2], ['ApiName', 'Method', 'Resource', 'Stage']);
    assert.equal(line?.['Resource'], '/pets');
  });

  it('count hits and misses of the cache', async () => {
    const lines = await measure(stagedApi(ON, { list: ok }), ['/dev/pets', '/dev/pets']);

    assert.deepEqual(
      lines.map((line) => [line['CacheMissCount'], line['CacheHitCount']]),
      [
        [1, undefined],
        [undefined, 1],
      ],
    );
    const units = lines.map((line) =>
      line._aws.CloudWatchMetrics[0]?.Metrics.flatMap(({ Name, Unit }) =>
        Name.startsWith('Cache') ? [`${Name} ${Unit}`] : [],
      ),
    );
    assert.deepEqual(units, [['CacheMissCount Count'], ['CacheHitCount Count']]);
  });

  it('count a request of a canary for stage and canary, but once for the API', async () => {
    const stage = { CanarySetting: { DeploymentId: 'Deployment', PercentTraffic: 100 } };
    const lines = await measure(stagedApi(stage, { list: ok }), ['/dev/pets']);

    assert.deepEqual(
      lines.map((line) => line['Stage']),
      ['dev', 'dev/Canary'],
    );
    assert.deepEqual(dimensionsOf(lines[1]), [['ApiName', 'Stage']]);
  });

  it('have the names and dimensions of an HTTP API (docs/aws §10.3)', async () => {
    const ApiId = 'abcdefghij';
    const resources: Record<string, TestResource> = {
      Api: { type: 'AWS::ApiGatewayV2::Api', id: ApiId, properties: { Name: 'menu', ProtocolType: 'HTTP' } },
      Run: {
        type: 'AWS::ApiGatewayV2::Integration',
        properties: {
          ApiId,
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: functionArn('list'),
          PayloadFormatVersion: '2.0',
        },
      },
      Menu: {
        type: 'AWS::ApiGatewayV2::Route',
        properties: { ApiId, RouteKey: 'GET /menu', Target: 'integrations/Run' },
      },
      Stage: {
        type: 'AWS::ApiGatewayV2::Stage',
        properties: {
          ApiId,
          StageName: '$default',
          AutoDeploy: true,
          DefaultRouteSettings: { DetailedMetricsEnabled: true },
        },
      },
    };
    const [line] = await measure(anApi(resources, { list: ok }), ['/menu']);

    assert.deepEqual(dimensionsOf(line), [['ApiId'], ['ApiId', 'Stage'], ['ApiId', 'Route', 'Stage']]);
    assert.deepEqual(
      line?._aws.CloudWatchMetrics[0]?.Metrics.map(({ Name }) => Name),
      ['Count', '4xx', '5xx', 'Latency', 'IntegrationLatency', 'DataProcessed'],
    );
    assert.equal(line['Route'], 'GET /menu');
  });
});
