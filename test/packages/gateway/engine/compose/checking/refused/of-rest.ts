import { CFN, METHOD, SCOPES, rest } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const REST_GUIDE = 'API Gateway developer guide, REST APIs';

export const OF_REST: readonly RefusedDefinition[] = [
  ...['NONE', 'AWS_IAM'].map((type) =>
    rest(
      `scopes on a method with ${type}`,
      METHOD(
        `      AuthorizationType: ${type}\n      AuthorizationScopes: [a/b] # here\n      Integration: { Type: MOCK }`,
      ),
      'authorization-scopes',
      SCOPES,
    ),
  ),
  rest(
    'a lower-case word as method',
    `
  Broken:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: FETCH # here
      AuthorizationType: NONE
      Integration: { Type: MOCK }`,
    'apigateway-method-httpmethod',
    `${CFN}, AWS::ApiGateway::Method`,
  ),
  rest(
    'a description of a stage without the name of the stage',
    `
  Broken:
    Type: AWS::ApiGateway::Deployment
    DependsOn: [Root]
    Properties:
      RestApiId: !Ref Api
      StageDescription: { TracingEnabled: true } # here`,
    'apigateway-deployment-stagename',
    `${CFN}, AWS::ApiGateway::Deployment, StageDescription: "To specify a stage description, you must also provide a stage name."`,
  ),
  rest(
    'CUSTOM without an authorizer',
    METHOD('      AuthorizationType: CUSTOM # here\n      Integration: { Type: MOCK }'),
    'apigateway-method-authorizerid',
    'aws-samples recorded case of 2024-04-15 (docs/aws)',
  ),
  rest(
    'an integration without method',
    METHOD(
      '      AuthorizationType: NONE\n      Integration: # here\n        Type: HTTP_PROXY\n        Uri: https://example.com',
    ),
    'apigateway-method-integration',
    'aws/aws-cdk#6404',
  ),
  rest(
    'a timeout over 29 s on an edge-optimized API',
    METHOD(
      '      AuthorizationType: NONE\n      Integration:\n        Type: HTTP_PROXY\n        IntegrationHttpMethod: GET\n        Uri: https://example.com\n        TimeoutInMillis: 60000 # here',
    ),
    'apigateway-method-integration',
    'API Gateway developer guide, Quotas',
  ),
  rest(
    'an unknown integration type',
    METHOD('      AuthorizationType: NONE\n      Integration:\n        Type: LAMBDA # here'),
    'apigateway-method-integration',
    `${CFN}, AWS::ApiGateway::Method Integration`,
  ),
  rest(
    'an unknown passthrough behavior',
    METHOD(
      '      AuthorizationType: NONE\n      Integration:\n        Type: MOCK\n        PassthroughBehavior: ALWAYS # here',
    ),
    'apigateway-method-integration',
    `${CFN}, AWS::ApiGateway::Method Integration`,
  ),
  rest(
    'a path part with a slash',
    `
  Broken:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !GetAtt Api.RootResourceId
      PathPart: a/b # here`,
    'apigateway-resource-pathpart',
    'API Gateway API reference, CreateResource',
  ),
  rest(
    'a path parameter beside another one',
    `
  First: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: '{id}' } }
  Broken:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !GetAtt Api.RootResourceId
      PathPart: '{name}' # here`,
    'apigateway-resource-pathpart',
    'hashicorp/terraform-provider-aws#4001: "A sibling ({id}) of this resource already has a variable path part"',
  ),
  rest(
    'a resource below a greedy parameter',
    `
  Greedy: { Type: AWS::ApiGateway::Resource, Properties: { RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: '{proxy+}' } }
  Broken:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !Ref Greedy
      PathPart: orders # here`,
    'apigateway-resource-pathpart',
    REST_GUIDE,
  ),
  rest(
    'a stage name with a slash',
    `
  Broken:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: v1/prod # here`,
    'apigateway-stage-stagename',
    'Miserlou/Zappa#356',
  ),
  rest(
    'a cache of an unknown size',
    `
  Broken:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: prod
      CacheClusterEnabled: true
      CacheClusterSize: '2' # here`,
    'apigateway-stage-cacheclustersize',
    'API Gateway API reference, CreateStage',
  ),
  rest(
    'a stage variable with a space',
    `
  Broken:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: prod
      Variables:
        table: my table # here`,
    'apigateway-stage-variables',
    'API Gateway API reference, CreateStage: values match [A-Za-z0-9-._~:/?#&=,]+',
  ),
  rest(
    'an authorizer result that is kept for two hours',
    `
  Broken:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: token
      Type: TOKEN
      AuthorizerUri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:a/invocations
      IdentitySource: method.request.header.Authorization
      AuthorizerResultTtlInSeconds: 7200 # here`,
    'apigateway-authorizer-authorizerresultttlinseconds',
    `${CFN}, AWS::ApiGateway::Authorizer`,
  ),
  rest(
    'a token from the query string',
    `
  Broken:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: token
      Type: TOKEN
      AuthorizerUri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:a/invocations
      IdentitySource: method.request.querystring.token # here`,
    'apigateway-authorizer-identitysource',
    `${CFN}, AWS::ApiGateway::Authorizer`,
  ),
  rest(
    'an authorizer of an unknown type',
    `
  Broken:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: token
      Type: LAMBDA # here`,
    'apigateway-authorizer-type',
    `${CFN}, AWS::ApiGateway::Authorizer`,
  ),
  rest(
    'a model name with a hyphen',
    `
  Broken:
    Type: AWS::ApiGateway::Model
    Properties:
      RestApiId: !Ref Api
      ContentType: application/json
      Name: my-order # here
      Schema: { type: object }`,
    'apigateway-model-name',
    'API Gateway API reference, CreateModel: "Must be alphanumeric"',
  ),
  rest(
    'an unknown gateway response',
    `
  Broken:
    Type: AWS::ApiGateway::GatewayResponse
    Properties:
      RestApiId: !Ref Api
      ResponseType: NOT_FOUND # here`,
    'apigateway-gatewayresponse-responsetype',
    `${CFN}, AWS::ApiGateway::GatewayResponse`,
  ),
  rest(
    'a usage plan with a yearly quota',
    `
  Broken:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      Quota:
        Limit: 100
        Period: YEAR # here`,
    'apigateway-usageplan-quota',
    `${CFN}, AWS::ApiGateway::UsagePlan QuotaSettings`,
  ),
  rest(
    'a deployment that waits for no method',
    `
  Broken: # here
    Type: AWS::ApiGateway::Deployment
    Properties: { RestApiId: !Ref Other }
  Other: { Type: AWS::ApiGateway::RestApi, Properties: { Name: other } }
  OtherMethod:
    Type: AWS::ApiGateway::Method
    Properties:
      { RestApiId: !Ref Other, ResourceId: !GetAtt Other.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } }`,
    'deployment-without-methods',
    'cloudtools/troposphere#496, aws/aws-cdk#6068',
  ),
  rest(
    'an API without methods',
    `
  Broken: # here
    Type: AWS::ApiGateway::RestApi
    Properties: { Name: empty }
  BrokenDeployment: { Type: AWS::ApiGateway::Deployment, Properties: { RestApiId: !Ref Broken, StageName: dev } }`,
    'apigateway-restapi',
    'serverless/serverless#3116: "The REST API doesn\'t contain any methods"',
  ),
];
