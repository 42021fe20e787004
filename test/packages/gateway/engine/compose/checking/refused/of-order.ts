/** Definitions of resources that name another one without waiting for it. */
import { rest } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const POOL = '\n  Pool: { Type: AWS::Cognito::UserPool }';

export const OF_ORDER: readonly RefusedDefinition[] = [
  rest(
    'the web ACL of a stage that does not wait for the stage',
    `
  Broken:
    Type: AWS::WAFv2::WebACLAssociation
    Properties:
      WebACLArn: arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acl/0123
      ResourceArn: !Sub 'arn:aws:apigateway:us-east-1::/restapis/\${Api}/stages/dev' # here`,
    'wafv2-webaclassociation-resourcearn',
    'aws-cloudformation/cloudformation-coverage-roadmap#2358: "your resource doesn\'t exist"',
  ),
  {
    name: 'the mapping of an HTTP API that does not wait for the stage',
    text: `
  Live: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: live, AutoDeploy: true } }
  Broken:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties:
      DomainName: api.example.com
      ApiId: !Ref Api
      Stage: live # here`,
    needs: ['http'],
    id: 'apigatewayv2-apimapping-stage',
    source: 'aws/serverless-application-model#192: "Invalid stage identifier specified"',
  },
  {
    name: 'a client that does not wait for its identity provider',
    text: `${POOL}
  Google:
    Type: AWS::Cognito::UserPoolIdentityProvider
    Properties: { UserPoolId: !Ref Pool, ProviderName: Google, ProviderType: Google, ProviderDetails: { client_id: a, client_secret: b, authorize_scopes: email } }
  Broken:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref Pool
      SupportedIdentityProviders: [COGNITO, Google] # here`,
    id: 'cognito-userpoolclient-supportedidentityproviders',
    says: /^The provider Google does not exist for User Pool/,
    source: 'lgallard/terraform-aws-cognito-user-pool#72',
  },
  {
    name: 'a client that does not wait for the resource server of its scope',
    text: `${POOL}
  Server:
    Type: AWS::Cognito::UserPoolResourceServer
    Properties: { UserPoolId: !Ref Pool, Identifier: orders, Name: orders, Scopes: [{ ScopeName: read, ScopeDescription: read }] }
  Broken:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref Pool
      GenerateSecret: true
      AllowedOAuthFlowsUserPoolClient: true
      AllowedOAuthFlows: [client_credentials]
      AllowedOAuthScopes: [orders/read] # here`,
    id: 'cognito-userpoolclient-allowedoauthscopes',
    says: /^Invalid scope requested: orders\/read/,
    source: 'serverless/serverless#10041',
  },
  ...(
    [
      [
        'Permission',
        'FunctionName: orders # here\n      Action: lambda:InvokeFunction\n      Principal: s3.amazonaws.com',
      ],
      [
        'EventInvokeConfig',
        'FunctionName: orders # here\n      Qualifier: $LATEST\n      MaximumRetryAttempts: 0',
      ],
      ['Url', 'TargetFunctionArn: orders # here\n      AuthType: AWS_IAM'],
    ] as const
  ).map(([type, members]): RefusedDefinition => ({
    name: `a ${type} that names a function and does not wait for it`,
    text: `
  Function:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: orders, Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/any', Code: { ZipFile: 'exports.handler = async () => ({})' } }
  Broken:
    Type: AWS::Lambda::${type}
    Properties:
      ${members}`,
    id: `lambda-${type.toLowerCase()}-${type === 'Url' ? 'targetfunctionarn' : 'functionname'}`,
    says: /^Function not found: arn:aws:lambda/,
    source: 'serverless/serverless#4523: "Function not found"',
  })),
];
