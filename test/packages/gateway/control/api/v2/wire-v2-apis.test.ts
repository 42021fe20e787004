import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteCorsConfigurationCommand,
  ExportApiCommand,
  GetApiCommand,
  GetApisCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  GetStageCommand,
  ImportApiCommand,
  ReimportApiCommand,
  UpdateApiCommand,
  UpdateIntegrationCommand,
} from '@aws-sdk/client-apigatewayv2';
import type { CreateApiCommandInput } from '@aws-sdk/client-apigatewayv2';
import { invokeUri } from '../../../../../support/a-stack.ts';
import { refusalOf } from '../../../../../support/a-rest-control.ts';
import {
  aV2Control,
  functionArn,
  makeApi,
  makeRoute,
  statusOf,
} from '../../../../../support/a-v2-control.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

let control: TestRestControl;
before(async () => {
  control = await aV2Control();
});
after(() => control.close());

/** What the API answers to each of these, without what differs by request. */
async function answers(apiId: string): Promise<unknown[]> {
  const requests = [
    { target: '/pets' },
    { target: '/pets/7?x=1' },
    { method: 'POST', target: '/pets', headers: ['content-type', 'text/plain'], body: 'hi' },
    {
      method: 'OPTIONS',
      target: '/pets',
      headers: ['origin', 'https://a.example', 'access-control-request-method', 'GET'],
    },
    { target: '/guarded' },
    { target: '/signed' },
    { target: '/mapped?x=1', headers: ['x-who', 'ann'] },
    { target: '/mapped?x=1' },
    { target: '/none' },
  ];
  const replies = await Promise.all(requests.map((request) => control.send(request, apiId)));
  return replies.map(({ status, headers, body }) => {
    const names = headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    return [
      status,
      names.toSorted(),
      PER_REQUEST.reduce((text, one) => text.replaceAll(one, '"…"'), String(body)).replaceAll(apiId, 'API'),
    ];
  });
}

const PER_REQUEST = [
  /"(?:Root=[^"]*|\d{2}\/[A-Z][a-z]{2}\/\d{4}:[^"]*)"|(?<="requestId":)"[^"]*"/g,
  /(?<="timeEpoch":)\d+/g,
];

describe('HTTP APIs through the AWS SDK', () => {
  it('are created, called, exported and imported into another gateway, and give the same answers there', async () => {
    const ApiId = await makeApi(control);
    await control.v2.send(
      new UpdateApiCommand({
        ApiId,
        Description: 'all for pets',
        CorsConfiguration: { AllowOrigins: ['https://a.example'], AllowMethods: ['GET'], MaxAge: 60 },
      }),
    );
    const { AuthorizerId } = await control.v2.send(
      new CreateAuthorizerCommand({
        ApiId,
        Name: 'tokens',
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Audience: ['shop'], Issuer: 'https://issuer.example' },
      }),
    );
    await makeRoute(control, ApiId, 'GET /pets');
    await makeRoute(control, ApiId, 'ANY /pets/{id}', { functionName: 'echo' });
    await makeRoute(control, ApiId, '$default', { functionName: 'echo', OperationName: 'rest' });
    const guard = { AuthorizerId, AuthorizationType: 'JWT' as const, AuthorizationScopes: ['read'] };
    await makeRoute(control, ApiId, 'GET /guarded', guard);
    await makeRoute(control, ApiId, 'GET /signed', { AuthorizationType: 'AWS_IAM' });
    const { AuthorizerId: askedId } = await control.v2.send(
      new CreateAuthorizerCommand({
        ApiId,
        Name: 'asked',
        AuthorizerType: 'REQUEST',
        AuthorizerResultTtlInSeconds: 0,
        IdentitySource: ['$request.header.x-who', '$request.querystring.x'],
        EnableSimpleResponses: true,
        AuthorizerPayloadFormatVersion: '2.0',
        AuthorizerUri: invokeUri('admit'),
      }),
    );
    const { integrationId: IntegrationId } = await makeRoute(control, ApiId, 'GET /mapped', {
      functionName: 'echo',
      AuthorizerId: askedId,
      AuthorizationType: 'CUSTOM',
    });
    await control.v2.send(
      new UpdateIntegrationCommand({
        ApiId,
        IntegrationId,
        TimeoutInMillis: 5000,
        RequestParameters: {
          'append:header.x-user': '$context.identity.sourceIp',
          'remove:querystring.x': "''",
        },
        ResponseParameters: { 200: { 'overwrite:statuscode': '203', 'append:header.x-mapped': 'yes' } },
      }),
    );

    for (const OutputType of ['JSON', 'YAML']) {
      const { body } = await control.v2.send(
        new ExportApiCommand({ ApiId, Specification: 'OAS30', OutputType, StageName: '$default' }),
      );
      const document = Buffer.from(body ?? []).toString();
      const copy = await control.v2.send(new ImportApiCommand({ Body: document }));
      const copyId = copy.ApiId ?? '';
      await control.v2.send(
        new CreateStageCommand({ ApiId: copyId, StageName: '$default', AutoDeploy: true }),
      );

      assert.deepEqual([copy.Name, copy.CorsConfiguration?.MaxAge], ['shop', 60]);
      const messages = await answers(copyId);
      assert.deepEqual(messages, await answers(ApiId));
      assert.deepEqual(
        messages.map((answer) => (answer as unknown[])[0]),
        [200, 200, 200, 204, 401, 403, 203, 401, 200],
      );
    }
  });

  it('have everything that a quick create includes, and answer at once', async () => {
    const made = await control.v2.send(
      new CreateApiCommand({
        Name: 'quick',
        ProtocolType: 'HTTP',
        Target: functionArn('list'),
        RouteKey: 'GET /quick',
        Tags: { team: 'a' },
      }),
    );
    const ApiId = made.ApiId ?? '';
    const { Items: routes } = await control.v2.send(new GetRoutesCommand({ ApiId }));
    const { Items: integrations } = await control.v2.send(new GetIntegrationsCommand({ ApiId }));
    const stage = await control.v2.send(new GetStageCommand({ ApiId, StageName: '$default' }));

    assert.deepEqual(made.Tags, { team: 'a' });
    assert.match(made.ApiEndpoint ?? '', new RegExp(`^https://${ApiId}\\.execute-api\\.`));
    assert.deepEqual(
      [routes?.[0]?.ApiGatewayManaged, routes?.[0]?.Target, stage.ApiGatewayManaged, stage.AutoDeploy],
      [true, `integrations/${integrations?.[0]?.IntegrationId}`, true, true],
    );
    assert.equal(integrations?.[0]?.PayloadFormatVersion, '2.0');
    assert.deepEqual(
      [await statusOf(control, ApiId, '/quick'), await statusOf(control, ApiId, '/slow')],
      [200, 404],
    );

    await control.v2.send(new UpdateApiCommand({ ApiId, RouteKey: 'GET /slow' }));
    assert.deepEqual(
      [await statusOf(control, ApiId, '/quick'), await statusOf(control, ApiId, '/slow')],
      [404, 200],
    );
  });

  it('are overwritten by a document, lose their CORS by a call, and are gone when they are deleted', async () => {
    const ApiId = await makeApi(control, 'old');
    await makeRoute(control, ApiId, 'GET /old');
    const operation = {
      'x-amazon-apigateway-integration': {
        type: 'AWS_PROXY',
        uri: functionArn('list'),
        payloadFormatVersion: '2.0',
      },
    };
    const document = {
      openapi: '3.0.1',
      info: { title: 'new', version: '1' },
      paths: { '/new': { get: operation } },
      'x-amazon-apigateway-cors': { allowOrigins: ['*'] },
    };
    const again = await control.v2.send(new ReimportApiCommand({ ApiId, Body: JSON.stringify(document) }));

    assert.deepEqual([again.Name, again.CorsConfiguration?.AllowOrigins], ['new', ['*']]);
    assert.deepEqual(
      [await statusOf(control, ApiId, '/old'), await statusOf(control, ApiId, '/new')],
      [404, 200],
    );
    const unknown = { ...document, 'x-amazon-apigateway-importexport-version': '2.0' };
    const refused = await refusalOf(
      control.v2.send(new ReimportApiCommand({ ApiId, Body: JSON.stringify(unknown) })),
    );
    assert.match(refused.message, /importexport-version must be 1\.0/);
    await control.v2.send(
      new UpdateApiCommand({ ApiId, CorsConfiguration: { AllowOrigins: ['https://b.example'] } }),
    );
    const partly = new UpdateApiCommand({ ApiId, CorsConfiguration: { AllowMethods: ['GET'] } });
    // AWS CLI reference, update-api: the members that the call does not give stay, and false is printed.
    assert.deepEqual((await control.v2.send(partly)).CorsConfiguration, {
      AllowCredentials: false,
      AllowMethods: ['GET'],
      AllowOrigins: ['https://b.example'],
    });
    await control.v2.send(new DeleteCorsConfigurationCommand({ ApiId }));
    const plain = await control.v2.send(new GetApiCommand({ ApiId }));
    assert.equal(plain.CorsConfiguration, undefined);
    await control.v2.send(new DeleteApiCommand({ ApiId }));
    assert.deepEqual(await refusalOf(control.v2.send(new GetApiCommand({ ApiId }))), {
      name: 'NotFoundException',
      message: `Invalid API identifier specified 123456789012:${ApiId}`,
    });
  });

  // API reference, CreateApi: ProtocolType is HTTP or WEBSOCKET, and a WebSocket API needs a route selection
  // expression.
  for (const [input, message] of [
    [{ ProtocolType: 'REST' }, /^Invalid protocol specified\. Must be one of \[HTTP, WEBSOCKET\]$/],
    [{ ProtocolType: 'http' }, /^Invalid protocol specified/],
    [{ ProtocolType: undefined }, /protocolType/i],
    [{ ProtocolType: 'WEBSOCKET' }, /routeSelectionExpression/i],
  ] as const)
    it(`are not made of ${JSON.stringify(input)}`, async () => {
      const count = control.served.all.length;
      const { name, message: said } = await refusalOf(
        control.v2.send(new CreateApiCommand({ Name: 'no', ...input } as CreateApiCommandInput)),
      );

      assert.equal(name, 'BadRequestException');
      assert.match(said, message);
      assert.equal(control.served.all.length, count);
    });

  it('are listed in pages', async () => {
    const own = await aV2Control();
    try {
      for (const Name of ['a', 'b', 'c'])
        await own.v2.send(new CreateApiCommand({ Name, ProtocolType: 'HTTP' }));
      const first = await own.v2.send(new GetApisCommand({ MaxResults: '2' }));
      const second = await own.v2.send(new GetApisCommand({ MaxResults: '2', NextToken: first.NextToken }));

      assert.deepEqual(
        [...(first.Items ?? []), ...(second.Items ?? [])].map(({ Name }) => Name),
        ['a', 'b', 'c'],
      );
      assert.equal(second.NextToken, undefined);
      assert.equal(
        (await refusalOf(own.v2.send(new GetApisCommand({ MaxResults: '0' })))).name,
        'BadRequestException',
      );
    } finally {
      await own.close();
    }
  });
});

describe('what AWS refuses in a new HTTP API', () => {
  const refused = (send: Promise<unknown>): Promise<unknown> => refusalOf(send);

  // aws/aws-cdk#9076, in which the age is out of range, too
  for (const MaxAge of [undefined, 864_000])
    it(`is every origin together with credentials, whatever the age is (${MaxAge ?? 'none'})`, async () => {
      const CorsConfiguration = { AllowCredentials: true, AllowOrigins: ['*'], MaxAge };
      const message = "allow-credentials is not supported if 'allow-origin' is *";
      const made = new CreateApiCommand({ Name: 'cors', ProtocolType: 'HTTP', CorsConfiguration });
      assert.deepEqual(await refused(control.v2.send(made)), { name: 'BadRequestException', message });
    });

  it('is an age out of range', async () => {
    for (const MaxAge of [-2, 86_401]) {
      const CorsConfiguration = { AllowOrigins: ['*'], MaxAge };
      const message = 'maxAge must be between -1 and 86400';
      const made = new CreateApiCommand({ Name: 'cors', ProtocolType: 'HTTP', CorsConfiguration });
      assert.deepEqual(await refused(control.v2.send(made)), { name: 'BadRequestException', message });
    }
  });

  // swarmion/swarmion#582; check says the same of a template
  it('is an origin without a scheme, also in a change', async () => {
    const CorsConfiguration = { AllowOrigins: ['https://shop.example.com', 'localhost:3000'] };
    const message = 'Invalid format for origin localhost:3000';
    const made = new CreateApiCommand({ Name: 'origins', ProtocolType: 'HTTP', CorsConfiguration });
    assert.deepEqual(await refused(control.v2.send(made)), { name: 'BadRequestException', message });
    const { ApiId } = await control.v2.send(new CreateApiCommand({ Name: 'origins', ProtocolType: 'HTTP' }));
    const changed = new UpdateApiCommand({ ApiId, CorsConfiguration });
    assert.deepEqual(await refused(control.v2.send(changed)), { name: 'BadRequestException', message });
  });

  // aws/aws-sam-cli#2410
  it('is an authorizer without issuer, of which an import only warns', async () => {
    const integration = {
      type: 'http_proxy',
      httpMethod: 'POST',
      uri: 'https://a.example',
      payloadFormatVersion: '1.0',
    };
    const security = [{ Cognito: [] }];
    const post = { security, responses: {}, 'x-amazon-apigateway-integration': integration };
    const authorizer = {
      type: 'jwt',
      identitySource: '$request.header.Authorization',
      jwtConfiguration: { audience: ['a'] },
    };
    const Cognito = { type: 'oauth2', 'x-amazon-apigateway-authorizer': authorizer };
    const Body = JSON.stringify({
      openapi: '3.0.1',
      info: { title: 'jwt', version: '1' },
      paths: { '/authtest': { post } },
      components: { securitySchemes: { Cognito } },
    });
    const warnings = [
      "Unable to create Authorizer 'Cognito': Invalid issuer: Issuer can not be empty for JWT Authorizer.. Ignoring.",
      "Unable to put method 'POST' on resource at path '/authtest': Invalid authorizer definition. Setting the authorization type to JWT requires a valid authorizer. Ignoring.",
    ];
    const made = await control.v2.send(new ImportApiCommand({ Body }));
    assert.deepEqual(made.Warnings, warnings);
    assert.deepEqual(await refused(control.v2.send(new ImportApiCommand({ Body, FailOnWarnings: true }))), {
      name: 'BadRequestException',
      message: `Warnings found during import:\n\t${warnings.join('\n\t')}`,
    });
    const create = new CreateAuthorizerCommand({
      ApiId: made.ApiId,
      AuthorizerType: 'JWT',
      Name: 'own',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Audience: ['a'] },
    });
    assert.deepEqual(await refused(control.v2.send(create)), {
      name: 'BadRequestException',
      message: 'Invalid issuer: Issuer can not be empty for JWT Authorizer.',
    });
  });
});
