/**
 * WebSocket APIs that refuse handshakes and messages, and the resources that they share with the other kinds of API.
 */

export type Resources = Record<string, object>;

export const invoke = (name: string): object => ({
  'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${name}.Arn}/invocations`,
});
export function plans(name: string, ApiStages: readonly object[], Value: string): Resources {
  return {
    [name]: {
      Type: 'AWS::ApiGateway::UsagePlan',
      Properties: { UsagePlanName: name, Quota: { Limit: 1, Period: 'DAY' }, ApiStages },
    },
    [`${name}Key`]: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Name: 'acme', Enabled: true, Value } },
    [`${name}PlanKey`]: {
      Type: 'AWS::ApiGateway::UsagePlanKey',
      Properties: { KeyId: { Ref: `${name}Key` }, KeyType: 'API_KEY', UsagePlanId: { Ref: name } },
    },
  };
}

/** A WebSocket API on the stage `dev`, whose `$connect` has this integration. */
function socketApi(
  name: string,
  {
    integration = lambdaOf('Main'),
    connect = {},
    stage = {},
    more = {},
  }: {
    readonly integration?: object;
    readonly connect?: object;
    readonly stage?: object;
    readonly more?: Resources;
  } = {},
): Resources {
  const ApiId = { Ref: name };
  const part = (type: string, properties: object): object => ({
    Type: `AWS::ApiGatewayV2::${type}`,
    Properties: { ApiId, ...properties },
  });
  return {
    [name]: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: name,
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
        ApiKeySelectionExpression: '$request.header.x-api-key',
      },
    },
    [`${name}Connect`]: part('Integration', integration),
    [`${name}Route`]: part('Route', {
      RouteKey: '$connect',
      Target: { 'Fn::Sub': `integrations/\${${name}Connect}` },
      ...connect,
    }),
    [`${name}Stage`]: part('Stage', { StageName: 'dev', AutoDeploy: true, ...stage }),
    ...more,
  };
}

const lambdaOf = (name: string): object => ({ IntegrationType: 'AWS_PROXY', IntegrationUri: invoke(name) });
const backendOf = (IntegrationUri: string): object => ({
  IntegrationType: 'HTTP',
  IntegrationMethod: 'GET',
  IntegrationUri,
  TimeoutInMillis: 50,
  RequestTemplates: { $default: '{}' },
});

const messageRoute = (RouteKey: string, integration: string, more: object): object => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: { Ref: 'SocketMessages' },
    RouteKey,
    Target: { 'Fn::Sub': `integrations/\${${integration}}` },
    ...more,
  },
});

export function socketApis(silent: string): Resources {
  return {
    ...socketApi('SocketOpen'),
    ...socketApi('SocketGuarded', {
      connect: { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'SocketGate' } },
      more: {
        SocketGate: {
          Type: 'AWS::ApiGatewayV2::Authorizer',
          Properties: {
            ApiId: { Ref: 'SocketGuarded' },
            Name: 'gate',
            AuthorizerType: 'REQUEST',
            AuthorizerUri: invoke('Auth'),
            IdentitySource: ['route.request.querystring.token'],
          },
        },
      },
    }),
    ...socketApi('SocketMessages', {
      more: {
        SocketPet: {
          Type: 'AWS::ApiGatewayV2::Model',
          Properties: {
            ApiId: { Ref: 'SocketMessages' },
            Name: 'Pet',
            ContentType: 'application/json',
            Schema: { type: 'object', required: ['name'] },
          },
        },
        SocketChecked: messageRoute('checked', 'SocketMessagesConnect', {
          ModelSelectionExpression: '$request.body.action',
          RequestModels: { checked: 'Pet' },
          RouteResponseSelectionExpression: '$default',
        }),
        SocketMapped: {
          Type: 'AWS::ApiGatewayV2::Integration',
          Properties: {
            ApiId: { Ref: 'SocketMessages' },
            ...backendOf(silent),
            RequestParameters: { 'integration.request.header.X-Pet': 'route.request.body.pet' },
          },
        },
        SocketDefault: messageRoute('$default', 'SocketMapped', {}),
      },
    }),
    ...socketApi('SocketSigned', { connect: { AuthorizationType: 'AWS_IAM' } }),
    ...socketApi('SocketKeyed', { connect: { ApiKeyRequired: true } }),
    ...plans(
      'SocketPlan',
      [{ ApiId: { Ref: 'SocketKeyed' }, Stage: { Ref: 'SocketKeyedStage' } }],
      'key-of-sockets-0123456789',
    ),
    ...socketApi('SocketThrottled', {
      stage: { RouteSettings: { $connect: { ThrottlingRateLimit: 0.001, ThrottlingBurstLimit: 1 } } },
    }),
    ...socketApi('SocketReserved', { integration: lambdaOf('Reserved') }),
    ...socketApi('SocketClosed', { integration: backendOf('http://127.0.0.1:1/') }),
    ...socketApi('SocketSlow', { integration: backendOf(silent) }),
    ...socketApi('SocketMock', {
      integration: { IntegrationType: 'MOCK', RequestTemplates: { $default: '{}' } },
    }),
    ...socketApi('SocketTyped', {
      integration: {
        IntegrationType: 'MOCK',
        PassthroughBehavior: 'NEVER',
        TemplateSelectionExpression: 'other',
        RequestTemplates: { one: '{"statusCode": 200}' },
      },
    }),
    ...socketApi('SocketParams', {
      connect: { RequestParameters: { 'route.request.querystring.page': { Required: true } } },
    }),
  };
}
