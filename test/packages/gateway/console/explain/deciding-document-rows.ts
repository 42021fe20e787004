/** OpenAPI documents in which the line of the member that decides ends with `# here`. */
import type { DecidingRow } from './deciding-rows.ts';

/** @param inner parts of the operation, indented by 14 spaces */
const rest = (inner: string, more = '', { method = 'get', path = '/' } = {}): string => `
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: fn, Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/fn', Code: . }
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Fn, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com, SourceArn: !Sub 'arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*' }
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        info: { title: api, version: '1' }
        x-amazon-apigateway-request-validators: { all: { validateRequestBody: true, validateRequestParameters: true } }
        x-amazon-apigateway-request-validator: all
        paths:
          ${path}:
            ${method}:
              responses: { '200': { description: ok } }
${inner}
${more}
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }`;

const URI = "!Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'";
const PROXY = `              x-amazon-apigateway-integration: { type: aws_proxy, httpMethod: POST, uri: ${URI} }`;
const MOCK = '              x-amazon-apigateway-integration: { type: mock }';
const SCHEMES = (own: string): string => `        components:
          securitySchemes:
            own:
              type: apiKey
              name: Authorization
              in: header
              x-amazon-apigateway-authtype: custom
              x-amazon-apigateway-authorizer:
                type: request
                authorizerUri: ${URI}
${own}`;

const http = (inner: string, more = ''): string => `
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: fn, Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/fn', Code: . }
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Fn, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com, SourceArn: !Sub 'arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*' }
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Body:
        openapi: 3.0.1
        info: { title: api, version: '1' }
        paths:
          /:
            get:
              responses: { '200': { description: ok } }
${inner}
${more}
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }`;
const SLOW =
  'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 1000, { statusCode: 200 }));';
const HTTP_PROXY = `              x-amazon-apigateway-integration: { type: aws_proxy, payloadFormatVersion: '2.0', uri: !GetAtt Fn.Arn }`;

const ROWS: readonly DecidingRow[] = [
  {
    kind: 'the path of a route',
    template: rest(MOCK, '', { path: '/users' }).replace('/users:', '/users: # here'),
    request: { path: '/user' },
    status: 403,
  },
  {
    kind: 'the method of a route',
    template: rest(MOCK).replace('get:', 'get: # here'),
    request: { method: 'PUT' },
    status: 403,
  },
  {
    kind: 'a required parameter',
    template: rest(
      `              parameters:\n                - { name: page, in: query, schema: { type: string } }\n                - name: id # here\n                  in: query\n                  required: true\n                  schema: { type: string }\n${PROXY}`,
    ),
    status: 400,
  },
  {
    kind: 'the identity source of an authorizer',
    template: rest(
      `              security: [{ own: [] }]\n${PROXY}`,
      SCHEMES('                identitySource: method.request.header.X-Token # here'),
    ),
    status: 401,
  },
  {
    kind: 'the key of an operation',
    template: rest(
      `              security:\n                - key: [] # here\n${PROXY}`,
      '        components: { securitySchemes: { key: { type: apiKey, name: x-api-key, in: header } } }',
    ),
    status: 403,
  },
  {
    kind: 'the gateway response that changes the status',
    template: rest(
      `              security: [{ key: [] }]\n${PROXY}`,
      `        x-amazon-apigateway-gateway-responses:
          DEFAULT_4XX:
            responseTemplates: { application/json: '{}' }
            statusCode: 418 # here
        components: { securitySchemes: { key: { type: apiKey, name: x-api-key, in: header } } }`,
    ),
    status: 418,
  },
  {
    kind: 'the binary media types',
    template: rest(PROXY, '        x-amazon-apigateway-binary-media-types: # here\n          - image/png'),
    code: "exports.handler = async () => ({ statusCode: 200, isBase64Encoded: true, headers: { 'content-type': 'application/pdf' }, body: Buffer.from([0x25, 0x50, 0xff, 0xfe]).toString('base64') });",
    status: 200,
  },
  {
    kind: 'the binary media type that hides a body from a template',
    template: rest(
      '              x-amazon-apigateway-integration:\n                type: mock\n                requestTemplates: { image/png: \'{"statusCode": 200, "a": $input.body}\' }\n                responses: { default: { statusCode: \'200\' } }',
      "        x-amazon-apigateway-binary-media-types:\n          - 'a/b'\n          - '*/*' # here",
      { method: 'post' },
    ),
    request: { method: 'POST', headers: { 'content-type': 'image/png' }, body: 'a' },
    status: 500,
  },
  {
    kind: 'the status of a mock',
    template: rest(
      "              x-amazon-apigateway-integration:\n                type: mock\n                requestTemplates:\n                  application/json: '{ \"status\": 200 }' # here\n                responses: { default: { statusCode: '200' } }",
    ),
    status: 500,
  },
  {
    kind: 'the response template that reads a member',
    template: rest(
      `              x-amazon-apigateway-integration:\n                type: aws\n                httpMethod: POST\n                uri: ${URI}\n                responses:\n                  default:\n                    statusCode: '200'\n                    responseTemplates:\n                      application/json: |\n                        {\n                        ## the mail\n                        "mail": "$input.path('$.mail')" ## here\n                        }`,
    ),
    code: "exports.handler = async () => ({ email: 'a' });",
    status: 200,
  },
  {
    kind: 'the responses of an integration',
    template: rest(
      `              x-amazon-apigateway-integration:\n                type: aws\n                httpMethod: POST\n                uri: ${URI}\n                responses: # here\n                  never: { statusCode: '200' }`,
    ),
    status: 500,
  },
  {
    kind: 'the status of a response without method response',
    template: rest(
      `              x-amazon-apigateway-integration:\n                type: aws\n                httpMethod: POST\n                uri: ${URI}\n                responses:\n                  default:\n                    statusCode: '404' # here`,
    ),
    status: 500,
  },
  {
    kind: 'the limit of time',
    template: rest(
      `              x-amazon-apigateway-integration:\n                type: aws_proxy\n                httpMethod: POST\n                uri: ${URI}\n                timeoutInMillis: 60 # here`,
    ),
    code: SLOW,
    status: 504,
  },
  {
    kind: 'the verb of an integration',
    template: rest(
      `              x-amazon-apigateway-integration:\n                type: aws_proxy\n                uri: ${URI}\n                httpMethod: GET # here`,
    ),
    status: 500,
  },
  {
    kind: 'the address of an integration',
    template: rest(
      '              x-amazon-apigateway-integration:\n                type: http_proxy\n                httpMethod: GET\n                uri: http://127.0.0.1:1/ # here',
    ),
    status: 504,
  },
  {
    kind: 'the type of an integration',
    template: rest(
      `              x-amazon-apigateway-integration:\n                type: aws # here\n                httpMethod: POST\n                uri: ${URI}\n                responses: { default: { statusCode: '200' } }`,
    ),
    code: 'exports.handler = async () => ({ statusCode: 404, body: JSON.stringify({ a: 1 }) });',
    status: 200,
  },
  {
    kind: 'the mapping of a request',
    template: rest(
      `              x-amazon-apigateway-integration:\n                type: aws\n                httpMethod: POST\n                uri: ${URI}\n                requestParameters:\n                  integration.request.header.X-Pet: "'method.request.querystring.pet'" # here\n                responses: { default: { statusCode: '200' } }`,
    ),
    status: 200,
  },
  {
    kind: 'the passthrough behaviour',
    template: rest(
      `              x-amazon-apigateway-integration:\n                type: aws\n                httpMethod: POST\n                uri: ${URI}\n                requestTemplates: { application/xml: '{}' }\n                passthroughBehavior: never # here\n                responses: { default: { statusCode: '200' } }`,
      '',
      { method: 'post' },
    ),
    request: { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a' },
    status: 415,
  },
  {
    kind: 'the resource policy',
    template: rest(
      MOCK,
      `        x-amazon-apigateway-policy:
          Version: '2012-10-17'
          Statement:
            - Effect: Allow
              Principal: '*'
              Action: execute-api:Invoke
              Resource: execute-api:/*
              Condition:
                IpAddress:
                  aws:SourceIp: [192.0.2.1] # here`,
    ),
    status: 403,
  },
  {
    kind: 'the audience of a scheme',
    template: http(
      `              security: [{ own: [] }]\n${HTTP_PROXY}`,
      `        components:
          securitySchemes:
            own:
              type: oauth2
              flows: {}
              x-amazon-apigateway-authorizer:
                type: jwt
                jwtConfiguration: { issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other', audience: [a] }
                identitySource: $request.header.Authorization # here`,
    ),
    status: 401,
  },
  {
    kind: 'the origins of an HTTP API',
    template: http(
      HTTP_PROXY,
      `        x-amazon-apigateway-cors:
          allowMethods: [GET]
          allowOrigins: ['https://shop.example'] # here`,
    ),
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
    },
    status: 204,
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-endpoint-configuration.html
    kind: 'the endpoint that is disabled',
    template: rest(
      PROXY,
      '        x-amazon-apigateway-endpoint-configuration:\n          disableExecuteApiEndpoint: true # here',
    ),
    status: 200,
  },
  {
    kind: 'the endpoint that is disabled, in a server',
    template: rest(
      PROXY,
      '        servers:\n          - url: https://a.example.com\n            x-amazon-apigateway-endpoint-configuration:\n              disableExecuteApiEndpoint: true # here',
    ),
    status: 200,
  },
  {
    kind: 'the path of a route of an HTTP API',
    template: http(HTTP_PROXY).replace('/:', '/users: # here'),
    request: { path: '/user' },
    status: 404,
  },
  {
    kind: 'the limit of time of an HTTP API',
    template: http(
      "              x-amazon-apigateway-integration:\n                type: aws_proxy\n                payloadFormatVersion: '2.0'\n                uri: !GetAtt Fn.Arn\n                timeoutInMillis: 60 # here",
    ),
    code: SLOW,
    status: 503,
  },
];

export const OF_DOCUMENTS: readonly DecidingRow[] = ROWS.map((row) => ({
  ...row,
  kind: `${row.kind}, in a document`,
}));
