/**
 * Refusals that a stage or its custom domain causes: the stage or the mapping is named with its line, and the request
 * passes once exactly the advised change is made (docs/aws §10).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const HANDLER = `exports.main = async () => ({ statusCode: 200, body: 'ok' });`;

/** An API with the route, the stage, and a deployed stage `live`, from whose address the paths below lead to the stage. */
const v2 = (protocol: string, route: string, stage: string): string => `
Resources:
  Main:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs22.x, Code: ., Handler: index.main, Role: arn:aws:iam::123456789012:role/main }
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Main, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com }
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: chat, ProtocolType: ${protocol} } }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '${protocol === 'HTTP' ? '2.0' : '1.0'}'
      IntegrationUri: !Sub 'arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Main.Arn}/invocations'
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: ${route}, Target: !Sub 'integrations/\${Integration}' }
  Live: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: live, AutoDeploy: true } }
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: ${stage}
`;

describe('a stage without a deployment', () => {
  for (const { protocol, route, stage, request, passes } of [
    {
      // hashicorp/terraform-provider-aws#17955
      protocol: 'WEBSOCKET\n, RouteSelectionExpression: $request.body.action',
      route: '$connect',
      stage: 'dev',
      request: { path: '/../dev', socket: {} },
      passes: 101,
    },
    { protocol: 'HTTP', route: 'GET /', stage: 'dev', request: { path: '/../dev/' }, passes: 200 },
    { protocol: 'HTTP', route: 'GET /', stage: '$default', request: { path: '/../' }, passes: 200 },
  ])
    it(`is named, and AutoDeploy helps: ${stage} of ${protocol.split('\n')[0]}`, async () => {
      const text = v2(protocol.replace('\n', ''), route, stage);
      using project = anAdvisedProject('template.yaml', { 'template.yaml': text, 'index.js': HANDLER });
      const refused = await project.ask(request);
      assert.notEqual(refused.status, passes);
      assert.match(refused.sentences.join('\n'), /The stage \S+ \(template\.yaml:21\) has no deployment/);
      assert.doesNotMatch(refused.sentences.join('\n'), /No stage|has no stage/i);
      assert.deepEqual(refused.changes, [`Set AutoDeploy: true on the stage ${stage} (template.yaml:21).`]);
      project.write('template.yaml', `${text}      AutoDeploy: true\n`);
      assert.equal((await project.ask(request)).status, passes);
    });
});

describe('a stage without a variable of the Uri', () => {
  it('is named with its line, and nothing is said about the Uri', async () => {
    const text = `
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        openapi: 3.0.1
        info: { title: orders, version: '1' }
        paths:
          /orders:
            get:
              x-amazon-apigateway-integration:
                { type: http_proxy, httpMethod: GET, uri: 'https://\${stageVariables.host}/orders' }
  Deployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Api } }
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: test }
`;
    using project = anAdvisedProject('template.yaml', { 'template.yaml': text });
    const refused = await project.ask({ path: '/orders' });
    assert.equal(refused.status, 500);
    assert.match(refused.sentences.join('\n'), /stage test template\.yaml:15/);
    assert.deepEqual(refused.changes, [
      'Give host a value in Variables of stage test; no new deployment is needed.',
    ]);
  });
});

describe('a mapping key that hides the route of another API', () => {
  /** A REST API with one GET method, and its mapping at the domain api.example.com. */
  const rest = (id: string, part: string, mapping: string): string => `
  ${id}: { Type: AWS::ApiGateway::RestApi, Properties: { Name: ${id.toLowerCase()}, EndpointConfiguration: { Types: [REGIONAL] } } }
  ${id}Part:
    Type: AWS::ApiGateway::Resource
    Properties: { RestApiId: !Ref ${id}, ParentId: ${part.includes('/') ? `!Ref ${id}First` : `!GetAtt ${id}.RootResourceId`}, PathPart: ${part.split('/').at(-1)} }${
      part.includes('/')
        ? `
  ${id}First:
    Type: AWS::ApiGateway::Resource
    Properties: { RestApiId: !Ref ${id}, ParentId: !GetAtt ${id}.RootResourceId, PathPart: ${part.split('/')[0]} }`
        : ''
    }
  ${id}Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref ${id}
      ResourceId: !Ref ${id}Part
      HttpMethod: GET
      AuthorizationType: NONE
      MethodResponses: [{ StatusCode: '200' }]
      Integration: { Type: MOCK, RequestTemplates: { application/json: '{"statusCode": 200}' }, IntegrationResponses: [{ StatusCode: '200' }] }
  ${id}Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: ${id}Get, Properties: { RestApiId: !Ref ${id} } }
  ${id}Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref ${id}, DeploymentId: !Ref ${id}Deployment, StageName: prod } }
  ${id}Mapping:
    DependsOn: ${id}Stage
    ${mapping}`;
  const mapping = (id: string, key: string): string =>
    `Type: AWS::ApiGatewayV2::ApiMapping
    Properties: { DomainName: !Ref Domain, Stage: prod, ApiId: !Ref ${id}${key === '' ? '' : `, ApiMappingKey: ${key}`} }`;
  const domain = (apis: string): string => `
Resources:
  Domain:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: api.example.com
      RegionalCertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/1
      EndpointConfiguration: { Types: [REGIONAL] }${apis}
`;
  for (const { keys, path, other } of [
    { keys: ['shop', 'shop/v2'], path: '/shop/v2/orders', other: /has the key shop\./ },
    { keys: ['', 'v2'], path: '/v2/orders', other: /has no key\./ },
  ])
    it(`is named, and another key helps: ${keys[1]} beside ${keys[0] || 'no key'}`, async () => {
      const [first = '', second = ''] = keys;
      const text = domain(
        `${rest('Shop', 'v2/orders', mapping('Shop', first))}${rest('Catalog', 'products', mapping('Catalog', second))}`,
      );
      using project = anAdvisedProject('template.yaml', { 'template.yaml': text });
      const request = { path: `/..${path}`, headers: { host: 'api.example.com' } };
      const refused = await project.ask(request);
      assert.equal(refused.status, 403, refused.body);
      const sentences = refused.sentences.join('\n');
      assert.match(sentences, /The API Shop has the route GET \/v2\/orders/);
      assert.match(sentences, other);
      assert.match(
        refused.changes.join('\n'),
        new RegExp(`^Change the mapping key ${second} of the API catalog \\(template\\.yaml:\\d+\\) to one`),
      );
      project.write('template.yaml', text.replace(mapping('Catalog', second), mapping('Catalog', 'catalog')));
      assert.equal((await project.ask(request)).status, 200);
    });
});
