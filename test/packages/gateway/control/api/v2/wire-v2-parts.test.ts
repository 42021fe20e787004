import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateRouteResponseCommand,
  CreateStageCommand,
  DeleteAuthorizerCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  GetIntegrationCommand,
  GetRouteCommand,
  GetRoutesCommand,
  GetStageCommand,
  UpdateIntegrationCommand,
  UpdateRouteCommand,
} from '@aws-sdk/client-apigatewayv2';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import { aV2Control, makeApi, makeRoute, statusOf } from '../../../../../support/a-v2-control.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await aV2Control();
});
after(() => control.close());

describe('Parts of HTTP APIs through the AWS SDK', () => {
  it('change what requests see at once if the stage deploys automatically', async () => {
    const ApiId = await makeApi(control);
    const { routeId: RouteId } = await makeRoute(control, ApiId, 'GET /a');
    assert.deepEqual(
      [await statusOf(control, ApiId, '/a'), await statusOf(control, ApiId, '/b')],
      [200, 404],
    );

    await control.v2.send(new UpdateRouteCommand({ ApiId, RouteId, RouteKey: 'GET /b' }));
    assert.deepEqual(
      [await statusOf(control, ApiId, '/a'), await statusOf(control, ApiId, '/b')],
      [404, 200],
    );
    await makeRoute(control, ApiId, 'GET /c');
    await control.v2.send(new DeleteRouteCommand({ ApiId, RouteId }));
    assert.deepEqual(
      [await statusOf(control, ApiId, '/b'), await statusOf(control, ApiId, '/c')],
      [404, 200],
    );
  });

  it('keep the last deployment if no route is left, and the stage says why', async () => {
    const ApiId = await makeApi(control);
    const { routeId: RouteId } = await makeRoute(control, ApiId, 'GET /a');
    await control.v2.send(new DeleteRouteCommand({ ApiId, RouteId }));
    const stage = await control.v2.send(new GetStageCommand({ ApiId, StageName: '$default' }));

    assert.equal(await statusOf(control, ApiId, '/a'), 200);
    assert.match(stage.LastDeploymentStatusMessage ?? '', /^Deployment attempt failed: Unable to deploy API/);
  });

  it('add entries to maps, and remove entries whose value is empty', async () => {
    const ApiId = await makeApi(control);
    const { integrationId: IntegrationId } = await makeRoute(control, ApiId, 'GET /a');
    const change = (RequestParameters: Record<string, string>, ResponseParameters = {}) =>
      control.v2.send(
        new UpdateIntegrationCommand({ ApiId, IntegrationId, RequestParameters, ResponseParameters }),
      );
    await change({ 'append:header.a': '1', 'append:header.b': '2' }, { 200: { 'append:header.c': '3' } });
    await change({ 'append:header.a': '' }, { 200: {} });
    const shown = await control.v2.send(new GetIntegrationCommand({ ApiId, IntegrationId }));

    assert.deepEqual(
      [shown.RequestParameters, shown.ResponseParameters],
      [{ 'append:header.b': '2' }, undefined],
    );
  });

  it('keep every parameter of a service: an empty value, or attributes as JSON, are refused', async () => {
    const ApiId = await makeApi(control);
    const RequestParameters = {
      QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/jobs',
      MessageBody: '$request.body',
      DelaySeconds: '0',
    };
    const service = {
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationSubtype: 'SQS-SendMessage',
      CredentialsArn: 'arn:aws:iam::123456789012:role/any',
      PayloadFormatVersion: '1.0',
    } as const;
    const made = await control.v2.send(new CreateIntegrationCommand({ ...service, RequestParameters }));
    const change = (given: Record<string, string>) =>
      control.v2.send(
        new UpdateIntegrationCommand({ ApiId, IntegrationId: made.IntegrationId, RequestParameters: given }),
      );
    const attributes = '{"from":{"DataType":"String","StringValue":"shop"}}';
    const rows = [
      {
        source: 'hashicorp/terraform-provider-aws#50061',
        call: () => change({ ...RequestParameters, DelaySeconds: '' }),
        error: 'Mapping expression missing source or destination',
      },
      {
        source: 'hashicorp/terraform-provider-aws#50061, for a parameter that is required',
        call: () => change({ MessageBody: '' }),
        error: 'Mapping expression missing source or destination',
      },
      {
        source: 'inferred from hashicorp/terraform-provider-aws#50061 for Create',
        call: () =>
          control.v2.send(
            new CreateIntegrationCommand({
              ...service,
              RequestParameters: { ...RequestParameters, DelaySeconds: '' },
            }),
          ),
        error: 'Mapping expression missing source or destination',
      },
      {
        source: 'hashicorp/terraform-provider-aws#17348',
        call: () => change({ MessageAttributes: attributes }),
        error: `Invalid source: ${attributes} specified for destination: MessageAttributes`,
      },
    ];
    for (const { source, call, error } of rows) {
      const { name, message } = await refusalOf(call());
      assert.deepEqual(
        [name, message],
        [
          'BadRequestException',
          `Invalid selection expression specified: Validation Result: warnings : [], errors : [${error}]`,
        ],
        source,
      );
    }
    const shown = await control.v2.send(
      new GetIntegrationCommand({ ApiId, IntegrationId: made.IntegrationId }),
    );
    assert.deepEqual(shown.RequestParameters, RequestParameters);
  });

  it('have no default behavior if nothing matches, although Terraform sends one', async () => {
    const ApiId = await makeApi(control);
    const made = await control.v2.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'GET',
        IntegrationUri: 'https://backend.example/',
        PayloadFormatVersion: '1.0',
        PassthroughBehavior: 'WHEN_NO_MATCH',
      }),
    );

    assert.deepEqual([made.PassthroughBehavior, made.IntegrationType], [undefined, 'HTTP_PROXY']);
  });

  it('cannot be deleted while something refers to them', async () => {
    const ApiId = await makeApi(control);
    const { AuthorizerId } = await control.v2.send(
      new CreateAuthorizerCommand({
        ApiId,
        Name: 'tokens',
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Audience: ['shop'], Issuer: 'https://issuer.example' },
      }),
    );
    const guard = { AuthorizerId, AuthorizationType: 'JWT' as const };
    const { routeId, integrationId } = await makeRoute(control, ApiId, 'GET /a', guard);

    const calls = [
      () => control.v2.send(new DeleteAuthorizerCommand({ ApiId, AuthorizerId })),
      () => control.v2.send(new DeleteIntegrationCommand({ ApiId, IntegrationId: integrationId })),
    ];
    for (const call of calls) assert.equal((await refusalOf(call())).name, 'ConflictException');
    // anomalyco/sst#5586
    const inUse = await refusalOf(control.v2.send(new DeleteAuthorizerCommand({ ApiId, AuthorizerId })));
    assert.equal(inUse.message, "Cannot delete authorizer 'tokens', is referenced in route: GET /a");
    // milliHQ/terraform-aws-next-js#247: the routes of this integration, and of no other.
    await makeRoute(control, ApiId, 'GET /b');
    const used = await refusalOf(
      control.v2.send(new DeleteIntegrationCommand({ ApiId, IntegrationId: integrationId })),
    );
    assert.equal(
      used.message,
      `Cannot delete Integration because it is referenced by the following Routes with Ids: [${routeId}]`,
    );
    // hashicorp/terraform-provider-aws#35821
    const alone = control.v2.send(new UpdateRouteCommand({ ApiId, RouteId: routeId, AuthorizerId }));
    assert.deepEqual(await refusalOf(alone), {
      name: 'BadRequestException',
      message: 'Unable to update route. Authorizer type is invalid or null.',
    });
    // aws/aws-cdk#14424: the type NONE takes the authorizer off.
    const open = new UpdateRouteCommand({ ApiId, RouteId: routeId, AuthorizationType: 'NONE' });
    assert.equal((await control.v2.send(open)).AuthorizerId, undefined);
    await control.v2.send(new UpdateRouteCommand({ ApiId, RouteId: routeId, ...guard }));
    await control.v2.send(new DeleteRouteCommand({ ApiId, RouteId: routeId }));
    for (const call of calls) await call();
    assert.equal(
      (await refusalOf(control.v2.send(new GetRouteCommand({ ApiId, RouteId: routeId })))).name,
      'NotFoundException',
    );
  });
});

describe('What AWS refuses in HTTP APIs', () => {
  const rows: readonly {
    readonly name: string;
    readonly call: (ApiId: string) => Promise<unknown>;
    readonly error: string;
    readonly says: RegExp;
  }[] = [
    {
      name: 'a route to an integration that is not there',
      call: (ApiId) =>
        control.v2.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /x', Target: 'integrations/none' })),
      error: 'BadRequestException',
      says: /Invalid integration target/,
    },
    {
      name: 'a second route of one key',
      call: (ApiId) => makeRoute(control, ApiId, 'GET /a'),
      error: 'ConflictException',
      says: /Route with key GET \/a already exists for this API/,
    },
    {
      name: 'a route that differs from another only in the name of a variable',
      call: async (ApiId) => {
        await makeRoute(control, ApiId, 'GET /stages/{stage_id}');
        return control.v2.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /stages/{stageId}' }));
      },
      error: 'ConflictException',
      // plutomi/plutomi#271
      says: /^The provided route key "GET \/stages\/\{stageId\}" has a conflicting variable on the same hierarchical level as "GET \/stages\/\{stage_id\}"$/,
    },
    {
      name: 'an invalid route key',
      call: (ApiId) => control.v2.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET a' })),
      error: 'BadRequestException',
      says: /./,
    },
    {
      name: 'a timeout beyond AWS’s, though no route uses the integration yet',
      call: (ApiId) =>
        control.v2.send(
          new CreateIntegrationCommand({
            ApiId,
            IntegrationType: 'HTTP_PROXY',
            IntegrationUri: 'https://a.example',
            IntegrationMethod: 'GET',
            TimeoutInMillis: 40_000,
            PayloadFormatVersion: '1.0',
          }),
        ),
      error: 'BadRequestException',
      says: /^timeoutInMillis must be between 50 and 30000$/,
    },
    {
      name: 'an authorizer without issuer',
      call: (ApiId) =>
        control.v2.send(
          new CreateAuthorizerCommand({
            ApiId,
            Name: 'x',
            AuthorizerType: 'JWT',
            IdentitySource: ['$request.header.A'],
          }),
        ),
      error: 'BadRequestException',
      says: /./,
    },
    {
      name: 'a deployment of an API without routes',
      call: async () => {
        const { ApiId } = await control.v2.send(new CreateApiCommand({ Name: 'x', ProtocolType: 'HTTP' }));
        await control.v2.send(new CreateDeploymentCommand({ ApiId }));
      },
      error: 'BadRequestException',
      says: /^Unable to deploy API because no routes exist in this API$/,
    },
    {
      // aws/serverless-application-model#2512
      name: 'a deployment of a WebSocket API without routes',
      call: async () => {
        const made = {
          Name: 'x',
          ProtocolType: 'WEBSOCKET',
          RouteSelectionExpression: '$request.body.a',
        } as const;
        const { ApiId } = await control.v2.send(new CreateApiCommand(made));
        await control.v2.send(new CreateDeploymentCommand({ ApiId }));
      },
      error: 'BadRequestException',
      says: /^At least one route is required before deploying the Api$/,
    },
    {
      name: 'what is not applied here: certificates for backends',
      call: (ApiId) =>
        control.v2.send(new CreateStageCommand({ ApiId, StageName: 'x', ClientCertificateId: 'abc' })),
      error: 'BadRequestException',
      says: /The gateway does not support ClientCertificateId/,
    },
    {
      name: 'responses of routes, which are for WebSocket APIs',
      call: async (ApiId) => {
        const { Items: [route] = [] } = await control.v2.send(new GetRoutesCommand({ ApiId }));
        await control.v2.send(
          new CreateRouteResponseCommand({ ApiId, RouteId: route?.RouteId, RouteResponseKey: '$default' }),
        );
      },
      error: 'BadRequestException',
      says: /RouteResponse is not supported for HTTP APIs/,
    },
  ];
  let apiId = '';
  before(async () => {
    apiId = await makeApi(control);
    await makeRoute(control, apiId, 'GET /a');
  });
  for (const { name, call, error, says } of rows)
    it(`is refused by a call: ${name}`, async () => {
      const refusal = await refusalOf(call(apiId));

      assert.equal(refusal.name, error);
      assert.match(refusal.message, says);
      assert.equal(await statusOf(control, apiId, '/a'), 200);
    });
});
