/** Templates of SAM in which a route, a reply or a setting of the whole API decides. The line ends with `# here`. */
import { identity, sam } from './deciding-sam-rows.ts';
import type { DecidingRow } from './deciding-rows.ts';

/** The second event belongs to an API that SAM creates. */
const withStrayEvent = (kind: 'Api' | 'HttpApi'): string =>
  sam(
    kind,
    `        Invoices: # here
          Type: ${kind}
          Properties: { Path: /invoices, Method: GET }`,
    '',
  );

export const OF_SAM_APIS: readonly DecidingRow[] = [
  {
    kind: 'the method of a route of SAM',
    template: sam('Api', '', '').replace('Method: GET', 'Method: GET # here'),
    request: { method: 'PUT' },
    status: 403,
  },
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html, no $default stage
  {
    kind: 'the name of the stage of an HTTP API',
    template: sam('HttpApi', '', '').replace("StageName: '$default'", 'StageName: default # here'),
    request: { path: '/../' },
    status: 404,
  },
  {
    kind: 'the name of the stage of a REST API',
    template: sam('Api', '', '').replace('StageName: dev', 'StageName: dev # here'),
    request: { path: '/../' },
    status: 403,
  },
  // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-api.html
  {
    kind: 'an event of SAM without RestApiId',
    template: withStrayEvent('Api'),
    request: { path: '/invoices' },
    status: 403,
  },
  {
    kind: 'an event of SAM without ApiId',
    template: withStrayEvent('HttpApi'),
    request: { path: '/invoices' },
    status: 404,
  },
  {
    kind: 'the path of a route of SAM',
    template: sam('Api', '', '').replace('Path: /', 'Path: /users # here'),
    request: { path: '/user' },
    status: 403,
  },
  {
    kind: 'the path of a route of an HTTP API of SAM',
    template: sam('HttpApi', '', '').replace('Path: /', 'Path: /users # here'),
    request: { path: '/user' },
    status: 404,
  },
  {
    kind: 'the method of a route of an HTTP API of SAM',
    template: sam('HttpApi', '', '').replace('Method: GET', 'Method: GET # here'),
    request: { method: 'PUT' },
    status: 404,
  },
  {
    kind: 'AllowOrigin in Cors of SAM',
    template: sam(
      'Api',
      '',
      `      Cors:
        AllowMethods: "'GET,OPTIONS'"
        AllowOrigin: "'https://shop.example'" # here`,
    ),
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://other.example', 'access-control-request-method': 'GET' },
    },
    status: 200,
  },
  {
    kind: 'AllowMethods in Cors of SAM',
    template: sam(
      'Api',
      '',
      `      Cors:
        AllowOrigin: "'https://shop.example'"
        AllowMethods: "'GET,OPTIONS'" # here`,
    ),
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'PUT' },
    },
    status: 200,
  },
  {
    kind: 'AllowHeaders in Cors of SAM',
    template: sam(
      'Api',
      '',
      `      Cors:
        AllowOrigin: "'https://shop.example'"
        AllowMethods: "'GET,OPTIONS'"
        AllowHeaders: "'content-type'" # here`,
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
    kind: 'the origins of the CORS configuration in short form of SAM',
    template: sam('Api', '', `      Cors: "'https://shop.example'" # here`),
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://other.example', 'access-control-request-method': 'GET' },
    },
    status: 200,
  },
  {
    kind: 'the gateway response of SAM that changes the status',
    template: sam(
      'Api',
      '            Auth:\n              ApiKeyRequired: true',
      `      GatewayResponses:
        DEFAULT_4XX:
          ResponseParameters: { Headers: { X-A: "'a'" } }
          StatusCode: 418 # here`,
    ),
    status: 418,
  },
  {
    kind: 'the gateway response of SAM without CORS header',
    template: sam(
      'Api',
      '            Auth:\n              ApiKeyRequired: true',
      `      GatewayResponses:
        INVALID_API_KEY: # here
          ResponseTemplates: { application/json: '{"m": "no"}' }`,
    ),
    request: { headers: { origin: 'https://a.example' } },
    status: 403,
  },
  {
    kind: 'the limit of time of an event of SAM',
    template: sam('Api', '            TimeoutInMillis: 60 # here', ''),
    code: 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 800, { statusCode: 200 }));',
    status: 504,
  },
  {
    kind: 'the limit of time of an event of an HTTP API of SAM',
    template: sam('HttpApi', '            TimeoutInMillis: 60 # here', ''),
    code: 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 800, { statusCode: 200 }));',
    status: 503,
  },
  {
    kind: 'the limit of time of a function of SAM',
    template: sam('Api', '', '', '      Timeout: 1 # here'),
    code: 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 3000, { statusCode: 200 }));',
    status: 502,
  },
  {
    kind: 'the code in InlineCode',
    template: sam('Api', '', '').replace(
      '      CodeUri: .\n      Handler: index.handler\n\n',
      `      Handler: index.handler
      InlineCode: |
        exports.handler = async () => {
          const a = undefined;
          return a.b; // # here
        };
`,
    ),
    status: 502,
  },
  {
    kind: 'the status in InlineCode',
    template: sam('Api', '', '').replace(
      '      CodeUri: .\n      Handler: index.handler\n\n',
      `      Handler: index.handler
      InlineCode: |
        exports.handler = async () => {
          return {
            statusCode: 404, // # here
          };
        };
`,
    ),
    status: 404,
  },
  {
    kind: 'the binary media types of SAM that make a body text of base64',
    template: sam('Api', '', '').replace(/$/, '      BinaryMediaTypes: # here\n        - image~1png'),
    code: "exports.handler = async () => ({ statusCode: 200, isBase64Encoded: true, headers: { 'content-type': 'application/pdf' }, body: Buffer.from([0x25, 0x50, 0xff, 0xfe]).toString('base64') });",
    status: 200,
  },
  {
    kind: 'the variables of the stage of SAM, of which an authorizer needs another one',
    template: identity('              Headers: [Accept]\n              StageVariables: [key]').replace(
      '      Auth:',
      '      Variables: { A: b } # here\n      Auth:',
    ),
    status: 401,
  },
  {
    kind: 'the disabled endpoint of SAM',
    template: sam('HttpApi', '', '      DisableExecuteApiEndpoint: true # here'),
    status: 200,
  },
  {
    kind: 'the base path in Domain of SAM',
    template: sam(
      'Api',
      '',
      `      Domain:
        DomainName: api.example.com
        CertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/a
        BasePath:
          - shop # here`,
    ),
    request: { headers: { host: 'api.example.com' } },
    status: 403,
  },
  {
    kind: 'the reserved concurrency of SAM',
    template: sam('Api', '', '', '      ReservedConcurrentExecutions: 0 # here'),
    status: 500,
  },
  {
    kind: 'the ttl of an authorizer of SAM',
    template: sam(
      'Api',
      '',
      `      Auth:
        DefaultAuthorizer: own
        Authorizers:
          own:
            FunctionArn: !GetAtt Guard.Arn
            Identity:
              ReauthorizeEvery: 300 # here`,
    ),
    auth: `exports.handler = async (event) => ({ principalId: 'a', policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: event.methodArn.replace('/GET/', '/POST/') }] } });`,
    request: { headers: { authorization: 'a' }, times: 2 },
    status: 403,
  },
];
