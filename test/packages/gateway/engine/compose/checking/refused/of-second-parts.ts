import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const V1 = 'API Gateway API reference, ';
const API = '  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }';
const METHOD = `
  Root:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } }`;

/** Second parts that conflict with a part of the same API. */
export const OF_SECOND_PARTS: readonly RefusedDefinition[] = [
  one(
    'a second method of one resource',
    `
${API}${METHOD}
  Again:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET # here
      AuthorizationType: AWS_IAM
      Integration: { Type: MOCK }`,
    'apigateway-method-httpmethod',
    `${V1}PutMethod, ConflictException`,
  ),
  one(
    'a second stage of one name',
    `
${API}${METHOD}
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Root, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: dev, DeploymentId: !Ref Deployment } }
  Again:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      DeploymentId: !Ref Deployment
      StageName: dev # here`,
    'apigateway-stage-stagename',
    `${V1}CreateStage, ConflictException`,
  ),
  one(
    'a second authorizer of a REST API of one name',
    `
${API}${METHOD}
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Root, Properties: { RestApiId: !Ref Api } }
  First:
    Type: AWS::ApiGateway::Authorizer
    Properties: { RestApiId: !Ref Api, Name: guard, Type: COGNITO_USER_POOLS, IdentitySource: method.request.header.Authorization, ProviderARNs: ['arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abcdefghi'] }
  Second:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Api
      Name: guard # here
      Type: COGNITO_USER_POOLS
      IdentitySource: method.request.header.Authorization
      ProviderARNs: ['arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abcdefghi']`,
    'apigateway-authorizer-name',
    `${V1}CreateAuthorizer`,
  ),
  one(
    'a key that is twice in a usage plan',
    `
  Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true } }
  Plan: { Type: AWS::ApiGateway::UsagePlan, Properties: { UsagePlanName: gold } }
  First: { Type: AWS::ApiGateway::UsagePlanKey, Properties: { KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Plan } }
  Second:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties:
      KeyId: !Ref Key
      KeyType: API_KEY
      UsagePlanId: !Ref Plan # here`,
    'apigateway-usageplankey-usageplanid',
    `${V1}CreateUsagePlanKey, ConflictException`,
  ),
  one(
    'a base path mapping beside the empty one',
    `
${API}${METHOD}
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Root, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, StageName: dev, DeploymentId: !Ref Deployment } }
  Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a', EndpointConfiguration: { Types: [REGIONAL] } } }
  Empty: { Type: AWS::ApiGateway::BasePathMapping, Properties: { DomainName: !Ref Domain, RestApiId: !Ref Api, Stage: !Ref Stage } }
  Second:
    Type: AWS::ApiGateway::BasePathMapping
    Properties:
      DomainName: !Ref Domain
      RestApiId: !Ref Api
      Stage: !Ref Stage
      BasePath: foo # here`,
    'apigateway-basepathmapping-basepath',
    'aws/aws-cdk#9581',
  ),
];
