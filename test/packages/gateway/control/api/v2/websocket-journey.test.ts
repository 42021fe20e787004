import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateApiCommand,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  CreateIntegrationResponseCommand,
  CreateModelCommand,
  CreateRouteCommand,
  CreateRouteResponseCommand,
  CreateStageCommand,
  DeleteModelCommand,
  DeleteRouteRequestParameterCommand,
  DeleteRouteResponseCommand,
  ExportApiCommand,
  GetApiCommand,
  GetIntegrationResponsesCommand,
  GetIntegrationsCommand,
  GetModelsCommand,
  GetRouteCommand,
  GetRouteResponsesCommand,
  GetRoutesCommand,
  UpdateModelCommand,
  UpdateRouteResponseCommand,
} from '@aws-sdk/client-apigatewayv2';
import { Connections } from '../../../../../../packages/gateway/core/websocket/connections.ts';
import { message } from '../../../../../../packages/gateway/core/websocket/pipeline.ts';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import { invokeUri } from '../../../../../support/a-stack.ts';
import { aV2Control } from '../../../../../support/a-v2-control.ts';
import { aDetail, FakeSocket } from '../../../core/websocket/fixture.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await aV2Control();
});
after(() => control.close());

/** What a client of the API gets for each of these. */
async function frames(ApiId: string): Promise<unknown[]> {
  const api = control.served.find(ApiId);
  assert.ok(api);
  const connections = new Connections(control.ports.clock);
  const at = { ...control.ports, connections, findApi: () => api };
  const seen: unknown[] = [];
  for (const text of ['{"action":"mock","n":1}', '{"action":"mock"}', '{"action":"fn"}', 'no json']) {
    const connection = connections.open(aDetail({ apiId: ApiId, stageName: 'live' }), new FakeSocket());
    const frame = await message(connection, text, at);
    seen.push(String(frame).replace(/"[^"]{14,16}="|(?<="requestId":)"[^"]*"/g, '"ID"'));
  }
  return seen;
}

async function makeChat(): Promise<string> {
  const { ApiId = '' } = await control.v2.send(
    new CreateApiCommand({
      Name: 'chat',
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    }),
  );
  await control.v2.send(
    new CreateModelCommand({
      ApiId,
      Name: 'Numbered',
      ContentType: 'application/json',
      Schema: JSON.stringify({ type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }),
    }),
  );
  const { IntegrationId: mock = '' } = await control.v2.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'MOCK',
      TemplateSelectionExpression: '\\$default',
      RequestTemplates: { $default: '{"statusCode": 200}' },
    }),
  );
  await control.v2.send(
    new CreateIntegrationResponseCommand({
      ApiId,
      IntegrationId: mock,
      IntegrationResponseKey: '$default',
      TemplateSelectionExpression: '\\$default',
      ResponseTemplates: { $default: '{"told": true}' },
    }),
  );
  const { IntegrationId: fn = '' } = await control.v2.send(
    new CreateIntegrationCommand({ ApiId, IntegrationType: 'AWS_PROXY', IntegrationUri: invokeUri('list') }),
  );
  for (const [RouteKey, id] of [
    ['mock', mock],
    ['fn', fn],
  ] as const) {
    const { RouteId } = await control.v2.send(
      new CreateRouteCommand({
        ApiId,
        RouteKey,
        Target: `integrations/${id}`,
        RouteResponseSelectionExpression: '$default',
        ...(RouteKey === 'mock'
          ? { RequestModels: { mock: 'Numbered' }, ModelSelectionExpression: '$request.body.action' }
          : {}),
      }),
    );
    await control.v2.send(new CreateRouteResponseCommand({ ApiId, RouteId, RouteResponseKey: '$default' }));
  }
  return ApiId;
}

/** The same API again, made only from what calls return of the first one. */
async function copy(ApiId: string): Promise<string> {
  const { v2 } = control;
  const { Name, ProtocolType, RouteSelectionExpression } = await v2.send(new GetApiCommand({ ApiId }));
  const made = await v2.send(new CreateApiCommand({ Name, ProtocolType, RouteSelectionExpression }));
  const at = { ApiId: made.ApiId };
  for (const { Schema, ...model } of (await v2.send(new GetModelsCommand({ ApiId }))).Items ?? [])
    await v2.send(new CreateModelCommand({ ...at, Name: model.Name, Schema }));
  const ids = new Map<string, string | undefined>();
  for (const { IntegrationId = '', ...one } of (await v2.send(new GetIntegrationsCommand({ ApiId }))).Items ??
    []) {
    const again = await v2.send(
      new CreateIntegrationCommand({ IntegrationType: one.IntegrationType, ...one, ...at }),
    );
    ids.set(`integrations/${IntegrationId}`, `integrations/${again.IntegrationId}`);
    const responses = await v2.send(new GetIntegrationResponsesCommand({ ApiId, IntegrationId }));
    for (const { IntegrationResponseKey, ...response } of responses.Items ?? [])
      await v2.send(
        new CreateIntegrationResponseCommand({
          ...response,
          ...at,
          IntegrationId: again.IntegrationId,
          IntegrationResponseKey,
        }),
      );
  }
  for (const { RouteId, RouteKey, Target = '', ...route } of (await v2.send(new GetRoutesCommand({ ApiId })))
    .Items ?? []) {
    const again = await v2.send(
      new CreateRouteCommand({ ...route, ...at, RouteKey, Target: ids.get(Target) }),
    );
    const responses = await v2.send(new GetRouteResponsesCommand({ ApiId, RouteId }));
    for (const { RouteResponseKey } of responses.Items ?? [])
      await v2.send(new CreateRouteResponseCommand({ ...at, RouteId: again.RouteId, RouteResponseKey }));
  }
  return made.ApiId ?? '';
}

async function deployLive(ApiId: string): Promise<void> {
  const { DeploymentId } = await control.v2.send(new CreateDeploymentCommand({ ApiId }));
  await control.v2.send(new CreateStageCommand({ ApiId, StageName: 'live', DeploymentId }));
}

describe('WebSocket APIs through the AWS SDK', () => {
  it('are created, deployed and called, and a copy made from the responses gives the same frames', async () => {
    const ApiId = await makeChat();
    await deployLive(ApiId);
    const copied = await copy(ApiId);
    await deployLive(copied);

    const [first, second] = [await frames(ApiId), await frames(copied)];
    assert.deepEqual(second, first);
    assert.deepEqual([first[0], first[2]], ['{"told": true}', 'ok']);
    assert.match(String(first[1]), /Bad request|Invalid request body/i);
    assert.match(String(first[3]), /Forbidden/);
  });

  it('show what AWS shows of them, and are not exported', async () => {
    const ApiId = await makeChat();
    const api = await control.v2.send(new GetApiCommand({ ApiId }));
    const { Items: integrations = [] } = await control.v2.send(new GetIntegrationsCommand({ ApiId }));

    assert.match(api.ApiEndpoint ?? '', /^wss:/);
    assert.deepEqual(
      integrations.map((one) => [one.PassthroughBehavior, one.IntegrationMethod, one.TimeoutInMillis]),
      [
        ['WHEN_NO_MATCH', undefined, 29_000],
        ['WHEN_NO_MATCH', 'POST', 29_000],
      ],
    );
    const refused = await refusalOf(
      control.v2.send(new ExportApiCommand({ ApiId, Specification: 'OAS30', OutputType: 'JSON' })),
    );
    assert.deepEqual(refused, {
      name: 'BadRequestException',
      message: 'Export is supported for HTTP APIs only',
    });
  });

  it('have models, and routes that use them', async () => {
    const ApiId = await makeChat();
    const { Items: [model] = [] } = await control.v2.send(new GetModelsCommand({ ApiId }));
    const ModelId = model?.ModelId;
    // Calls return the text as it was sent (examples of CreateModel in the AWS CLI reference).
    const schema = '{ "type": "array", "items" : { "type": "string" } }';

    const changed = await control.v2.send(new UpdateModelCommand({ ApiId, ModelId, Schema: schema }));
    assert.equal(changed.Schema, schema);
    const refused = await refusalOf(control.v2.send(new DeleteModelCommand({ ApiId, ModelId })));
    assert.equal(refused.name, 'ConflictException');
  });

  it('remove one request parameter with a separate call', async () => {
    const ApiId = await makeChat();
    const key = 'route.request.querystring.a';
    const { Items = [] } = await control.v2.send(new GetIntegrationsCommand({ ApiId }));
    const { RouteId } = await control.v2.send(
      new CreateRouteCommand({
        ApiId,
        RouteKey: '$connect',
        Target: `integrations/${Items[0]?.IntegrationId}`,
        RequestParameters: { [key]: { Required: true } },
      }),
    );
    const { RequestParameters } = await control.v2.send(new GetRouteCommand({ ApiId, RouteId }));
    assert.deepEqual(RequestParameters, { [key]: { Required: true } });

    await control.v2.send(
      new DeleteRouteRequestParameterCommand({ ApiId, RouteId, RequestParameterKey: key }),
    );
    assert.equal(
      (await control.v2.send(new GetRouteCommand({ ApiId, RouteId }))).RequestParameters,
      undefined,
    );
  });

  it('have responses of routes that are changed and deleted', async () => {
    const ApiId = await makeChat();
    const { Items: [route] = [] } = await control.v2.send(new GetRoutesCommand({ ApiId }));
    const at = { ApiId, RouteId: route?.RouteId };
    const { Items: [first] = [] } = await control.v2.send(new GetRouteResponsesCommand(at));
    const one = { ...at, RouteResponseId: first?.RouteResponseId };

    const changed = await control.v2.send(
      new UpdateRouteResponseCommand({ ...one, ModelSelectionExpression: '$default' }),
    );
    await control.v2.send(new DeleteRouteResponseCommand(one));

    assert.equal(changed.ModelSelectionExpression, '$default');
    assert.deepEqual((await control.v2.send(new GetRouteResponsesCommand(at))).Items, []);
  });
});
