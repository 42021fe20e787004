/** Services of osls in which the line of the setting that decides ends with `# here` and the number of the row. */
import type { DecidingRow } from './deciding-rows.ts';

const SLOW =
  'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 2500, { statusCode: 200 }));';
const PDF =
  "exports.handler = async () => ({ statusCode: 200, isBase64Encoded: true, headers: { 'content-type': 'application/pdf' }, body: Buffer.from([0x25, 0x50, 0xff, 0xfe]).toString('base64') });";
const KEY = { 'x-api-key': 'key-of-a-customer-123' };
const preflight = (method: string, origin = 'https://shop.example', headers?: string) => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': method,
    ...(headers !== undefined && { 'access-control-request-headers': headers }),
  },
});

type Asked = NonNullable<DecidingRow['request']>;
/** A setting of an event, or of its function, each of which has a path of its own in the service. */
type EventRow = Pick<DecidingRow, 'kind' | 'status' | 'code'> & {
  /** The lines of the event below its path and method. */
  readonly event?: string;
  /** The lines of the function. */
  readonly own?: string;
  /** The whole event, if it has another path, or a short form. */
  readonly whole?: string;
  readonly method?: string;
  readonly request?: Asked;
};

const indented = (text: string, indent: string): string =>
  text
    .split('\n')
    .map((line) => `${indent}${line}`)
    .join('\n');

/** One service for several rows. */
function serviceOf(
  rows: readonly EventRow[],
  { kind = 'http', provider = '', more = '' } = {},
): readonly DecidingRow[] {
  const functions = rows.map(({ event = '', own = '', whole, method = 'get' }, row) =>
    `  guard${row}: { handler: auth.handler }
  f${row}:
${/^handler:/m.test(own) ? '' : `    handler: f${row}.handler\n`}${indented(own, '    ')}
    events:
${indented(whole ?? `- ${kind}:\n    path: /p${row}\n    method: ${method}\n${indented(event, '    ')}`, '      ')}`.replaceAll(
      /# here$|guard\b/gm,
      (text) => (text === 'guard' ? `guard${row}` : `# here ${row}`),
    ),
  );
  const template = `
service: shop
provider:
  name: aws
  runtime: nodejs22.x
  stage: dev
  region: us-east-1
${provider}
functions:
${functions.join('\n')}
${more}`;
  const files = Object.fromEntries(
    rows.map(({ code }, row) => [
      `f${row}.js`,
      code ?? 'exports.handler = async () => ({ statusCode: 200 });',
    ]),
  );
  return rows.map(({ kind: name, status, request }, row) => ({
    kind: `${name}, of osls`,
    mark: `# here ${row}`,
    file: 'serverless.yml',
    template,
    files,
    status,
    request: { path: `/p${row}`, ...request },
  }));
}

const OF_REST: readonly EventRow[] = [
  {
    kind: 'the path of an http event',
    whole: '- http:\n    path: /users # here\n    method: get',
    request: { path: '/user' },
    status: 403,
  },
  {
    kind: 'an http event in short form',
    whole: '- http: GET /animals # here',
    request: { path: '/animal' },
    status: 403,
  },
  {
    kind: 'the method of an http event',
    whole: '- http:\n    path: /m\n    method: get # here',
    request: { path: '/m', method: 'PUT' },
    status: 403,
  },
  {
    kind: 'the http event without cors',
    whole: '- http: # here\n    path: /c\n    method: get',
    request: { path: '/c', ...preflight('GET') },
    status: 403,
  },
  {
    kind: 'cors: true of an http event, for another method',
    event: 'cors: true # here',
    request: preflight('PUT'),
    status: 200,
  },
  {
    kind: 'the origin in cors of an http event',
    event: "cors:\n  headers: [content-type]\n  origin: 'https://shop.example' # here",
    request: preflight('GET', 'https://a.example'),
    status: 200,
  },
  {
    kind: 'the headers in cors of an http event',
    event: "cors:\n  origin: 'https://shop.example'\n  headers: [content-type] # here",
    request: preflight('GET', undefined, 'x-own'),
    status: 200,
  },
  { kind: 'the authorizer of an http event', event: 'authorizer: guard # here', status: 401 },
  {
    kind: 'the identity source of an authorizer of an http event',
    event:
      'authorizer:\n  name: guard\n  type: request\n  identitySource: method.request.header.Accept, method.request.querystring.key # here',
    status: 401,
  },
  {
    kind: 'the expression of an authorizer of an http event',
    event: 'authorizer:\n  name: guard\n  identityValidationExpression: ^a$ # here',
    request: { headers: { authorization: 'b' } },
    status: 401,
  },
  { kind: 'aws_iam of an http event', event: 'authorizer: aws_iam # here', status: 403 },
  { kind: 'private of an http event', event: 'private: true # here', status: 403 },
  {
    kind: 'a required parameter',
    event: 'request:\n  parameters:\n    querystrings:\n      page: false\n      id: true # here',
    status: 400,
  },
  {
    kind: 'a required header',
    event:
      'request:\n  parameters:\n    headers:\n      X-Page: false\n      X-Id: { required: true } # here',
    status: 400,
  },
  {
    kind: 'a schema of a body',
    method: 'post',
    event: 'request:\n  schemas:\n    application/json:\n      type: object\n      required: [id] # here',
    request: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
    status: 400,
  },
  {
    kind: 'the integration that is not a proxy',
    event: 'integration: lambda # here',
    code: 'exports.handler = async () => ({ statusCode: 404, body: JSON.stringify({ a: 1 }) });',
    status: 200,
  },
  {
    kind: 'the response of an integration',
    event:
      "integration: lambda\nresponse:\n  statusCodes:\n    404:\n      pattern: never\n    200:\n      pattern: '' # here",
    code: "exports.handler = async () => { throw new Error('no pets'); };",
    status: 200,
  },
  { kind: 'async of an event', event: 'async: true # here', status: 200 },
  { kind: 'the timeout of an http event', event: 'timeoutInMillis: 60 # here', code: SLOW, status: 504 },
  { kind: 'the timeout of a function', own: 'timeout: 1 # here', code: SLOW, status: 502 },
  { kind: 'the reserved concurrency', own: 'reservedConcurrency: 0 # here', status: 500 },
  { kind: 'the handler', own: 'handler: f0.main # here', status: 502 },
];

const OF_HTTP: readonly EventRow[] = [
  {
    kind: 'the path of an httpApi event',
    whole: '- httpApi:\n    path: /users # here\n    method: get',
    request: { path: '/user' },
    status: 404,
  },
  {
    kind: 'an httpApi event in short form',
    whole: '- httpApi: GET /animals # here',
    request: { path: '/animal' },
    status: 404,
  },
  {
    kind: 'the method of an httpApi event',
    whole: '- httpApi:\n    path: /m\n    method: get # here',
    request: { path: '/m', method: 'PUT' },
    status: 404,
  },
  {
    kind: 'the type of an authorizer of an httpApi event',
    event: 'authorizer: { type: aws_iam } # here',
    status: 403,
  },
  {
    kind: 'the identity source of an authorizer of the provider',
    event: 'authorizer: { name: own }',
    status: 401,
  },
  { kind: 'the disabled endpoint of an HTTP API', status: 200 },
  { kind: 'the origins of an HTTP API', request: preflight('GET', 'https://a.example'), status: 204 },
  { kind: 'the methods of an HTTP API', request: preflight('PATCH'), status: 204 },
];
const HTTP_PROVIDER = `  httpApi:
    disableDefaultEndpoint: true # here 5
    cors:
      allowedOrigins: ['https://shop.example'] # here 6
      allowedMethods: [GET] # here 7
    authorizers:
      own:
        type: jwt
        audience: [a]
        issuerUrl: https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other
        identitySource: $request.header.Authorization # here 4`;

const OF_APIS: readonly EventRow[] = [
  { kind: 'the disabled endpoint of a REST API', status: 200 },
  { kind: 'the binary media types', code: PDF, status: 200 },
  { kind: 'the gateway response in resources', event: 'private: true', status: 418 },
  { kind: 'the domain mapping in resources', request: { headers: { host: 'api.example.com' } }, status: 403 },
  { kind: 'the timeout of the provider', code: SLOW, status: 502 },
];
const API_PROVIDER = `  timeout: 1 # here 4
  apiGateway:
    disableDefaultEndpoint: true # here 0
    binaryMediaTypes: # here 1
      - image/png`;
const RESOURCES = `resources:
  Resources:
    Refused:
      Type: AWS::ApiGateway::GatewayResponse
      Properties:
        RestApiId: !Ref ApiGatewayRestApi
        ResponseType: INVALID_API_KEY
        StatusCode: '418' # here 2
    Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, EndpointConfiguration: { Types: [REGIONAL] }, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a' } }
    Mapping:
      Type: AWS::ApiGateway::BasePathMapping
      DependsOn: ApiGatewayDeployment\${sls:instanceId}
      Properties:
        DomainName: !Ref Domain
        RestApiId: !Ref ApiGatewayRestApi
        Stage: dev
        BasePath: shop # here 3`;

const withKey = (kind: string, setting: string, request: Asked, status: number): readonly DecidingRow[] =>
  serviceOf([{ kind, event: 'private: true', request: { headers: KEY, ...request }, status }], {
    provider: `  apiGateway:\n    apiKeys:\n      - name: one\n        value: key-of-a-customer-123\n${setting}`,
  });
const POLICY = `  apiGateway:
    resourcePolicy:
      - Effect: Allow
        Principal: '*'
        Action: execute-api:Invoke
        Resource: execute-api:/*
        Condition:
          IpAddress:
            aws:SourceIp: [192.0.2.1] # here 0`;

export const OF_OSLS: readonly DecidingRow[] = [
  ...serviceOf(OF_REST),
  ...serviceOf(OF_HTTP, { kind: 'httpApi', provider: HTTP_PROVIDER }),
  ...serviceOf(OF_APIS, { provider: API_PROVIDER, more: RESOURCES }),
  ...withKey(
    'the quota of a usage plan',
    '    usagePlan:\n      quota:\n        period: DAY\n        limit: 1 # here 0',
    { times: 2 },
    429,
  ),
  ...withKey(
    'the throttle of a usage plan',
    '    usagePlan:\n      throttle:\n        burstLimit: 0\n        rateLimit: 0 # here 0',
    {},
    429,
  ),
  ...withKey('a key that is disabled', '        enabled: false # here 0', {}, 403),
  ...serviceOf([{ kind: 'the resource policy', status: 403 }], { provider: POLICY }),
];
