/** Templates of what stands in front of the routes: a web ACL, and the CORS configuration of an HTTP API. */
import type { DecidingRow } from './deciding-rows.ts';

const HTTP_API = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.handler
      Events:
        Root: { Type: HttpApi, Properties: { Path: /, Method: GET, ApiId: !Ref Api } }
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration:
        AllowOrigins: ['https://shop.example']
        AllowMethods: [GET]
        AllowHeaders: [content-type]
`;

export const FRONT: readonly DecidingRow[] = [
  {
    kind: 'the group of rules of a web ACL, in a template of the CDK',
    file: 'cdk.template.json',
    template: JSON.stringify(
      {
        Resources: {
          Api: {
            Type: 'AWS::ApiGateway::RestApi',
            Properties: { Name: 'api' },
            Metadata: { 'aws:cdk:path': 'S/Api/Resource' },
          },
          Method: {
            Type: 'AWS::ApiGateway::Method',
            Properties: {
              RestApiId: { Ref: 'Api' },
              ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
              HttpMethod: 'POST',
              AuthorizationType: 'NONE',
              Integration: { Type: 'MOCK', RequestTemplates: { 'application/json': '{"statusCode": 200}' } },
            },
          },
          Deployment: {
            Type: 'AWS::ApiGateway::Deployment',
            DependsOn: 'Method',
            Properties: { RestApiId: { Ref: 'Api' } },
          },
          Stage: {
            Type: 'AWS::ApiGateway::Stage',
            Properties: { RestApiId: { Ref: 'Api' }, DeploymentId: { Ref: 'Deployment' }, StageName: 'dev' },
          },
          Acl: {
            Type: 'AWS::WAFv2::WebACL',
            Properties: {
              Name: 'acl',
              Scope: 'REGIONAL',
              DefaultAction: { Allow: {} },
              VisibilityConfig: {
                SampledRequestsEnabled: false,
                CloudWatchMetricsEnabled: false,
                MetricName: 'a',
              },
              Rules: [
                {
                  Name: 'common',
                  Priority: 1,
                  OverrideAction: { None: {} },
                  VisibilityConfig: {
                    SampledRequestsEnabled: false,
                    CloudWatchMetricsEnabled: false,
                    MetricName: 'b',
                  },
                  Statement: {
                    ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'AWSManagedRulesCommonRuleSet' },
                  },
                },
              ],
            },
          },
          Link: {
            Type: 'AWS::WAFv2::WebACLAssociation',
            Properties: {
              WebACLArn: { 'Fn::GetAtt': ['Acl', 'Arn'] },
              ResourceArn: { 'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/stages/dev' },
            },
          },
        },
      },
      undefined,
      1,
    ),
    request: { method: 'POST', body: 'a'.repeat(9000) },
    status: 403,
  },
  ...(['AllowOrigins', 'AllowMethods', 'AllowHeaders'] as const).map((member) => ({
    kind: `${member} of the CORS configuration`,
    template: HTTP_API.replace(new RegExp(`(${member}: .*)`), '$1 # here'),
    request: {
      method: 'OPTIONS',
      headers: {
        origin: member === 'AllowOrigins' ? 'https://other.example' : 'https://shop.example',
        'access-control-request-method': member === 'AllowMethods' ? 'DELETE' : 'GET',
        'access-control-request-headers': member === 'AllowHeaders' ? 'x-own' : 'content-type',
      },
    },
    status: 204,
  })),
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html: lambda:InvokeFunction is needed as well
    kind: 'the permission of a function URL that admits nobody',
    template: `
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: fn
      Runtime: nodejs22.x
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/fn
      Code: .
  Url:
    Type: AWS::Lambda::Url
    Properties: { TargetFunctionArn: !Ref Fn, AuthType: NONE }
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Fn
      Action: lambda:InvokeFunctionUrl # here
      Principal: '*'
      FunctionUrlAuthType: NONE
`,
    status: 403,
  },
  {
    // SAM reference, ApiAuth: AddApiKeyRequiredToCorsPreflight is true unless it is set
    kind: 'the key that a preflight needs',
    template: `
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Cors: "'*'"
      Auth:
        ApiKeyRequired: true # here
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      CodeUri: .
      Events:
        Root: { Type: Api, Properties: { Path: /, Method: GET, RestApiId: !Ref Api } }
`,
    request: {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example.com', 'access-control-request-method': 'GET' },
    },
    status: 403,
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    kind: 'the identity source of a list that the request does not have',
    template: `
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: fn, Runtime: nodejs22.x, Handler: index.handler, Role: 'arn:aws:iam::123456789012:role/fn', Code: . }
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: api, ProtocolType: HTTP } }
  Own:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: own
      AuthorizerType: REQUEST
      AuthorizerPayloadFormatVersion: '2.0'
      EnableSimpleResponses: true
      AuthorizerUri: !Sub arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Fn.Arn}/invocations
      IdentitySource:
        - $request.header.X-Token
        - $request.querystring.tenant # here
  Int: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: AWS_PROXY, PayloadFormatVersion: '2.0', IntegrationUri: !GetAtt Fn.Arn } }
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /, Target: !Sub 'integrations/\${Int}', AuthorizationType: CUSTOM, AuthorizerId: !Ref Own } }
  Stage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Api, StageName: $default, AutoDeploy: true } }
`,
    request: { headers: { 'x-token': 'a' } },
    status: 401,
  },
];
