import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ACCEPTED_COMBINATIONS } from './accepted-combinations.ts';
import type { AcceptedDefinition } from './accepted-combinations.ts';
import { ACCEPTED_SERVICES } from './accepted-services.ts';
import { ACCEPTED_TEMPLATES } from './accepted-templates.ts';
import { examineStacks } from '../../../../../../packages/gateway/engine/compose/checking/examine.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-check-'));
const OPTIONS = {
  stage: 'dev',
  region: 'us-east-1',
  accountId: '123456789012',
  parameters: {},
  environment: {},
  directory: folder,
};
const SAM = 'Transform: AWS::Serverless-2016-10-31';

/** Definitions of public projects that AWS deploys, each with its source. */
const ACCEPTED: readonly AcceptedDefinition[] = [
  ...ACCEPTED_COMBINATIONS,
  ...ACCEPTED_SERVICES,
  ...ACCEPTED_TEMPLATES,
  {
    name: 'a policy document that Fn::Sub makes as JSON text',
    source: 'aws-samples/serverless-patterns, documentdb-lambda-java-sam/DocumentDBAndMongoClientEC2.yaml',
    text: `
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: 'sts:AssumeRole' }] }
      Policies:
        - PolicyName: Access
          PolicyDocument: !Sub '{ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": ["docdb:*"], "Resource": "*" }] }'`,
  },
  {
    name: 'a base path mapping that waits for a domain of its stack, which takes longer than the stage',
    source: 'CloudFormation user guide, DependsOn: the order is otherwise not determined',
    text: `
${SAM}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      DefinitionBody: { openapi: 3.0.1, info: { title: a, version: '1' }, paths: { /a: { get: { x-amazon-apigateway-integration: { type: mock } } } } }
  Domain:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: api.example.com
      RegionalCertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555
      EndpointConfiguration: { Types: [REGIONAL] }
  Mapping:
    Type: AWS::ApiGateway::BasePathMapping
    Properties: { DomainName: !Ref Domain, RestApiId: !Ref Api, Stage: dev }`,
  },
  {
    name: 'a web ACL of the scope CLOUDFRONT at a distribution',
    source: 'aws-samples/serverless-patterns, cloudfront-apigw-rest-api-lambda-dynamodb-sam',
    text: `
Resources:
  Acl:
    Type: AWS::WAFv2::WebACL
    Properties:
      Scope: CLOUDFRONT
      DefaultAction: { Allow: {} }
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: acl }
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        WebACLId: !GetAtt Acl.Arn
        Origins: [{ Id: shop, DomainName: shop.example.com, CustomOriginConfig: { OriginProtocolPolicy: https-only } }]
        DefaultCacheBehavior: { TargetOriginId: shop, ViewerProtocolPolicy: redirect-to-https, CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6 }`,
  },
  {
    name: 'names of resources that are awaited, by DependsOn or by a reference',
    source: 'aws-cloudformation/cloudformation-coverage-roadmap#2358; aws/serverless-application-model#32',
    text: `
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Root:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } }
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Root, Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }
  Acl:
    Type: AWS::WAFv2::WebACLAssociation
    DependsOn: Stage
    Properties: { WebACLArn: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acl/0123', ResourceArn: !Sub 'arn:aws:apigateway:us-east-1::/restapis/\${Api}/stages/dev' }
  Other:
    Type: AWS::WAFv2::WebACLAssociation
    Properties: { WebACLArn: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acl/0123', ResourceArn: !Sub 'arn:aws:apigateway:us-east-1::/restapis/\${Api}/stages/\${Stage}' }
  Pool: { Type: AWS::Cognito::UserPool }
  Google:
    Type: AWS::Cognito::UserPoolIdentityProvider
    Properties: { UserPoolId: !Ref Pool, ProviderName: Google, ProviderType: Google, ProviderDetails: { client_id: a, client_secret: b, authorize_scopes: email } }
  Server:
    Type: AWS::Cognito::UserPoolResourceServer
    Properties: { UserPoolId: !Ref Pool, Identifier: orders, Name: orders, Scopes: [{ ScopeName: read, ScopeDescription: read }] }
  Client:
    Type: AWS::Cognito::UserPoolClient
    DependsOn: Google
    Properties:
      UserPoolId: !Ref Pool
      SupportedIdentityProviders: [COGNITO, Google]
      GenerateSecret: true
      AllowedOAuthFlowsUserPoolClient: true
      AllowedOAuthFlows: [client_credentials]
      AllowedOAuthScopes: [!Sub '\${Server}/read']
      AccessTokenValidity: 1
      RefreshTokenValidity: 3650
      TokenValidityUnits: { AccessToken: days, RefreshToken: days }
  Function:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: orders, Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'exports.handler = async () => ({})' } }
  Permission:
    Type: AWS::Lambda::Permission
    DependsOn: Function
    Properties: { FunctionName: orders, Action: 'lambda:InvokeFunction', Principal: s3.amazonaws.com }`,
  },
  {
    name: 'a mapping to the stage that quick create makes together with its API',
    source: 'aws-samples/serverless-patterns, apigw-mutualtls-lambda/template.yaml',
    text: `
Resources:
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: shop, ProtocolType: HTTP, Target: 'https://example.com' } }
  Mapping: { Type: AWS::ApiGatewayV2::ApiMapping, Properties: { DomainName: api.example.com, ApiId: !Ref Api, Stage: $default } }`,
  },
  {
    name: 'roles of a region, of China and of several services, and rights that have a condition',
    source: 'Step Functions developer guide, creating IAM roles; Lambda developer guide, execution role',
    text: `
Resources:
  OfStates:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: [events.amazonaws.com, !Sub 'states.\${AWS::Region}.amazonaws.com'] }, Action: 'sts:AssumeRole' }] }
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties: { RoleArn: !GetAtt OfStates.Arn, Definition: { StartAt: Done, States: { Done: { Type: Succeed } } } }
  OfFunction:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: [edgelambda.amazonaws.com, lambda.amazonaws.com] }, Action: 'sts:AssumeRole' }] }
      Policies:
        - PolicyName: network
          PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 'ec2:*NetworkInterface*', Resource: 'arn:aws:ec2:*:*:*' }] }
  Dead: { Type: AWS::SQS::Queue }
  Send:
    Type: AWS::IAM::Policy
    Properties: { PolicyName: send, Roles: [!Ref OfFunction], PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 'sqs:SendMessage', Resource: '*', Condition: { StringEquals: { aws:ResourceAccount: '123456789012' } } }] } }
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Code: { ZipFile: 'exports.handler = async () => ({})' }
      Role: !GetAtt OfFunction.Arn
      VpcConfig: { SubnetIds: [subnet-0a1b2c3d], SecurityGroupIds: [sg-0a1b2c3d] }
      DeadLetterConfig: { TargetArn: !GetAtt Dead.Arn }
  Unknown:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }] }
      ManagedPolicyArns: [arn:aws:iam::123456789012:policy/of-the-account]
  Second:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      Code: { ZipFile: 'exports.handler = async () => ({})' }
      Role: !GetAtt Unknown.Arn
      DeadLetterConfig: { TargetArn: !GetAtt Dead.Arn }`,
  },
  {
    name: 'a reference of an operation to a model that the document does not have, if warnings do not fail the import',
    source:
      'API Gateway developer guide, errors and warnings from importing your API: "a missing model reference"',
    text: `
${SAM}
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      DefinitionBody:
        openapi: 3.0.1
        info: { title: a, version: '1' }
        paths:
          /a:
            post:
              requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
              responses: { '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Answer' } } } } }
              x-amazon-apigateway-integration: { type: mock }`,
  },
  {
    name: 'a JWT authorizer without an issuer, if warnings do not fail the import',
    source: 'aws/aws-sam-cli#2410, aws/serverless-application-model#1727: the deployment succeeds',
    text: `
${SAM}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        info: { title: a, version: '1' }
        components: { securitySchemes: { Login: { type: oauth2, x-amazon-apigateway-authorizer: { type: jwt, identitySource: $request.header.Authorization, jwtConfiguration: { audience: [a] } } } } }
        paths:
          /a:
            get:
              security: [{ Login: [] }]
              x-amazon-apigateway-integration: { type: http_proxy, httpMethod: GET, uri: 'https://example.com', payloadFormatVersion: '1.0' }`,
  },
  {
    name: 'an API without methods, which nothing deploys',
    source: 'API Gateway API reference, CreateRestApi: only CreateDeployment needs methods',
    text: `
Resources:
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: orders } }
  Denied:
    Type: AWS::ApiGateway::GatewayResponse
    Properties: { RestApiId: !Ref Api, ResponseType: ACCESS_DENIED, StatusCode: '403' }`,
  },
  {
    name: 'members that a macro of the account replaces',
    source:
      'aws-cloudformation/aws-cloudformation-templates, CloudFormation/MacrosExamples/Explode, Count, PyPlate',
    text: `
Transform: Explode
Resources:
  Bucket: { Type: AWS::S3::Bucket, Properties: { Tags: '#!PyPlate' }, ExplodeMap: BucketMap }`,
  },
];

describe('definitions that AWS deploys', () => {
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const { name, source, text } of ACCEPTED)
    it(`are not refused for ${name}`, async () => {
      const file = join(folder, 'template.yaml');
      writeFileSync(file, `${text.trimStart()}\n`);

      const { findings } = await examineStacks([file], OPTIONS);

      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'refused'),
        [],
        source,
      );
    });
});
