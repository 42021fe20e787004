/** Refusals whose cause is beside the refusal itself: what was said about it, and what would change it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

type Row = {
  readonly name: string;
  readonly source: string;
  readonly template: string;
  readonly code?: string;
  readonly auth?: string;
  readonly request?: Parameters<ReturnType<typeof anAdvisedProject>['ask']>[0];
  readonly status: number;
  readonly because?: RegExp;
  readonly change: RegExp;
  readonly not?: RegExp;
};

const sam = (event: string, more = '', handler = 'index.handler'): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: ${handler}
      Events:
        Root: { Type: Api, Properties: { ${event} } }
${more}`;
const GET = 'Path: /, Method: GET';
const API = '  Api: { Type: AWS::Serverless::Api, Properties: { StageName: dev } }';
const OK = 'exports.handler = async () => ({ statusCode: 200 });';

const ROWS: readonly Row[] = [
  {
    name: 'a # in a value of the path',
    source: 'https://github.com/serverless-operations/serverless-apigateway-service-proxy/issues/110',
    template: sam('Path: "/partners/{id}/{key}", Method: GET'),
    request: { path: '/partners/a' },
    status: 403,
    change: /^If the value of \{id\} contains #, write %23 in its place/m,
  },
  {
    name: 'no # where a fixed part of the path is missing',
    source: 'https://www.rfc-editor.org/rfc/rfc3986#section-3.5',
    template: sam('Path: "/partners/list/{key}", Method: GET'),
    request: { path: '/partners/list' },
    status: 403,
    change: /^Call GET/m,
    not: /%23/,
  },
  {
    name: 'a closed connection, in an API that learns of no end of a connection',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html',
    template: sam(
      GET,
      `
  Chat: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: chat, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action } }
  Connect: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Chat, RouteKey: $connect } }`,
    ),
    code: "exports.handler = async () => {\n  const error = new Error('UnknownError');\n  error.name = 'GoneException';\n  throw error;\n};",
    status: 502,
    because:
      /GoneException is the status 410 of @connections.*\nThe WebSocket API chat has no route \$disconnect \(template\.yaml:14\)/,
    change: /^Catch GoneException, .*\nAdd a route \$disconnect whose function deletes/m,
  },
  {
    name: 'the only name that the module of the handler exports',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html',
    template: sam(GET),
    code: 'exports.webApi = async () => ({ statusCode: 200 });',
    status: 502,
    change: /^Set Handler of \S+ to index\.webApi: the module has webApi/m,
  },
  {
    name: 'several names that the module of the handler exports',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html',
    template: sam(GET),
    code: 'const list = async () => 1;\nconst add = async () => 2;\nmodule.exports = { list, add };',
    status: 502,
    change: /^Set Handler of \S+ to what the module has: index\.list or index\.add\./m,
  },
  {
    name: 'the name of the API in place of a reference, in an event of SAM',
    source: 'https://github.com/aws/serverless-application-model/issues/1814',
    template: sam(`${GET}, RestApiId: Api`, API),
    code: OK,
    status: 500,
    change: /^Write `RestApiId: !Ref Api` at template\.yaml:11: the plain text Api is not a reference/m,
  },
  {
    name: 'a query parameter that identifies the caller, but is no identity source',
    source: 'https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html, identitySource',
    template: sam(
      `${GET}, RestApiId: !Ref Api`,
      `
  Guard: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: auth.handler } }
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      Auth:
        DefaultAuthorizer: own
        Authorizers: { own: { FunctionPayloadType: REQUEST, FunctionArn: !GetAtt Guard.Arn, Identity: { Headers: [Authorization] } } }`,
    ),
    auth: 'exports.handler = async ({ queryStringParameters }) => check(queryStringParameters.partner);',
    request: { path: '/?partner=acme&page=1' },
    status: 401,
    change: /set QueryStrings: \[partner\] in Identity of authorizer own/,
  },
  {
    name: 'the preflight of an operation in a document',
    source: 'https://github.com/open-constructs/cdk-serverless/issues/372',
    template: `
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        info: { title: api, version: '1' }
        paths:
          /:
            options:
              responses: {}
              security: [{ pool: [] }]
              x-amazon-apigateway-integration: { type: mock }
        components:
          securitySchemes:
            pool:
              type: apiKey
              name: Authorization
              in: header
              x-amazon-apigateway-authtype: cognito_user_pools
              x-amazon-apigateway-authorizer:
                type: cognito_user_pools
                providerARNs: ['arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a']
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }`,
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET' },
    },
    status: 401,
    change: /set security: \[\] in the operation of OPTIONS \//,
  },
];

describe('the explanation of a refusal', () => {
  for (const { name, source, template, code = OK, auth = OK, request, ...expected } of ROWS)
    it(`names the cause beside it: ${name} (${source})`, async () => {
      using project = anAdvisedProject('template.yaml', {
        'template.yaml': template,
        'index.js': code,
        'auth.js': auth,
      });

      const { status, sentences, changes } = await project.ask(request);

      assert.equal(status, expected.status, sentences.join('\n'));
      if (expected.because !== undefined) assert.match(sentences.join('\n'), expected.because);
      assert.match(changes.join('\n'), expected.change);
      if (expected.not !== undefined) assert.doesNotMatch(changes.join('\n'), expected.not);
    });
});
