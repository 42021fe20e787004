/** Templates of any size. In each template, the number of one kind of thing grows. */

export type Template = { readonly Resources: Readonly<Record<string, object>> };

/** The code of every function. */
export const SOURCE = `exports.handler = async () => ({ statusCode: 200, body: 'ok' });
exports.allowHttp = async () => ({ isAuthorized: true });
`;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const named = (pairs: readonly (readonly [string, object])[]): Record<string, object> =>
  Object.fromEntries(pairs);
const ref = (name: string): object => ({ Ref: name });
const arnOf = (name: string): object => ({ 'Fn::GetAtt': [name, 'Arn'] });
const invocationOf = (name: string): object => ({
  'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${name}.Arn}/invocations`,
});

/** @param file name of the handler's file in `src`; several functions have one file each, as in real projects */
function lambda(file = 'index', handler = 'handler'): object {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs24.x',
      Handler: `${file}.${handler}`,
      Code: 'src',
      Timeout: 20,
      Role: 'arn:aws:iam::123456789012:role/any',
    },
  };
}

function permission(name: string): object {
  return {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: ref(name),
      Principal: 'apigateway.amazonaws.com',
    },
  };
}

/** A function with the permission that lets the API call it. */
function called(name: string, file?: string, handler?: string): Record<string, object> {
  return { [name]: lambda(file, handler), [`${name}Leave`]: permission(name) };
}

function v2(type: string, properties: object): object {
  return { Type: `AWS::ApiGatewayV2::${type}`, Properties: { ApiId: ref('Http'), ...properties } };
}

function v2Integration(name: string): object {
  return v2('Integration', {
    IntegrationType: 'AWS_PROXY',
    PayloadFormatVersion: '2.0',
    IntegrationUri: arnOf(name),
  });
}

function v2Route(key: string, integration: string, more: object = {}): object {
  return v2('Route', {
    RouteKey: key,
    Target: { 'Fn::Join': ['/', ['integrations', ref(integration)]] },
    ...more,
  });
}

const HTTP_API = {
  Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'grown-http', ProtocolType: 'HTTP' } },
};
const HTTP_STAGE = { HttpStage: v2('Stage', { StageName: '$default', AutoDeploy: true }) };

/** Resources, each of a different AWS service. */
const SERVICES: readonly (readonly [string, object])[] = [
  ['AWS::SQS::Queue', {}],
  ['AWS::SNS::Topic', {}],
  ['AWS::Events::EventBus', { Name: 'grown' }],
  ['AWS::Kinesis::Stream', { ShardCount: 1 }],
  [
    'AWS::StepFunctions::StateMachine',
    {
      RoleArn: 'arn:aws:iam::123456789012:role/any',
      DefinitionString: '{"StartAt":"End","States":{"End":{"Type":"Succeed"}}}',
    },
  ],
  ['AWS::S3::Bucket', {}],
  [
    'AWS::DynamoDB::Table',
    {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    },
  ],
  [
    'AWS::Scheduler::Schedule',
    {
      ScheduleExpression: 'rate(30 days)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: arnOf('Answer'), RoleArn: 'arn:aws:iam::123456789012:role/any' },
    },
  ],
  [
    'AWS::CloudWatch::Alarm',
    {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    },
  ],
  ['AWS::SSM::Parameter', { Type: 'String', Value: 'grown' }],
  ['AWS::SecretsManager::Secret', { SecretString: 'grown' }],
  ['AWS::Cognito::UserPool', {}],
];

/** A template with one route and one resource of each of the first `count` AWS services. */
export function services(count: number): Template {
  const used = SERVICES.slice(0, count).map(
    ([Type, Properties], n) => [`Service${n}`, { Type, Properties }] as const,
  );
  return { Resources: { ...httpRoutes(1).Resources, ...named(used) } };
}

/**
 * Routes `/r0` … of an HTTP API, all to one function. The API is not defined by an OpenAPI document, because each route
 * of a document would have its own integration, and AWS allows only 300 integrations.
 */
export function httpRoutes(count: number, apiName = 'grown-http'): Template {
  return {
    Resources: {
      Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: apiName, ProtocolType: 'HTTP' } },
      ...HTTP_STAGE,
      ...called('Answer'),
      Call: v2Integration('Answer'),
      ...named(times(count, (n) => [`Route${n}`, v2Route(`ANY /r${n}`, 'Call')])),
    },
  };
}

/** Routes `/r0` …, each with its own authorizer that has a cache. */
export function authorizers(count: number): Template {
  return {
    Resources: {
      ...HTTP_API,
      ...HTTP_STAGE,
      ...called('Answer'),
      Call: v2Integration('Answer'),
      ...called('Allow', 'index', 'allowHttp'),
      ...named(
        times(count, (n) => [
          `Authorizer${n}`,
          v2('Authorizer', {
            Name: `a${n}`,
            AuthorizerType: 'REQUEST',
            EnableSimpleResponses: true,
            AuthorizerPayloadFormatVersion: '2.0',
            AuthorizerResultTtlInSeconds: 3600,
            IdentitySource: ['$request.header.Authorization'],
            AuthorizerUri: invocationOf('Allow'),
          }),
        ]),
      ),
      ...named(
        times(count, (n) => [
          `Route${n}`,
          v2Route(`GET /r${n}`, 'Call', {
            AuthorizationType: 'CUSTOM',
            AuthorizerId: ref(`Authorizer${n}`),
          }),
        ]),
      ),
    },
  };
}

/** Stages of an HTTP API that serve `/s0/one` … */
export function stages(count: number): Template {
  return {
    Resources: {
      ...HTTP_API,
      ...called('Answer'),
      Call: v2Integration('Answer'),
      Route: v2Route('GET /one', 'Call'),
      ...named(times(count, (n) => [`Stage${n}`, v2('Stage', { StageName: `s${n}`, AutoDeploy: true })])),
    },
  };
}

/** A template with one route and `count` further resources, each of which references the previous one. */
export function resources(count: number): Template {
  const queue = (n: number): object => ({
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: `grown-${n}`,
      ...(n > 0 && { Tags: [{ Key: 'before', Value: { 'Fn::Sub': `\${Queue${n - 1}.Arn}` } }] }),
    },
  });
  return {
    Resources: { ...httpRoutes(1).Resources, ...named(times(count, (n) => [`Queue${n}`, queue(n)])) },
  };
}

const REST_API = {
  Rest: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'grown-rest' } },
};

function rest(type: string, properties: object): object {
  return { Type: `AWS::ApiGateway::${type}`, Properties: { RestApiId: ref('Rest'), ...properties } };
}

function restResource(part: string): object {
  return rest('Resource', { ParentId: { 'Fn::GetAtt': ['Rest', 'RootResourceId'] }, PathPart: part });
}

function restMethod(resource: string, more: object = {}, integration: object = {}): object {
  return rest('Method', {
    ResourceId: ref(resource),
    HttpMethod: 'GET',
    AuthorizationType: 'NONE',
    Integration: {
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      Uri: invocationOf('Answer'),
      ...integration,
    },
    ...more,
  });
}

function restStage(method: string, more: object = {}): Record<string, object> {
  return {
    Deployment: { ...rest('Deployment', {}), DependsOn: [method] },
    RestStage: rest('Stage', { StageName: 'dev', DeploymentId: ref('Deployment'), ...more }),
  };
}

/**
 * Routes `/dev/r0` … of a REST API, all to one function. The API is defined by an OpenAPI document, because a template
 * can have at most 5,000 resources.
 */
export function restRoutes(count: number): Template {
  const call = { type: 'aws_proxy', httpMethod: 'POST', uri: invocationOf('Answer') };
  const paths = named(times(count, (n) => [`/r${n}`, { get: { 'x-amazon-apigateway-integration': call } }]));
  return {
    Resources: {
      Rest: {
        Type: 'AWS::ApiGateway::RestApi',
        Properties: { Body: { openapi: '3.0.1', info: { title: 'grown', version: '1' }, paths } },
      },
      Deployment: rest('Deployment', {}),
      RestStage: rest('Stage', { StageName: 'dev', DeploymentId: ref('Deployment') }),
      ...called('Answer'),
    },
  };
}

/**
 * Routes `/dev/r0` …, each to a function with its own file. The API is a REST API because AWS does not raise the quota
 * of integrations of HTTP APIs.
 */
export function functions(count: number): Template {
  return {
    Resources: {
      ...REST_API,
      ...restStage('Method0'),
      ...named(times(count, (n) => Object.entries(called(`Answer${n}`, `f${n}`))).flat()),
      ...named(times(count, (n) => [`Resource${n}`, restResource(`r${n}`)])),
      ...named(
        times(count, (n) => [
          `Method${n}`,
          restMethod(`Resource${n}`, {}, { Uri: invocationOf(`Answer${n}`) }),
        ]),
      ),
    },
  };
}

export const keyOf = (n: number | string): string => `key-of-the-growth-bench-${n}`;

/**
 * A route that requires an API key. `keys` API keys are distributed over `plans` usage plans, all of which include the
 * stage.
 */
export function keysAndPlans(keys: number, plans: number): Template {
  const plan = (n: number): object => ({
    Type: 'AWS::ApiGateway::UsagePlan',
    Properties: {
      UsagePlanName: `plan-${n}`,
      Quota: { Limit: 2_000_000_000, Period: 'MONTH' },
      Throttle: { RateLimit: 1_000_000, BurstLimit: 1_000_000 },
      ApiStages: [{ ApiId: ref('Rest'), Stage: ref('RestStage') }],
    },
  });
  const key = (n: number): object => ({
    Type: 'AWS::ApiGateway::ApiKey',
    Properties: { Name: `key-${n}`, Enabled: true, Value: keyOf(n) },
  });
  const member = (n: number): object => ({
    Type: 'AWS::ApiGateway::UsagePlanKey',
    Properties: { UsagePlanId: ref(`Plan${n % plans}`), KeyId: ref(`Key${n}`), KeyType: 'API_KEY' },
  });
  return {
    Resources: {
      ...REST_API,
      ...called('Answer'),
      Resource: restResource('r'),
      Method: restMethod('Resource', { ApiKeyRequired: true }),
      ...restStage('Method'),
      ...named(times(plans, (n) => [`Plan${n}`, plan(n)])),
      ...named(times(keys, (n) => [`Key${n}`, key(n)])),
      ...named(times(keys, (n) => [`PlanKey${n}`, member(n)])),
    },
  };
}

/** A template with the route `/dev/r`, whose responses the stage cache stores under the query parameter `n`. */
export function cachedRoute(): Template {
  const parameter = 'querystring.n';
  return {
    Resources: {
      ...REST_API,
      ...called('Answer'),
      Resource: restResource('r'),
      Method: restMethod(
        'Resource',
        { RequestParameters: { [`method.request.${parameter}`]: false } },
        { CacheKeyParameters: [`method.request.${parameter}`] },
      ),
      ...restStage('Method', {
        CacheClusterEnabled: true,
        CacheClusterSize: '0.5',
        MethodSettings: [
          { ResourcePath: '/*', HttpMethod: '*', CachingEnabled: true, CacheTtlInSeconds: 3600 },
        ],
      }),
    },
  };
}

/** A WebSocket API that replies to each message. */
export function socketEcho(): Template {
  const part = (type: string, properties: object): object => ({
    Type: `AWS::ApiGatewayV2::${type}`,
    Properties: { ApiId: ref('Socket'), ...properties },
  });
  return {
    Resources: {
      Socket: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: {
          Name: 'grown-sockets',
          ProtocolType: 'WEBSOCKET',
          RouteSelectionExpression: '$request.body.action',
        },
      },
      ...called('Answer'),
      Call: part('Integration', { IntegrationType: 'AWS_PROXY', IntegrationUri: invocationOf('Answer') }),
      Route: part('Route', {
        RouteKey: '$default',
        RouteResponseSelectionExpression: '$default',
        Target: { 'Fn::Join': ['/', ['integrations', ref('Call')]] },
      }),
      Response: part('RouteResponse', { RouteId: ref('Route'), RouteResponseKey: '$default' }),
      Stage: part('Stage', { StageName: 'dev', AutoDeploy: true }),
    },
  };
}

export const TABLE = 'grown-items';

/** A table with partition and sort key, and an index of all items by another attribute. */
export function itemTable(): Template {
  const key = (name: string, type: string): object => ({ AttributeName: name, KeyType: type });
  return {
    Resources: {
      Items: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: TABLE,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: ['pk', 'sk', 'owner'].map((name) => ({
            AttributeName: name,
            AttributeType: 'S',
          })),
          KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'by-owner',
              Projection: { ProjectionType: 'ALL' },
              KeySchema: [key('owner', 'HASH'), key('sk', 'RANGE')],
            },
          ],
        },
      },
    },
  };
}

export const USAGE = 'grown-usage';

/** The table of quotas as the stack defines it. */
export function usageTable(): Template {
  return {
    Resources: {
      Usage: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: USAGE,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
        },
      },
    },
  };
}
