/**
 * Mapping templates, inline code and settings of a stage, in CloudFormation. The line that decides ends with `# here`.
 */
import { OPEN, rest } from './deciding-rows.ts';
import type { DecidingRow } from './deciding-rows.ts';

const JSON_BODY = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"email":"ann"}',
};
const ECHO = 'exports.handler = async (event) => event;';

/** A method that maps the request to a function. */
const mapped = (integration: string, method = OPEN): string =>
  rest(`${method}\n      MethodResponses: [{ StatusCode: 200 }]`)
    .replace('Type: AWS_PROXY', 'Type: AWS')
    .replace('HttpMethod: GET', 'HttpMethod: POST')
    .replace(/( *)Uri: .*/, `$&\n${integration}`);
const template = (lines: string, tag = '|'): string =>
  mapped(`        RequestTemplates:
          application/json: ${tag}
${lines
  .split('\n')
  .map((line) => `            ${line}`)
  .join('\n')}
        IntegrationResponses: [{ StatusCode: 200 }]`);

const INLINE = `      Handler: index.handler
      Code:
        ZipFile: `;
const inline = (tag: string): string =>
  rest(OPEN, '', '').replace(
    '      Code: .\n',
    `${INLINE}${tag}
          exports.handler = async () => {
            const pet = undefined;
            return pet.name; // # here
          };
`,
  );

const http = (more: string, api = '', route = ''): string => `
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: fn, Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/fn', Code: . }
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: api
      ProtocolType: HTTP
${api}
  Int: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, PayloadFormatVersion: '2.0', IntegrationUri: !GetAtt Fn.Arn } }
  Permission: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref Fn, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com } }
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      Target: !Sub integrations/\${Int}
${route === '' ? '      RouteKey: GET /' : route}
${more}`;
const STAGE =
  '  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }';

export const OF_TEMPLATES: readonly DecidingRow[] = [
  {
    kind: 'the address with a variable to which nothing is mapped',
    template: rest(OPEN)
      .replace('Type: AWS_PROXY', 'Type: HTTP_PROXY')
      .replace('IntegrationHttpMethod: POST', 'IntegrationHttpMethod: GET')
      .replace(/Uri: .*/, 'Uri: http://127.0.0.1:1/{id} # here'),
    status: 500,
  },
  {
    kind: 'the expression of a request template that reads a missing member',
    template: template('{\n  "id": 1,\n  "mail": "$input.path(\'$.mail\')" ## here\n}'),
    code: ECHO,
    request: JSON_BODY,
    status: 200,
  },
  {
    kind: 'the expression of a request template within Fn::Sub',
    template: template('{\n  "id": 1,\n  "mail": "$input.path(\'$.mail\')" ## here\n}', '!Sub |'),
    code: ECHO,
    request: JSON_BODY,
    status: 200,
  },
  {
    kind: 'the line of a request template that fails',
    template: template('{\n  "first":\n  "$input.path(\'$.email\').substring(9)" ## here\n}'),
    code: ECHO,
    request: JSON_BODY,
    status: 500,
  },
  {
    kind: 'the line of a response template that fails',
    template: mapped(`        IntegrationResponses:
          - StatusCode: 200
            ResponseTemplates:
              application/json: |
                {
                  "first": "$input.path('$.email').substring(9)" ## here
                }`),
    code: ECHO,
    request: JSON_BODY,
    status: 500,
  },
  {
    // nateyolles/slack-pokerbot#1
    kind: 'the line of a request template that prints no JSON',
    template: template('{\n  "id": 1,\n  "mail": $input.path(\'$.email\') ## here\n}'),
    code: ECHO,
    request: JSON_BODY,
    status: 200,
  },
  {
    kind: 'the expression that prints an object',
    template: mapped(`        IntegrationResponses:
          - StatusCode: 200
            ResponseTemplates:
              application/json: |
                {
                  "pet": $input.path('$.pet') ## here
                }`),
    code: "exports.handler = async () => ({ pet: { name: 'a' } });",
    request: JSON_BODY,
    status: 200,
  },
  { kind: 'the line of inline code', template: inline('|'), status: 502 },
  { kind: 'the line of inline code within Fn::Sub', template: inline('!Sub |'), status: 502 },
  {
    kind: 'the gateway response that changes the status',
    template: rest(
      '      AuthorizationType: AWS_IAM',
      `
  Refused:
    Type: AWS::ApiGateway::GatewayResponse
    Properties:
      RestApiId: !Ref Api
      ResponseType: DEFAULT_4XX
      StatusCode: '418' # here`,
    ),
    status: 418,
  },
  {
    kind: 'the stage variable that names the function',
    template: rest(OPEN)
      .replace(
        'functions/${Fn.Arn}/',
        'functions/arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${!stageVariables.fn}/',
      )
      .replace(
        'StageName: dev }',
        'StageName: dev, Variables: {\n      other: a,\n      fn: nobody } } # here',
      ),
    status: 500,
  },
  {
    kind: 'the path part of a route',
    template: rest(
      OPEN,
      `
  Users:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !GetAtt Api.RootResourceId
      PathPart: users # here`,
    ).replace(
      'ResourceId: !GetAtt Api.RootResourceId\n      HttpMethod',
      'ResourceId: !Ref Users\n      HttpMethod',
    ),
    request: { path: '/user' },
    status: 403,
  },
  {
    kind: 'the setting of a stage that caches GET only',
    template: rest(OPEN)
      .replace('HttpMethod: GET', 'HttpMethod: POST')
      .replace(
        'StageName: dev }',
        "StageName: dev, CacheClusterEnabled: true, CacheClusterSize: '0.5', MethodSettings: [\n      { HttpMethod: '*', ResourcePath: '/*',\n      CachingEnabled: true }] } # here",
      ),
    request: { method: 'POST' },
    status: 200,
  },
  {
    kind: 'the invocation type of a proxy',
    template: rest(OPEN).replace(
      /( *)Uri: .*/,
      `$&\n        RequestParameters:\n          integration.request.header.X-Amz-Invocation-Type: "'Event'" # here`,
    ),
    status: 200,
  },
  {
    kind: 'the key of a route of an HTTP API',
    template: http(STAGE, '', '      RouteKey: GET /users # here'),
    request: { path: '/user' },
    status: 404,
  },
  {
    kind: 'the throttle of a route of an HTTP API',
    template: http(`  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: $default
      AutoDeploy: true
      RouteSettings:
        GET /:
          ThrottlingBurstLimit: 0
          ThrottlingRateLimit: 0 # here`),
    status: 429,
  },
  {
    kind: 'the origins of an HTTP API',
    template: http(
      STAGE,
      "      CorsConfiguration:\n        AllowMethods: [GET]\n        AllowOrigins: ['https://shop.example'] # here",
    ),
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
    },
    status: 204,
  },
  {
    kind: 'the issuer of an HTTP API',
    template: http(
      `${STAGE}
  Tokens:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: tokens
      AuthorizerType: JWT
      IdentitySource: [$request.header.Authorization]
      JwtConfiguration:
        Audience: [shop]
        Issuer: https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other # here`,
      '',
      '      RouteKey: GET /\n      AuthorizationType: JWT\n      AuthorizerId: !Ref Tokens',
    ),
    request: {
      headers: {
        authorization:
          'Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJpc3MiOiJodHRwczovL2NvZ25pdG8taWRwLnVzLWVhc3QtMS5hbWF6b25hd3MuY29tL3VzLWVhc3QtMV9vbmUiLCJhdWQiOiJzaG9wIiwiZXhwIjo0MTAyNDQ0ODAwfQ.ImEi',
      },
    },
    status: 401,
  },
  {
    kind: 'the base path of a domain of a REST API',
    template: rest(
      OPEN,
      `
  Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, EndpointConfiguration: { Types: [REGIONAL] }, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a' } }
  Mapping:
    Type: AWS::ApiGateway::BasePathMapping
    DependsOn: Stage
    Properties:
      DomainName: !Ref Domain
      RestApiId: !Ref Api
      Stage: dev
      BasePath: shop # here`,
    ),
    request: { headers: { host: 'api.example.com' } },
    status: 403,
  },
  {
    kind: 'the key of a mapping of an HTTP API',
    template: http(`${STAGE}
  Domain: { Type: AWS::ApiGatewayV2::DomainName, Properties: { DomainName: api.example.com, DomainNameConfigurations: [{ CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a' }] } }
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties:
      DomainName: !Ref Domain
      ApiId: !Ref Api
      Stage: !Ref Stage
      ApiMappingKey: shop # here`),
    request: { headers: { host: 'api.example.com' } },
    status: 404,
  },
];
