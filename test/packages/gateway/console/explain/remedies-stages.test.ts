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
