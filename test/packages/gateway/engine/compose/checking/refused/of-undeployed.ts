/** Definitions of APIs that nothing deploys. AWS checks each part of an API when it is created. */
import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const REST = `
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }`;
const V2 = (protocol: string): string => `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: ${protocol}, RouteSelectionExpression: $request.method $request.path } }`;

export const OF_UNDEPLOYED: readonly RefusedDefinition[] = [
  one(
    'a response header that no method response has, in an API without a deployment',
    `${REST}
  Broken:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: NONE
      MethodResponses: [{ StatusCode: '200' }]
      Integration:
        Type: MOCK
        IntegrationResponses:
          - StatusCode: '200'
            ResponseParameters:
              method.response.header.Access-Control-Allow-Origin: "'*'" # here`,
    'apigateway-method-integration',
    'deliveryhero/serverless-aws-documentation#91',
  ),
  one(
    'a path part with two variables in an API without a deployment',
    `${REST}
  Broken:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !GetAtt Api.RootResourceId
      PathPart: 'prefix_{type}_suffix' # here`,
    'apigateway-resource-pathpart',
    'aws/aws-sam-cli#1010: "Resource\'s path part only allow a-zA-Z0-9._- and curly braces at the beginning and the end."',
  ),
  one(
    'an integration type that HTTP APIs do not have, in an API without a stage',
    `${V2('HTTP')}
  Broken:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS # here
      IntegrationUri: arn:aws:lambda:us-east-1:123456789012:function:orders
      PayloadFormatVersion: '1.0'
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /orders, Target: !Sub 'integrations/\${Broken}' } }`,
    'apigatewayv2-integration-integrationtype',
    'aws/aws-cli#6363',
  ),
  one(
    'an integration type that HTTP APIs do not have, although no route has the integration',
    `${V2('HTTP')}
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }
  Broken:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS # here
      IntegrationUri: arn:aws:lambda:us-east-1:123456789012:function:orders
      PayloadFormatVersion: '1.0'`,
    'apigatewayv2-integration-integrationtype',
    'aws/aws-cli#6363',
  ),
  one(
    'an API key for a message in an API without a stage',
    `${V2('WEBSOCKET').replace('.method $request.path', '.body.action')}
  Broken:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: send
      ApiKeyRequired: true # here`,
    'apigatewayv2-route-apikeyrequired',
    'API Gateway developer guide, WebSocket API keys: only for $connect',
  ),
  one(
    'a route of a WebSocket API that begins with $ and is none of its own',
    `${V2('WEBSOCKET').replace('.method $request.path', '.body.action')}
  Broken:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: $getauthorized # here`,
    'apigatewayv2-route-routekey',
    'serverless/serverless#9530: "The provided route key is not formatted properly"',
  ),
];
