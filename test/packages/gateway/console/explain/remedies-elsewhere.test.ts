/** A value that the request has, but not where API Gateway reads it: both places are named, and the advice is tried. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const CODE = `exports.handler = async () => ({ statusCode: 200, body: '{}' });
exports.allow = async (event) => ({
  principalId: 'a',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: '*', Effect: 'Allow', Resource: '*' }] },
});
`;

const withApi = (properties: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
${properties.trim().replaceAll(/^/gm, '      ')}
  Auth:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: index.allow }
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.handler
      Events:
        Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /a, Method: post } }
`;

const KEY = 'a-key-of-twenty-characters';
const WITH_KEY = `${withApi('Auth: { ApiKeyRequired: true }')}
  Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true, Value: ${KEY} } }
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    Properties: { ApiStages: [{ ApiId: !Ref Api, Stage: !Ref Api.Stage }] }
  PlanKey:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties: { KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan }
`;

/** An API in a document with one required parameter, and a validator that checks parameters. */
const ofParameter = (parameter: string): string =>
  withApi(`
DefinitionBody:
  openapi: 3.0.1
  info: { title: a, version: '1' }
  x-amazon-apigateway-request-validators:
    all: { validateRequestBody: false, validateRequestParameters: true }
  x-amazon-apigateway-request-validator: all
  paths:
    /a:
      post:
        parameters: [{ ${parameter}, required: true, schema: { type: string } }]
        responses: { '200': { description: ok } }
        x-amazon-apigateway-integration:
          type: aws_proxy
          httpMethod: POST
          uri: !Sub 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations'`);

const ofIdentity = (identity: string): string =>
  withApi(`
Auth:
  DefaultAuthorizer: Gate
  Authorizers:
    Gate:
      FunctionPayloadType: REQUEST
      FunctionArn: !GetAtt Auth.Arn
      Identity: { ${identity} }`);

/** The authorizer is written in the document, as `x-amazon-apigateway-authorizer`. */
const IN_DOCUMENT = withApi(`
DefinitionBody:
  openapi: 3.0.1
  info: { title: a, version: '1' }
  components:
    securitySchemes:
      Gate:
        type: apiKey
        name: Unused
        in: header
        x-amazon-apigateway-authtype: custom
        x-amazon-apigateway-authorizer:
          type: request
          identitySource: method.request.header.Auth
          authorizerResultTtlInSeconds: 0
          authorizerUri: !Sub 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Auth.Arn}/invocations'
  paths:
    /a:
      post:
        security: [Gate: []]
        responses: { '200': { description: ok } }
        x-amazon-apigateway-integration:
          type: aws_proxy
          httpMethod: POST
          uri: !Sub 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations'`);
const PERMISSION = `
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Auth, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com }
`;

type Request = {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

type Row = {
  readonly what: string;
  readonly source: string;
  readonly template: string;
  readonly request: Request;
  readonly status: number;
  readonly because: RegExp;
  readonly advice: RegExp;
  /** The request as advised, or the change of the template. */
  readonly then: Request | readonly [string, string];
};

const AUTHORIZER =
  'https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html';
const KEYS = 'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html';
const PARAMETERS =
  'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html';

const ROWS: readonly Row[] = [
  {
    what: 'an identity source that is in the query, in place of a header',
    source: 'https://github.com/dsandor/example-ws-gateway-sam/issues/1',
    template: ofIdentity('Headers: [Auth]'),
    request: { path: '/a?Auth=secret' },
    status: 401,
    because: /The request has a value in query parameter Auth, which the authorizer does not read\./,
    advice:
      /^Send the value as header Auth instead of query parameter Auth, or set QueryStrings: \[Auth\] in Identity of authorizer Gate\./,
    then: ['Headers: [Auth]', 'QueryStrings: [Auth]'],
  },
  {
    what: 'the same, sent as advised',
    source: AUTHORIZER,
    template: ofIdentity('Headers: [Auth]'),
    request: { path: '/a?Auth=secret' },
    status: 401,
    because: /query parameter Auth/,
    advice: /^Send the value as header Auth instead of query parameter Auth/,
    then: { path: '/a', headers: { auth: 'secret' } },
  },
  {
    what: 'an identity source of an authorizer in a document',
    source:
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html',
    template: IN_DOCUMENT + PERMISSION,
    request: { path: '/a?Auth=secret' },
    status: 401,
    because: /query parameter Auth/,
    advice: /or set identitySource: method\.request\.querystring\.Auth of authorizer Gate\./,
    then: ['identitySource: method.request.header.Auth', 'identitySource: method.request.querystring.Auth'],
  },
  {
    what: 'an identity source that is in a header, in place of the query',
    source: AUTHORIZER,
    template: ofIdentity('QueryStrings: [auth]'),
    request: { path: '/a', headers: { Auth: 'secret' } },
    status: 401,
    because: /The request has a value in header auth, which the authorizer does not read\./i,
    advice:
      /^Send the value as query parameter auth instead of header auth, or name header auth in the identity source of authorizer Gate\./i,
    then: { path: '/a?auth=secret' },
  },
  {
    what: 'an API key in the query',
    source: KEYS,
    template: WITH_KEY,
    request: { path: `/a?x-api-key=${KEY}` },
    status: 403,
    because:
      /and the request has no x-api-key header\. It has query parameter x-api-key, in which API Gateway does not look for a key\./,
    advice: /^Send the value of query parameter x-api-key as the header x-api-key\./,
    then: { path: '/a', headers: { 'x-api-key': KEY } },
  },
  {
    what: 'an API key in a header of another name',
    source: KEYS,
    template: WITH_KEY,
    request: { path: '/a', headers: { 'api-key': KEY } },
    status: 403,
    because: /It has header api-key, in which API Gateway does not look for a key\./,
    advice: /^Send the value of header api-key as the header x-api-key\./,
    then: { path: '/a', headers: { 'x-api-key': KEY } },
  },
  {
    what: 'a required query parameter that is a header',
    source: PARAMETERS,
    template: ofParameter('name: q, in: query'),
    request: { path: '/a', headers: { q: '1' } },
    status: 400,
    because: /The request has q in header q, and the method reads it from the query\./,
    advice:
      /^Send q in the query instead of header q, or set required: false in the parameters of POST \/a\./,
    then: { path: '/a?q=1' },
  },
  {
    what: 'a required header that is a query parameter',
    source: PARAMETERS,
    template: ofParameter('name: X-Tenant, in: header'),
    request: { path: '/a?x-tenant=1' },
    status: 400,
    because: /The request has X-Tenant in query parameter x-tenant, and the method reads it from a header\./,
    advice: /^Send X-Tenant in a header instead of query parameter x-tenant, or set required: false/,
    then: { path: '/a', headers: { 'x-tenant': '1' } },
  },
  {
    what: 'a required query parameter that is a member of the body',
    source: PARAMETERS,
    template: ofParameter('name: q, in: query'),
    request: { path: '/a', headers: { 'content-type': 'application/json' }, body: '{"q":"pen"}' },
    status: 400,
    because: /The request has q in the body, and the method reads it from the query\./,
    advice: /^Send q in the query instead of the body/,
    then: { path: '/a?q=1' },
  },
];

describe('a value that the request has in another place', () => {
  for (const { what, source, template, request, status, because, advice, then } of ROWS)
    it(`is named with both places: ${what} (${source})`, async () => {
      using project = anAdvisedProject('template.yaml', { 'template.yaml': template, 'index.js': CODE });
      const refused = await project.ask({ method: 'POST', ...request });
      assert.equal(refused.status, status);
      assert.match(refused.sentences.join('\n'), because);
      assert.match(refused.changes[0] ?? '', advice);
      const isRequest = !Array.isArray(then);
      if (Array.isArray(then)) project.write('template.yaml', template.replace(then[0], then[1]));
      const next = await project.ask({ method: 'POST', ...(isRequest ? (then as Request) : request) });
      assert.equal(next.status, 200, next.sentences.join('\n'));
    });
});
