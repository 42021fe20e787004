import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { findGeneratedLine } from '../../../../../packages/gateway/templates/serverless/generated-lines.ts';

const TEXT = `service: shop
provider:
  name: aws
  httpApi:
    authorizers:
      gate:
        type: request
        identitySource: $request.header.Key # gate IdentitySource
        audience: [a]
  apiGateway:
    resourcePolicy:
      - Effect: Allow
        Condition:
          IpAddress:
            aws:SourceIp: [192.0.2.1] # policy
functions:
  hello:
    handler: a.b
    events:
      - schedule: rate(1 minute)
      - http:
          path: pets # path
          method: get # verb of pets
          private: true # key
      - http:
          path: /own/{id} # second
          method: post
          request:
            parameters:
              querystrings:
                page: true # page
          authorizer: # guard
            name: guard
            resultTtlInSeconds: 0 # ttl
      - http:
          path: quotes
          method: get
          integration: lambda
          response: # responses
            headers:
              X-Reason: "'a'" # header
            template: $input.path('$') # template
            statusCodes:
              404:
                pattern: 'none' # pattern
                headers:
                  X-Reason: "'b'" # header of 404
                template: { text/plain: none } # template of 404
      - http:
          path: \${self:custom.base}/invoices
          method: \${self:custom.verb} # invoices
          integration: http-proxy
          connectionId: \${self:custom.link} # link
          connectionType: \${self:custom.through} # through
          operationId: \${self:custom.name} # operation
          request:
            method: \${self:custom.verb} # verb
            uri: \${self:custom.host}/invoices # uri
            contentHandling: \${self:custom.handling} # handling
      - http:
          path: reports
          method: post
          async: true # async
          integration: lambda # lambda
      - httpApi: GET /short # short
      - websocket:
          route: $connect # connect
          authorizer: # door
            name: door
            identitySource: [route.request.querystring.token] # door IdentitySource
      - websocket:
          route: of-arn
          authorizer: arn:aws:lambda:us-east-1:123456789012:function:own-porter # porter
      - websocket:
          route: of-variable
          authorizer: \${cf:gatewright-dev.RequestAuthorizerArn} # variable
`;
const ROUTE = 'AWS::ApiGatewayV2::Route';
const method = (HttpMethod: string, Ref: string) => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: { HttpMethod, ResourceId: { Ref } },
});
const responses = [
  { StatusCode: 200, ResponseParameters: {}, ResponseTemplates: {} },
  { StatusCode: 404, SelectionPattern: 'none', ResponseParameters: {}, ResponseTemplates: {} },
];
const packaged = {
  template: {
    Resources: {
      ApiGatewayRestApi: { Type: 'AWS::ApiGateway::RestApi', Properties: { Policy: {} } },
      Gate: { Type: 'AWS::ApiGatewayV2::Authorizer', Properties: { Name: 'gate' } },
      Guard: { Type: 'AWS::ApiGateway::Authorizer', Properties: { Name: 'guard' } },
      Door: { Type: 'AWS::ApiGatewayV2::Authorizer', Properties: { Name: 'door' } },
      Porter: { Type: 'AWS::ApiGatewayV2::Authorizer', Properties: { Name: 'porter' } },
      OfVariable: { Type: 'AWS::ApiGatewayV2::Authorizer', Properties: { Name: 'request-authorizer' } },
      Pets: { Type: 'AWS::ApiGateway::Resource', Properties: { PathPart: 'pets' } },
      Own: { Type: 'AWS::ApiGateway::Resource', Properties: { PathPart: 'own' } },
      OwnId: {
        Type: 'AWS::ApiGateway::Resource',
        Properties: { PathPart: '{id}', ParentId: { Ref: 'Own' } },
      },
      GetPets: method('GET', 'Pets'),
      PostOwn: method('POST', 'OwnId'),
      Quotes: { Type: 'AWS::ApiGateway::Resource', Properties: { PathPart: 'quotes' } },
      GetQuotes: {
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          HttpMethod: 'GET',
          ResourceId: { Ref: 'Quotes' },
          Integration: { IntegrationResponses: responses },
        },
      },
      Reports: { Type: 'AWS::ApiGateway::Resource', Properties: { PathPart: 'reports' } },
      PostReports: {
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          HttpMethod: 'POST',
          ResourceId: { Ref: 'Reports' },
          Integration: { IntegrationResponses: responses },
        },
      },
      V1: { Type: 'AWS::ApiGateway::Resource', Properties: { PathPart: 'v1' } },
      Invoices: {
        Type: 'AWS::ApiGateway::Resource',
        Properties: { PathPart: 'invoices', ParentId: { Ref: 'V1' } },
      },
      GetInvoices: method('GET', 'Invoices'),
      Short: { Type: ROUTE, Properties: { RouteKey: 'GET /short', ApiId: { Ref: 'HttpApi' } } },
      Connect: { Type: ROUTE, Properties: { RouteKey: '$connect', ApiId: { Ref: 'WebsocketsApi' } } },
      HelloLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: {} },
    },
  },
  functions: new Map([['HelloLambdaFunction', { name: 'hello', artifact: undefined }]]),
};

describe('the line of a property of what osls generates for a route', () => {
  const tree = parseSource(TEXT, '/app/serverless.yml');
  for (const [logicalId, property, text] of [
    ['Gate', 'IdentitySource', '# gate IdentitySource'],
    ['Gate', 'JwtConfiguration.Audience', 'audience: [a]'],
    ['Gate', 'AuthorizerType', 'type: request'],
    ['Guard', 'AuthorizerResultTtlInSeconds', '# ttl'],
    ['Guard', 'IdentitySource', '# guard'],
    ['Door', 'IdentitySource', '# door IdentitySource'],
    ['Door', 'AuthorizerUri', '# door'],
    ['Porter', 'AuthorizerUri', '# porter'],
    ['OfVariable', 'AuthorizerUri', '# variable'],
    ['GetPets', 'ApiKeyRequired', '# key'],
    ['GetPets', 'HttpMethod', '# verb of pets'],
    ['GetPets', 'ResourceId', '# path'],
    ['PostOwn', 'ResourceId', '# second'],
    ['PostOwn', 'AuthorizationType', '# guard'],
    ['PostOwn', 'RequestParameters.method.request.querystring.page', '# page'],
    ['PostOwn', 'RequestParameters.method.request.header.other', 'parameters:'],
    ['GetInvoices', 'Integration.Uri', '# uri'],
    ['GetInvoices', 'Integration.ConnectionId', '# link'],
    ['GetInvoices', 'Integration.ConnectionType', '# through'],
    ['GetInvoices', 'Integration.ContentHandling', '# handling'],
    ['GetInvoices', 'Integration.IntegrationHttpMethod', '# verb'],
    ['GetInvoices', 'Integration.Type', 'integration: http-proxy'],
    ['GetInvoices', 'OperationName', '# operation'],
    ['PostReports', 'Integration.RequestTemplates', '# lambda'],
    ['PostReports', 'Integration.PassthroughBehavior', '# lambda'],
    ['PostReports', 'Integration.IntegrationResponses.0.StatusCode', '# lambda'],
    ['Short', 'RouteKey', '# short'],
    ['Connect', 'RouteKey', '# connect'],
    ['ApiGatewayRestApi', 'Policy.Statement.0.Condition.IpAddress.aws:SourceIp', '# policy'],
  ] as const)
    it(`is that of the setting: ${property} of ${logicalId}`, () => {
      const wanted = TEXT.split('\n').findIndex((line) => line.endsWith(text)) + 1;
      const path = ['Resources', logicalId, 'Properties', ...property.split('.')];

      assert.equal(findGeneratedLine(path, tree, packaged), wanted);
    });

  for (const [property, text] of [
    [['0', 'ResponseParameters', 'method.response.header.X-Reason'], '# header'],
    [['0', 'ResponseTemplates', 'application/json'], '# template'],
    [['0', 'StatusCode'], '# responses'],
    [['1', 'ResponseParameters', 'method.response.header.X-Reason'], '# header of 404'],
    [['1', 'ResponseTemplates', 'text/plain'], '# template of 404'],
    [['1', 'SelectionPattern'], '# pattern'],
  ] as const)
    it(`is that of the setting of a response: ${property.join('.')}`, () => {
      const wanted = TEXT.split('\n').findIndex((line) => line.endsWith(text)) + 1;
      const path = ['Resources', 'GetQuotes', 'Properties', 'Integration', 'IntegrationResponses'];

      assert.equal(findGeneratedLine([...path, ...property], tree, packaged), wanted);
    });

  it('is that of async for the header that makes a call asynchronous', () => {
    const header = 'integration.request.header.X-Amz-Invocation-Type';
    const wanted = TEXT.split('\n').findIndex((line) => line.endsWith('# async')) + 1;
    const path = ['Resources', 'PostReports', 'Properties', 'Integration', 'RequestParameters', header];

    assert.equal(findGeneratedLine(path, tree, packaged), wanted);
  });

  it('is that of the event for the route itself', () => {
    const line = TEXT.split('\n').findIndex((text) => text.endsWith('# short')) + 1;

    assert.equal(findGeneratedLine(['Resources', 'Short'], tree, packaged), line);
  });
});
