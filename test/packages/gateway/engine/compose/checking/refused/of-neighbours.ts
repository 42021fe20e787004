import { METHOD, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const CLOUDFRONT = 'aws-samples/baseline-environment-on-aws#363';

const logged = (name: string, bucket: string): RefusedDefinition => ({
  ...one(
    name,
    `
  Logs:
    Type: AWS::S3::Bucket
${bucket}
  Cdn:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{ Id: a, DomainName: a.example.com, CustomOriginConfig: { OriginProtocolPolicy: https-only } }]
        DefaultCacheBehavior: { TargetOriginId: a, ViewerProtocolPolicy: https-only, CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6 }
        Logging:
          Bucket: !GetAtt Logs.RegionalDomainName # here`,
    'cloudfront-distribution-distributionconfig',
    CLOUDFRONT,
  ),
  says: /^The S3 bucket that you specified for CloudFront logs does not enable ACL access: /,
});

const caller = (name: string, text: string, says: RegExp, source: string): RefusedDefinition => ({
  name,
  text,
  id: 'apigateway-method-integration',
  says,
  source,
});

/** Resources that another resource of the template does not permit, or does not suit. */
export const OF_NEIGHBOURS: readonly RefusedDefinition[] = [
  logged('a log bucket of a distribution without ownership controls', '    Properties: {}'),
  logged(
    'a log bucket of a distribution that enforces its owner',
    '    Properties: { OwnershipControls: { Rules: [{ ObjectOwnership: BucketOwnerEnforced }] } }',
  ),
  {
    ...caller(
      'the credentials of the caller for a method without authorization',
      METHOD(`      AuthorizationType: NONE
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Uri: !Sub arn:aws:apigateway:\${AWS::Region}:sns:action/Publish
        Credentials: arn:aws:iam::*:user/* # here`),
      /need AuthorizationType AWS_IAM, not NONE/,
      'API Gateway developer guide, "Control access to an API with IAM permissions"',
    ),
    needs: ['rest'],
  },
  caller(
    'the credentials of the caller next to a resource policy',
    `
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: shop
      Policy: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }] }
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: [Root], Properties: { RestApiId: !Ref Api } }
  Stage: { Type: AWS::ApiGateway::Stage, Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev } }
  Root:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      AuthorizationType: AWS_IAM
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Uri: !Sub arn:aws:apigateway:\${AWS::Region}:sns:action/Publish
        Credentials: arn:aws:iam::*:user/* # here`,
    /^Caller provided credentials not allowed when resource policy is set$/,
    'serverless/serverless#7194',
  ),
  {
    ...caller(
      'a VPC link of version 2 without a target',
      `${METHOD(`      AuthorizationType: NONE
      Integration:
        Type: HTTP_PROXY
        IntegrationHttpMethod: ANY
        Uri: http://orders.internal
        ConnectionType: VPC_LINK
        ConnectionId: !Ref Link # here`)}
  Link: { Type: AWS::ApiGatewayV2::VpcLink, Properties: { Name: link, SubnetIds: [subnet-0a1b2c3d4e5f60718] } }`,
      /^IntegrationTarget is required for VpcLinkV2$/,
      'hashicorp/terraform-provider-aws#45230',
    ),
    needs: ['rest'],
  },
  {
    ...one(
      'a rotation by a function that Secrets Manager may not invoke',
      `
  Secret: { Type: AWS::SecretsManager::Secret, Properties: { GenerateSecretString: {} } }
  Schedule:
    Type: AWS::SecretsManager::RotationSchedule
    Properties:
      SecretId: !Ref Secret
      RotationLambdaARN: !GetAtt Function.Arn # here
      RotationRules: { AutomaticallyAfterDays: 30 }`,
      'secretsmanager-rotationschedule-rotationlambdaarn',
      'Secrets Manager user guide, rotation; quoted in hashicorp/terraform-provider-aws, secret_rotation.go',
    ),
    needs: ['function'],
  },
  ...(['Api', 'HttpApi'] as const).map((type) =>
    one(
      `a record of a domain of an ${type} of SAM without its zone`,
      `
Transform: AWS::Serverless-2016-10-31
Resources:
  Broken:
    Type: AWS::Serverless::${type}
    Properties:
      StageName: live
      Domain:
        DomainName: api.example.com
        CertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000
        Route53: # here
          EvaluateTargetHealth: true
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: exports.handler = async () => ({})
      Events:
        A: { Type: ${type}, Properties: { Path: /, Method: get, ${type === 'Api' ? 'RestApiId' : 'ApiId'}: !Ref Broken } }`,
      type === 'Api' ? 'apigateway-restapi' : 'apigatewayv2-api',
      "SAM's translator, api_generator.py and http_api_generator.py",
    ),
  ),
];
