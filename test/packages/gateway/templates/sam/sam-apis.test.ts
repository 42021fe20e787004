import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { samProperties, samResources, samSecurity, samTemplate, samText } from '../sam-builders.ts';
import { samEvents } from '../sam-event-builders.ts';
import { aStack, refusal } from '../stack-builders.ts';

const ROUTE = 'Path: /x, Method: get';

describe('expandHttpApi', () => {
  const rows: { name: string; jwt: string }[] = [
    { name: 'issuer and audience', jwt: '{ issuer: i, audience: [a] }' },
    { name: 'Issuer and Audience', jwt: '{ Issuer: i, Audience: [a] }' },
  ];
  for (const { name, jwt } of rows) {
    it(`takes ${name} of a JWT authorizer`, () => {
      const auth = `Auth: { DefaultAuthorizer: J, Authorizers: { J: { IdentitySource: $request.header.Authorization, JwtConfiguration: ${jwt} } } }`;
      const text = samTemplate('HttpApi', auth, { A: ROUTE });

      assert.deepEqual(
        samProperties(text, 'Api Authorizer J')['JwtConfiguration'],
        { Issuer: 'i', Audience: ['a'] },
        'SAM specification, OAuth2Authorizer',
      );
      assert.deepEqual(samSecurity(text), { 'GET /x': 'JWT J' });
    });
  }

  it("adds events and Auth to the API's own document, which takes precedence", () => {
    const text = samTemplate(
      'HttpApi',
      `DefinitionBody: { openapi: 3.0.1, paths: { /x: { get: { x-amazon-apigateway-integration: { type: http_proxy, uri: 'http://a.example', httpMethod: GET } } } } }, Auth: { EnableIamAuthorizer: true, DefaultAuthorizer: AWS_IAM }`,
      { A: ROUTE, B: 'Path: /y, Method: post, Auth: { Authorizer: NONE }' },
    );

    assert.deepEqual(
      samSecurity(text),
      { 'GET /x': 'AWS_IAM', 'POST /y': 'NONE' },
      'SAM specification, HttpApi',
    );
    assert.equal(samProperties(text, 'Api Integration GET /x')['IntegrationType'], 'HTTP_PROXY');
  });

  // SAM developer guide, "HttpApiFunctionAuth", AuthorizationScopes: the scopes of the event replace the scopes of the
  // authorizer.
  for (const { name, authorizer, event, scopes } of [
    { name: 'of its event', authorizer: 'AuthorizationScopes: [a], ', event: '[b]', scopes: ['b'] },
    { name: 'of its authorizer', authorizer: 'AuthorizationScopes: [a], ', event: undefined, scopes: ['a'] },
    { name: 'of its event alone', authorizer: '', event: '[b]', scopes: ['b'] },
    { name: 'of none', authorizer: '', event: undefined, scopes: undefined },
  ])
    for (const isDefault of [false, true])
      it(`asks for the scopes ${name}${isDefault ? ', by the default authorizer' : ''}`, () => {
        const jwt = `J: { ${authorizer}IdentitySource: $request.header.Authorization, JwtConfiguration: { issuer: i, audience: [a] } }`;
        const own = [
          ...(isDefault ? [] : ['Authorizer: J']),
          ...(event === undefined ? [] : [`AuthorizationScopes: ${event}`]),
        ];
        const auth = `Auth: { ${isDefault ? 'DefaultAuthorizer: J, ' : ''}Authorizers: { ${jwt} } }`;
        const text = samTemplate('HttpApi', auth, { A: `${ROUTE}, Auth: { ${own.join(', ')} }` });
        const route = samProperties(text, 'Api GET /x');

        assert.equal(route['AuthorizationType'], 'JWT');
        assert.deepEqual(route['AuthorizationScopes'], scopes);
      });

  // SAM developer guide, "LambdaAuthorizationIdentity" of an HTTP API.
  it('reads the identity of a Lambda authorizer from every place', () => {
    const identity =
      'Headers: [H], QueryStrings: [q], StageVariables: [v], Context: [routeKey], ReauthorizeEvery: 7';
    const auth = `Auth: { Authorizers: { L: { FunctionArn: !GetAtt F.Arn, AuthorizerPayloadFormatVersion: "2.0", EnableSimpleResponses: true, FunctionInvokeRole: role, Identity: { ${identity} } } } }`;
    const found = samProperties(samTemplate('HttpApi', auth, { A: ROUTE }), 'Api Authorizer L');

    assert.deepEqual(
      [
        found['AuthorizerType'],
        found['AuthorizerPayloadFormatVersion'],
        found['EnableSimpleResponses'],
        found['AuthorizerCredentialsArn'],
        found['AuthorizerResultTtlInSeconds'],
        found['IdentitySource'],
      ],
      [
        'REQUEST',
        '2.0',
        true,
        'role',
        7,
        ['$request.header.H', '$request.querystring.q', '$stageVariables.v', '$context.routeKey'],
      ],
    );
  });

  it('gives a route the settings of its event', () => {
    const settings = 'RouteSettings: { ThrottlingBurstLimit: 1 }';
    const text = samTemplate('HttpApi', '', { A: `${ROUTE}, ${settings}` });

    assert.deepEqual(samProperties(text, 'ApiliveStage')['RouteSettings'], {
      'GET /x': { ThrottlingBurstLimit: 1 },
    });
  });

  it('refuses an unknown authorizer', () => {
    const says = (api: string, event = ROUTE): string =>
      refusal(() => aStack(samTemplate('HttpApi', api, { A: event })));

    assert.match(says('Auth: { ApiKeyRequired: true }'), /unknown property ApiKeyRequired in Auth/);
    assert.match(says('Auth: { DefaultAuthorizer: J }'), /DefaultAuthorizer names J, which is not in/);
    assert.match(says('', `${ROUTE}, Auth: { Authorizer: J }`), /the API has no authorizer J/);
  });
});

describe('expandStateMachine', () => {
  const machine = (more: string, event = 'Path: /run, Method: post'): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties: { Definition: { StartAt: A }, ${more} Events: { Run: { Type: Api, Properties: { ${event} } }, Night: { Type: Schedule, Properties: { Schedule: rate(1 day) } } } }`;

  it('starts an execution with the body of the request', () => {
    const integration = samProperties(machine(''), 'ServerlessRestApi POST /run')[
      'Integration'
    ] as JsonObject;
    const arn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:shop-M-';

    assert.equal(integration['Type'], 'AWS');
    assert.equal(integration['Uri'], 'arn:aws:apigateway:eu-west-1:states:action/StartExecution');
    assert.match(
      samText(machine(''), 'ServerlessRestApi POST /run', 'Credentials'),
      /^arn:aws:iam::123456789012:role\/shop-MRunRole-/,
    );
    assert.match(
      (integration['RequestTemplates'] as Record<string, string>)['application/json'] ?? '',
      new RegExp(
        `^\\{"input": "\\$util.escapeJavaScript\\(\\$input.json\\('\\$'\\)\\)", "stateMachineArn": "${arn}[A-Z0-9]+"\\}$`,
      ),
      'SAM specification, StateMachine Api event',
    );
  });

  it('starts the alias if it is the target of events', () => {
    const text = machine('AutoPublishAlias: live, UseAliasAsEventTarget: true,');
    const integration = samProperties(text, 'ServerlessRestApi POST /run')['Integration'] as JsonObject;

    assert.match(JSON.stringify(integration['RequestTemplates']), /stateMachine:shop-M-[A-Z0-9]+:live/);
  });

  it("protects the route like a function's route", () => {
    const text = machine('', 'Path: /run, Method: post, Auth: { ApiKeyRequired: true }');

    assert.deepEqual(samSecurity(text), { 'POST /run': 'NONE key' });
  });

  // The output of aws/serverless-application-model for these events, compared by hand.
  it('is started by rules and schedules, with a role each', () => {
    const text = machine('').replace(
      /Night: .*/,
      `Night: { Type: Schedule, Properties: { Schedule: rate(1 day) } }, Paid: { Type: EventBridgeRule, Properties: { Pattern: { source: [shop] }, RetryPolicy: { MaximumRetryAttempts: 2 } } }, Hour: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 hour) } } } }`,
    );
    const machineArn = /^arn:aws:states:eu-west-1:123456789012:stateMachine:shop-M-[A-Z0-9]+$/;

    assert.deepEqual(aStack(text).raw.findings, []);
    for (const [id, ending] of [
      ['MNight', 'MNightStepFunctionsTarget'],
      ['MPaid', 'MPaidStepFunctionsTarget'],
    ] as const) {
      const [target] = samProperties(text, id)['Targets'] as readonly Record<string, string>[];
      assert.equal(target?.['Id'], ending);
      assert.match(target['Arn'] ?? '', machineArn);
      assert.match(target['RoleArn'] ?? '', new RegExp(`^arn:aws:iam::123456789012:role/shop-${id}Role-`));
      const [policy] = samProperties(text, `${id}Role`)['Policies'] as readonly JsonObject[];
      assert.equal(policy?.['PolicyName'], `${id}RoleStartExecutionPolicy`);
    }
    const { Target } = samProperties(text, 'MHour') as { readonly Target: Record<string, string> };
    assert.match(Target['Arn'] ?? '', machineArn);
    assert.match(
      JSON.stringify(samProperties(text, 'MHourRole')),
      /states:StartExecution.*MHourStartExecutionPolicy|MHourStartExecutionPolicy.*states:StartExecution/,
    );
  });
});

describe('expandWebSocketApi', () => {
  const socket = (properties: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Chat: { Type: AWS::Serverless::WebSocketApi, Properties: { RouteSelectionExpression: $request.body.action, ${properties} } }
  F: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs24.x, Handler: a.b } }`;
  const routes = 'Routes: { $connect: { FunctionArn: !GetAtt F.Arn }, send: { FunctionArn: !GetAtt F.Arn } }';

  it('makes the API, its routes and a stage', () => {
    const text = socket(routes);

    assert.equal(samProperties(text, 'Chat')['ProtocolType'], 'WEBSOCKET');
    assert.deepEqual(samSecurity(text), { ChatConnectRoute: 'null', ChatSendRoute: 'null' });
    assert.equal(samProperties(text, 'ChatDefaultStage')['StageName'], 'default', 'SAM specification');
    assert.match(samText(text, 'ChatSendIntegration', 'IntegrationUri'), /:function:shop-F-/);
  });

  // SAM developer guide, "AWS::Serverless::WebSocketApi": the permission is for the stage and the route.
  for (const { stage, scope, id } of [
    { stage: '', scope: 'default/send', id: 'ChatDefaultStage' },
    { stage: 'StageName: live, ', scope: 'live/send', id: 'ChatliveStage' },
    { stage: 'StageName: !Join ["", [li, ve]], ', scope: '*/send', id: 'ChatStage' },
  ])
    it(`allows the API to call the functions of its routes ${stage === '' ? 'by default' : `with ${stage}`}`, () => {
      const text = socket(`${stage}${routes}`);

      assert.match(
        samText(text, 'ChatSendPermission', 'SourceArn'),
        new RegExp(`^arn:aws:execute-api:eu-west-1:123456789012:[a-z0-9]{10}/${scope.replace('*', '\\*')}$`),
      );
      assert.equal(samProperties(text, id)['AutoDeploy'], true);
    });

  it('gives its API, routes and integrations every property that they share with CloudFormation', () => {
    const ofApi = {
      ApiKeySelectionExpression: '$request.header.x-api-key',
      Description: 'd',
      DisableExecuteApiEndpoint: false,
      DisableSchemaValidation: true,
      IpAddressType: 'ipv4',
      RouteSelectionExpression: '$request.body.action',
      Tags: { a: 'b' },
    };
    const ofRoute = {
      ApiKeyRequired: true,
      ModelSelectionExpression: '$request.body.m',
      OperationName: 'o',
      RequestModels: { a: 'M' },
      RequestParameters: { 'route.request.header.A': { Required: true } },
      RouteResponseSelectionExpression: '$default',
    };
    const route = { ...ofRoute, FunctionArn: 'arn', IntegrationTimeout: 1000 };
    const { resources, findings } = samEvents(
      {},
      {},
      {
        Chat: { Type: 'AWS::Serverless::WebSocketApi', Properties: { ...ofApi, Routes: { send: route } } },
      },
    );
    const properties = (id: string) => membersOf(membersOf(resources[id])['Properties']);
    const members = (id: string, names: object) =>
      Object.fromEntries(Object.keys(names).map((name) => [name, properties(id)[name]]));

    assert.deepEqual(findings, []);
    assert.deepEqual(members('Chat', ofApi), ofApi);
    assert.deepEqual(members('ChatSendRoute', ofRoute), ofRoute);
    assert.equal(properties('ChatSendIntegration')['TimeoutInMillis'], 1000);
  });

  it('authorizes $connect only', () => {
    const text = socket(
      `${routes}, Auth: { AuthType: CUSTOM, AuthArn: !GetAtt F.Arn, IdentitySource: [route.request.header.A] }`,
    );

    assert.deepEqual(samSecurity(text), {
      ChatConnectRoute: 'CUSTOM ChatConnectAuthorizer',
      ChatSendRoute: 'null',
    });
    assert.match(
      refusal(() => aStack(socket(`${routes}, Auth: { AuthType: JWT }`))),
      /Auth.AuthType must be/,
    );
    assert.match(
      refusal(() => aStack(socket('Routes: {}'))),
      /needs at least one route/,
    );
  });
});

describe('SAM types that are not served', () => {
  it('do not change the rest', () => {
    const text = `${samTemplate('Api', '', { A: ROUTE })}
  G: { Type: AWS::Serverless::GraphQLApi, Properties: { SchemaUri: x, Auth: { Type: AWS_IAM } } }
  N: { Type: AWS::Serverless::Novelty }
  T: { Type: AWS::SNS::Topic }
Outputs: { Out: { Value: !Ref G } }`;
    const resources = samResources(text);

    assert.deepEqual(samSecurity(text), { 'GET /x': 'NONE' });
    assert.equal(resources.get('G')?.type, 'AWS::AppSync::GraphQLApi');
    assert.equal(resources.get('N')?.type, 'AWS::Serverless::Novelty');
  });
});

// samtranslator 1.100.0, plugins/api/implicit_api_plugin.py, on_before_transform_template and _maybe_remove_implicit_api
describe('an API with the logical id of an implicit API', () => {
  const template = (id: string, type: string, event: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  ${id}:
    Type: AWS::Serverless::${type}
    Properties: { StageName: live, Unknown: true }
  F:
    Type: AWS::Serverless::Function
    Properties:
      { Runtime: nodejs24.x, Handler: a.b, Events: { E: { Type: ${type}, Properties: { ${event} } } } }`;
  const rows = [
    { id: 'ServerlessRestApi', type: 'Api', event: ROUTE, stage: 'ServerlessRestApiProdStage' },
    {
      id: 'ServerlessRestApi',
      type: 'Api',
      event: `${ROUTE}, RestApiId: !Ref ServerlessRestApi`,
      stage: 'ServerlessRestApiProdStage',
    },
    {
      id: 'ServerlessHttpApi',
      type: 'HttpApi',
      event: ROUTE,
      stage: 'ServerlessHttpApiApiGatewayDefaultStage',
    },
  ];
  for (const { id, type, event, stage } of rows)
    it(`is replaced if the event of ${type} has ${event}`, () => {
      const text = template(id, type, event);
      const [finding, ...others] = aStack(text).raw.findings;

      assert.ok(samResources(text).has(stage));
      assert.deepEqual(
        [finding?.place?.logicalId, finding?.rule, finding?.place?.line],
        [id, 'sam-replaces', 4],
      );
      assert.match(
        finding?.message ?? '',
        /is missing or Serverless\w+, such as F\.E, so none of its properties/,
      );
      assert.match(
        finding?.remedy ?? '',
        /into each \w+ event whose \w+ is missing or Serverless\w+; .* gets a new id and address$/,
      );
      assert.deepEqual(others, []);
    });

  it('is deployed as it is written if each event names another API', () => {
    const other = '  Api: { Type: AWS::Serverless::Api, Properties: { StageName: dev } }';
    const text = template('ServerlessRestApi', 'Api', `${ROUTE}, RestApiId: !Ref Api`)
      .replace(', Unknown: true', ', DefinitionBody: { openapi: 3.0.1, paths: {} }')
      .replace('Resources:', `Resources:\n${other}`);

    assert.ok(samResources(text).has('ServerlessRestApiliveStage'));
    assert.deepEqual(aStack(text).raw.findings, []);
  });
});
