/** What can be read about a run's traces: traces of stages with tracing, and segments that are sent. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { signRequest } from '../../../../../packages/base/aws/sign-request.ts';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

const RESOURCES = {
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
  Get: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{"statusCode": 200}' },
        IntegrationResponses: [{ StatusCode: '200' }],
      },
      MethodResponses: [{ StatusCode: '200' }],
    },
  },
  Deployment: {
    Type: 'AWS::ApiGateway::Deployment',
    DependsOn: 'Get',
    Properties: { RestApiId: { Ref: 'Api' } },
  },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: {
      RestApiId: { Ref: 'Api' },
      DeploymentId: { Ref: 'Deployment' },
      StageName: 'dev',
      TracingEnabled: true,
    },
  },
};

type Summary = {
  readonly Id: string;
  readonly Http: object;
  readonly ServiceIds: readonly { readonly Name: string }[];
};

describe('the traces of a run', () => {
  let started: StartedGateway;
  before(async () => {
    started = await aGateway(RESOURCES);
  });
  after(() => started.close());

  async function call(path: string, input: object): Promise<Readonly<Record<string, unknown>>> {
    const url = new URL(path, started.listening.control);
    const body = JSON.stringify(input);
    const scope = { service: 'xray', region: 'eu-west-1', nowEpochMs: Date.now() };
    const headers = signRequest({
      ...GATEWAY_ADMIN,
      ...scope,
      method: 'POST',
      url,
      body,
      headers: { 'Content-Type': 'application/json' },
    });
    const reply = await fetch(url, { method: 'POST', headers, body });
    return (await reply.json()) as Readonly<Record<string, unknown>>;
  }

  it('have the requests of stages with tracing, without a daemon', async () => {
    await (await fetch(`${started.urlOf('rest')}/`)).text();
    const nowS = Date.now() / 1000;
    const time = { StartTime: nowS - 600, EndTime: nowS + 600 };

    const { TraceSummaries: found } = await call('/TraceSummaries', {
      ...time,
      FilterExpression: 'http.status = 200',
    });
    const [first] = found as readonly Summary[];
    const id = first?.Id ?? '';
    const segment = { name: 'fn', id: '000000000000000a', trace_id: id, start_time: nowS, in_progress: true };
    await call('/TraceSegments', { TraceSegmentDocuments: [JSON.stringify(segment)] });
    const { Traces: traces } = await call('/Traces', { TraceIds: [id] });

    assert.deepEqual(
      first?.ServiceIds.map(({ Name }) => Name),
      ['shop/dev'],
    );
    assert.equal((traces as readonly { readonly Segments: readonly unknown[] }[])[0]?.Segments.length, 2);
  });
});
