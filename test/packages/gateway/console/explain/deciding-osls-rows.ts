/** Services of osls in which the line of the setting that decides ends with `# here`. */
import type { DecidingRow } from './deciding-rows.ts';

const osls = (event: string, provider = '', ofFunction = '', more = ''): string => `
service: shop
provider:
  name: aws
  runtime: nodejs22.x
  stage: dev
  region: us-east-1
${provider}
functions:
  guard: { handler: auth.handler }
  list:
    handler: index.handler
${ofFunction}
    events:
${event}
${more}`;

const http = (more: string, provider = '', ofFunction = ''): string =>
  osls(
    `      - http:
          path: /
          method: get
${more}`,
    provider,
    ofFunction,
  );
const httpApi = (more: string, provider = '', ofFunction = ''): string =>
  osls(
    `      - httpApi:
          path: /
          method: get
${more}`,
    provider,
    ofFunction,
  );
const SLOW =
  'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 2500, { statusCode: 200 }));';
const file = 'serverless.yml';
const KEY = { 'x-api-key': 'key-of-a-customer-123' };

const ROWS: readonly DecidingRow[] = [
  {
    kind: 'the path of an http event',
    template: http('').replace('path: /', 'path: /users # here'),
    request: { path: '/user' },
    status: 403,
  },
  {
    kind: 'the method of an http event',
    template: http('').replace('method: get', 'method: get # here'),
    request: { method: 'PUT' },
    status: 403,
  },
  {
    kind: 'an http event in short form',
    template: osls('      - http: GET /users # here'),
    request: { path: '/user' },
    status: 403,
  },
  {
    kind: 'the path of an httpApi event',
    template: httpApi('').replace('path: /', 'path: /users # here'),
    request: { path: '/user' },
    status: 404,
  },
  {
    kind: 'the method of an httpApi event',
    template: httpApi('').replace('method: get', 'method: get # here'),
    request: { method: 'PUT' },
    status: 404,
  },
  {
    kind: 'an httpApi event in short form',
    template: osls('      - httpApi: GET /users # here'),
    request: { path: '/user' },
    status: 404,
  },
  {
    kind: 'cors: true of an http event, for another method',
    template: http('          cors: true # here'),
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'PUT' },
    },
    status: 200,
  },
  {
    kind: 'the origin in cors of an http event',
    template: http(
      "          cors:\n            headers: [content-type]\n            origin: 'https://shop.example' # here",
    ),
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
    },
    status: 200,
  },
  {
    kind: 'the headers in cors of an http event',
    template: http(
      "          cors:\n            origin: 'https://shop.example'\n            headers: [content-type] # here",
    ),
    request: {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'x-own',
      },
    },
    status: 200,
  },
  {
    kind: 'the http event without cors',
    template: osls('      - http: # here\n          path: /\n          method: get'),
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
    },
    status: 403,
  },
  {
    kind: 'the authorizer of an http event',
    template: http('          authorizer: guard # here'),
    status: 401,
  },
  {
    kind: 'the identity source of an authorizer of an http event',
    template: http(
      '          authorizer:\n            name: guard\n            type: request\n            identitySource: method.request.header.X-Token # here',
    ),
    status: 401,
  },
  {
    kind: 'the second identity source of an authorizer of an http event',
    template: http(
      '          authorizer:\n            name: guard\n            type: request\n            identitySource: method.request.header.Accept, method.request.querystring.key # here',
    ),
    status: 401,
  },
  {
    kind: 'the expression of an authorizer of an http event',
    template: http(
      '          authorizer:\n            name: guard\n            identityValidationExpression: ^a$ # here',
    ),
    request: { headers: { authorization: 'b' } },
    status: 401,
  },
  { kind: 'aws_iam of an http event', template: http('          authorizer: aws_iam # here'), status: 403 },
  { kind: 'private of an http event', template: http('          private: true # here'), status: 403 },
  {
    kind: 'the type of an authorizer of an httpApi event',
    template: httpApi('          authorizer: { type: aws_iam } # here'),
    status: 403,
  },
  {
    kind: 'the authorizer of an httpApi event by its name',
    template: httpApi(
      '          authorizer: { name: own }',
      '  httpApi:\n    authorizers:\n      own:\n        type: jwt\n        audience: [a]\n        issuerUrl: https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other\n        identitySource: $request.header.Authorization # here',
    ),
    status: 401,
  },
  {
    kind: 'the quota of a usage plan',
    template: http(
      '          private: true',
      '  apiGateway:\n    apiKeys: [{ name: one, value: key-of-a-customer-123 }]\n    usagePlan:\n      quota:\n        period: DAY\n        limit: 1 # here',
    ),
    request: { headers: KEY, times: 2 },
    status: 429,
  },
  {
    kind: 'the throttle of a usage plan',
    template: http(
      '          private: true',
      '  apiGateway:\n    apiKeys: [{ name: one, value: key-of-a-customer-123 }]\n    usagePlan:\n      throttle:\n        burstLimit: 0\n        rateLimit: 0 # here',
    ),
    request: { headers: KEY },
    status: 429,
  },
  {
    kind: 'a key that is disabled',
    template: http(
      '          private: true',
      '  apiGateway:\n    apiKeys:\n      - name: one\n        value: key-of-a-customer-123\n        enabled: false # here',
    ),
    request: { headers: KEY },
    status: 403,
  },
  {
    kind: 'a required parameter',
    template: http(
      '          request:\n            parameters:\n              querystrings:\n                page: false\n                id: true # here',
    ),
    status: 400,
  },
  {
    kind: 'a required header',
    template: http(
      '          request:\n            parameters:\n              headers:\n                X-Page: false\n                X-Id: { required: true } # here',
    ),
    status: 400,
  },
  {
    kind: 'a schema of a body',
    template: http(
      '          request:\n            schemas: # here\n              application/json: { type: object, required: [id] }',
    ).replace('method: get', 'method: post'),
    request: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
    status: 400,
  },
  {
    kind: 'the origins of an HTTP API',
    template: httpApi(
      '',
      "  httpApi:\n    cors:\n      allowedMethods: [GET]\n      allowedOrigins: ['https://shop.example'] # here",
    ),
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
    },
    status: 204,
  },
  {
    kind: 'the methods of an HTTP API',
    template: httpApi(
      '',
      "  httpApi:\n    cors:\n      allowedOrigins: ['https://shop.example']\n      allowedMethods: [GET] # here",
    ),
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'PUT' },
    },
    status: 204,
  },
  {
    kind: 'the resource policy',
    template: http(
      '',
      "  apiGateway:\n    resourcePolicy:\n      - Effect: Allow\n        Principal: '*'\n        Action: execute-api:Invoke\n        Resource: execute-api:/*\n        Condition:\n          IpAddress:\n            aws:SourceIp: [192.0.2.1] # here",
    ),
    status: 403,
  },
  {
    kind: 'the disabled endpoint of a REST API',
    template: http('', '  apiGateway:\n    disableDefaultEndpoint: true # here'),
    status: 200,
  },
  {
    kind: 'the disabled endpoint of an HTTP API',
    template: httpApi('', '  httpApi:\n    disableDefaultEndpoint: true # here'),
    status: 200,
  },
  {
    kind: 'the binary media types',
    template: http('', '  apiGateway:\n    binaryMediaTypes: # here\n      - image/png'),
    code: "exports.handler = async () => ({ statusCode: 200, isBase64Encoded: true, headers: { 'content-type': 'application/pdf' }, body: Buffer.from([0x25, 0x50, 0xff, 0xfe]).toString('base64') });",
    status: 200,
  },
  {
    kind: 'the integration that is not a proxy',
    template: http('          integration: lambda # here'),
    code: 'exports.handler = async () => ({ statusCode: 404, body: JSON.stringify({ a: 1 }) });',
    status: 200,
  },
  {
    kind: 'the request template',
    template: http(
      '          integration: lambda\n          request:\n            template:\n              application/json: |\n                {\n                  "mail": "$input.path(\'$.mail\')" ## here\n                }',
    ).replace('method: get', 'method: post'),
    request: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"email":"a"}' },
    code: 'exports.handler = async (e) => e;',
    status: 200,
  },
  {
    kind: 'the status of the response of an integration',
    template: http(
      "          integration: lambda\n          response:\n            statusCodes:\n              404:\n                pattern: never\n              200:\n                pattern: '' # here",
    ),
    code: "exports.handler = async () => { throw new Error('no pets'); };",
    status: 200,
  },
  { kind: 'async of an event', template: http('          async: true # here'), status: 200 },
  {
    kind: 'the timeout of a function',
    template: http('', '', '    timeout: 1 # here'),
    code: SLOW,
    status: 502,
  },
  { kind: 'the timeout of the provider', template: http('', '  timeout: 1 # here'), code: SLOW, status: 502 },
  {
    kind: 'the timeout of an http event',
    template: http('          timeoutInMillis: 60 # here'),
    code: SLOW,
    status: 504,
  },
  {
    kind: 'the reserved concurrency',
    template: http('', '', '    reservedConcurrency: 0 # here'),
    status: 500,
  },
  {
    kind: 'the handler',
    template: http('').replace('handler: index.handler', 'handler: index.main # here'),
    status: 502,
  },
  {
    kind: 'the gateway response in resources',
    template: osls(
      '      - http:\n          path: /\n          method: get\n          private: true',
      '',
      '',
      `resources:
  Resources:
    Refused:
      Type: AWS::ApiGateway::GatewayResponse
      Properties:
        RestApiId: !Ref ApiGatewayRestApi
        ResponseType: DEFAULT_4XX
        StatusCode: '418' # here`,
    ),
    status: 418,
  },
  {
    kind: 'the domain mapping in resources',
    template: osls(
      '      - http: GET /pets',
      '',
      '',
      `resources:
  Resources:
    Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, EndpointConfiguration: { Types: [REGIONAL] }, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a' } }
    Mapping:
      Type: AWS::ApiGateway::BasePathMapping
      DependsOn: ApiGatewayDeployment\${sls:instanceId}
      Properties:
        DomainName: !Ref Domain
        RestApiId: !Ref ApiGatewayRestApi
        Stage: dev
        BasePath: shop # here`,
    ),
    request: { path: '/pets', headers: { host: 'api.example.com' } },
    status: 403,
  },
];

export const OF_OSLS: readonly DecidingRow[] = ROWS.map((row) => ({
  ...row,
  kind: `${row.kind}, of osls`,
  file,
}));
