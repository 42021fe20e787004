/** Templates with one part that AWS would refuse, and how `gatewright start` treats each of them. */

type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties?: object }>>;

const CODE = 'exports.handler = async () => ({ statusCode: 200, body: "served" })';
export const aFunction = (name: string, more: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { ZipFile: CODE },
    ...more,
  },
});
const uriOf = (name: string): string =>
  `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:${name}/invocations`;
export const aMethod = (resource: string, name: string, more: object = {}) => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    RestApiId: { Ref: 'Api' },
    ResourceId: { Ref: resource },
    HttpMethod: 'GET',
    Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: uriOf(name) },
    ...more,
  },
});
const aPath = (part: string) => ({
  Type: 'AWS::ApiGateway::Resource',
  Properties: {
    RestApiId: { Ref: 'Api' },
    ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
    PathPart: part,
  },
});
/** An API whose `GET /good` is served. Each case defines `GET /bad`. */
export const REST: Resources = {
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'api' } },
  Hello: aFunction('hello'),
  Good: aPath('good'),
  Bad: aPath('bad'),
  GetGood: aMethod('Good', 'hello'),
  Deployment: {
    Type: 'AWS::ApiGateway::Deployment',
    Properties: { RestApiId: { Ref: 'Api' }, StageName: 'dev' },
  },
};
export const HTTP: Resources = {
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'api', ProtocolType: 'HTTP' } },
  Hello: aFunction('hello'),
  Target: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Api' },
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: { 'Fn::GetAtt': ['Hello', 'Arn'] },
    },
  },
  GetGood: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Api' },
      RouteKey: 'GET /good',
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Target' }]] },
    },
  },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Api' }, StageName: 'dev', AutoDeploy: true },
  },
};
const anOperation = (name: string) => ({
  'x-amazon-apigateway-integration': {
    type: 'aws_proxy',
    httpMethod: 'POST',
    payloadFormatVersion: '2.0',
    uri: uriOf(name),
  },
});
export const guarded = (more: object) => aMethod('Bad', 'hello', { AuthorizationType: 'CUSTOM', ...more });

/**
 * `bad` is the status of GET /bad, or undefined if there is no such route. `tells` is one finding, and the resource to
 * which its line belongs.
 */
type Case = {
  readonly name: string;
  readonly resources: Resources;
  readonly parameters?: object;
  readonly good?: number;
  readonly bad: number;
  readonly reports: readonly [logicalId: string, message: RegExp, consequence: RegExp];
};

const LOST_WALL = { Type: 'AWS::WAFv2::WebACLAssociation', Properties: { ResourceArn: { Ref: 'Nowhere' } } };

export const CASES: readonly Case[] = [
  {
    name: 'a function with a broken reference',
    resources: {
      ...REST,
      Broken: aFunction('broken', { Environment: { Variables: { QUEUE: { Ref: 'Nothing' } } } }),
      GetBad: aMethod('Bad', 'broken'),
    },
    bad: 500,
    reports: ['Broken', /Unresolved resource dependencies \[Nothing\]/, /invocations of broken fail/],
  },
  {
    name: 'a method with an integration that AWS refuses',
    resources: { ...REST, GetBad: aMethod('Bad', 'hello', { Integration: { Type: 'HTTPS' } }) },
    bad: 500,
    reports: ['GetBad', /Type must be one of/, /GET \/bad returns 500/],
  },
  {
    name: 'a parameter without a value',
    resources: {
      ...REST,
      GetBad: aMethod('Bad', 'hello', { AuthorizationType: { Ref: 'Kind' } }),
    },
    parameters: { Kind: { Type: 'String' } },
    bad: 500,
    reports: ['', /must have a value; pass --param Kind=…/, /GET \/bad returns 500/],
  },
  {
    name: 'an authorizer that is not there',
    resources: { ...REST, GetBad: guarded({ AuthorizerId: 'nobody' }) },
    bad: 500,
    reports: ['GetBad', /Invalid authorizer ID/, /GET \/bad returns 500/],
  },
  {
    name: 'an authorizer with a reference to nothing',
    resources: {
      ...REST,
      Who: {
        Type: 'AWS::ApiGateway::Authorizer',
        Properties: {
          RestApiId: { Ref: 'Api' },
          Type: 'TOKEN',
          Name: 'who',
          AuthorizerUri: { 'Fn::GetAtt': ['Nothing', 'Arn'] },
        },
      },
      GetBad: guarded({ AuthorizerId: { Ref: 'Who' } }),
    },
    bad: 500,
    reports: ['Who', /undefined resource Nothing/, /GET \/bad returns 500/],
  },
  {
    name: 'a resource policy that AWS refuses',
    resources: {
      ...REST,
      Api: {
        Type: 'AWS::ApiGateway::RestApi',
        Properties: { Name: 'api', Policy: { Version: '2012-10-17', Statement: [{ Effect: 'Maybe' }] } },
      },
      GetBad: aMethod('Bad', 'hello'),
    },
    good: 500,
    bad: 500,
    reports: ['Api', /Invalid policy document/, /every route of the API returns 500/],
  },
  {
    name: 'a web ACL in front of the stage',
    resources: {
      ...REST,
      GetBad: aMethod('Bad', 'hello'),
      Wall: {
        Type: 'AWS::WAFv2::WebACLAssociation',
        Properties: {
          WebACLArn: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/wall/1',
          ResourceArn: { 'Fn::Sub': 'arn:aws:apigateway:us-east-1::/restapis/${Api}/stages/dev' },
        },
      },
    },
    good: 500,
    bad: 500,
    reports: [
      'Wall',
      /no loaded stack defines the web ACL .*, or its definition has errors/,
      /stage dev returns 500.*--allow-unguarded/,
    ],
  },
  {
    name: 'a web ACL of a stage that cannot be told',
    resources: { ...REST, GetBad: aMethod('Bad', 'hello'), Wall: LOST_WALL },
    good: 500,
    bad: 500,
    reports: [
      'Wall',
      /the guarded stage is unknown/,
      /all stages of REST APIs return 500.*--allow-unguarded/,
    ],
  },
  {
    name: 'a stage with variables that AWS refuses',
    resources: {
      ...REST,
      GetBad: aMethod('Bad', 'hello'),
      Deployment: {
        Type: 'AWS::ApiGateway::Deployment',
        Properties: {
          RestApiId: { Ref: 'Api' },
          StageName: 'dev',
          StageDescription: { Variables: { 'a-b': '1' } },
        },
      },
    },
    good: 500,
    bad: 500,
    reports: ['Deployment', /a-b/, /stage dev responds with 500/],
  },
  {
    name: 'more authorizers than AWS takes',
    resources: {
      ...REST,
      ...Object.fromEntries(
        Array.from({ length: 11 }, (_, index) => [
          `Who${index}`,
          {
            Type: 'AWS::ApiGateway::Authorizer',
            Properties: {
              RestApiId: { Ref: 'Api' },
              Type: 'TOKEN',
              Name: `who${index}`,
              AuthorizerUri: uriOf('hello'),
              IdentitySource: 'method.request.header.Authorization',
            },
          },
        ]),
      ),
      GetBad: guarded({ AuthorizerId: { Ref: 'Who10' } }),
    },
    bad: 401,
    reports: ['Who10', /Maximum number of Authorizers/, /the gateway serves it/],
  },
  {
    name: 'an HTTP API with a timeout over 30 s',
    resources: {
      ...HTTP,
      Slow: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: { Ref: 'Api' },
          IntegrationType: 'AWS_PROXY',
          PayloadFormatVersion: '2.0',
          IntegrationUri: { 'Fn::GetAtt': ['Hello', 'Arn'] },
          TimeoutInMillis: 60_000,
        },
      },
      GetBad: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: 'GET /bad',
          Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Slow' }]] },
        },
      },
    },
    bad: 200,
    reports: [
      'Slow',
      /TimeoutInMillis must be a whole number from 50 to 30000, not 60000/,
      /the limit of 30000 applies/,
    ],
  },
  {
    name: 'a REST API with a timeout over 300 s',
    resources: {
      ...REST,
      Api: {
        Type: 'AWS::ApiGateway::RestApi',
        Properties: { Name: 'api', EndpointConfiguration: { Types: ['REGIONAL'] } },
      },
      GetBad: aMethod('Bad', 'hello', {
        Integration: {
          Type: 'AWS_PROXY',
          IntegrationHttpMethod: 'POST',
          Uri: uriOf('hello'),
          TimeoutInMillis: 900_000,
        },
      }),
    },
    bad: 200,
    reports: ['GetBad', /TimeoutInMillis must be a whole number/, /the limit of 300000 applies/],
  },
  {
    name: 'one operation of an HTTP API’s document with security that is not there',
    resources: {
      Hello: aFunction('hello'),
      Api: {
        Type: 'AWS::ApiGatewayV2::Api',
        Properties: {
          Body: {
            openapi: '3.0.1',
            info: { title: 'api', version: '1' },
            paths: {
              '/good': { get: anOperation('hello') },
              '/bad': { get: { ...anOperation('hello'), security: [{ nobody: [] }, { other: [] }] } },
            },
          },
        },
      },
      Stage: HTTP['Stage'] ?? Object.create(null),
    },
    bad: 500,
    reports: ['Api', /security|authorizer/i, /GET \/bad returns 500/],
  },
  {
    name: 'a resource without a type, and one of an API that nobody has',
    resources: {
      ...REST,
      Odd: {} as Resources[string],
      GetBad: aMethod('Bad', 'hello', { RestApiId: 'elsewhere' }),
    },
    bad: 403,
    reports: ['GetBad', /no loaded stack has this API/, /this part of the API is omitted/],
  },
  {
    name: 'a route of an HTTP API with an authorizer that is not there',
    resources: {
      ...HTTP,
      GetBad: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: 'GET /bad',
          AuthorizationType: 'JWT',
          AuthorizerId: 'x',
          Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Target' }]] },
        },
      },
    },
    bad: 500,
    reports: ['GetBad', /requires a valid JWT authorizer/, /GET \/bad returns 500/],
  },
  {
    name: 'a route key that AWS refuses',
    resources: {
      ...HTTP,
      GetBad: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: { ApiId: { Ref: 'Api' }, RouteKey: 'GET bad' },
      },
    },
    bad: 404,
    reports: ['GetBad', /route key is not formatted properly/, /this route does not exist/],
  },
];
