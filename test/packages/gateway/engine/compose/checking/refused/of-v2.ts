import { broken, CFN, deployed, one, ROUTE, SCOPES } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const v2 = (name: string, text: string, id: string, source: string, kind: 'http' | 'websocket' = 'http') => ({
  name,
  text,
  needs: [kind],
  id,
  source,
});
const V2_REFERENCE = 'API Gateway V2 API reference';

export const OF_V2: readonly RefusedDefinition[] = [
  v2(
    'scopes on a route with IAM',
    ROUTE(
      '      RouteKey: GET /a\n      AuthorizationType: AWS_IAM\n      AuthorizationScopes: [a/b] # here',
    ),
    'authorization-scopes',
    SCOPES,
  ),
  v2(
    'a deployment for a stage that deploys itself',
    `
  Fixed: { Type: AWS::ApiGatewayV2::Deployment, DependsOn: [Route], Properties: { ApiId: !Ref Api } }
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /fixed } }
  Broken:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: fixed
      AutoDeploy: true
      DeploymentId: !Ref Fixed # here`,
    'apigatewayv2-stage-deploymentid',
    'go-to-k/cdk-real-drift#680',
  ),
  v2(
    'a route key in lower case',
    ROUTE('      RouteKey: get /a # here'),
    'apigatewayv2-route-routekey',
    `${V2_REFERENCE}, CreateRoute`,
  ),
  v2(
    'a route key without slash',
    ROUTE('      RouteKey: GET orders # here'),
    'apigatewayv2-route-routekey',
    `${V2_REFERENCE}, CreateRoute`,
  ),
  v2(
    'a route that differs only in the name of a variable',
    `
  Former: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: 'GET /stages/{stage_id}' } }
${ROUTE("      RouteKey: 'GET /stages/{stageId}' # here")}`,
    'apigatewayv2-route-routekey',
    'plutomi/plutomi#271',
  ),
  v2(
    'an API key on an HTTP API',
    ROUTE('      RouteKey: GET /a\n      ApiKeyRequired: true # here'),
    'apigatewayv2-route-apikeyrequired',
    `${V2_REFERENCE}, CreateRoute: "Supported only for WebSocket APIs"`,
  ),
  v2(
    'JWT without an authorizer',
    ROUTE('      RouteKey: GET /a\n      AuthorizationType: JWT').replace(
      'AuthorizationType: JWT',
      'AuthorizationType: JWT # here',
    ),
    'apigatewayv2-route-authorizerid',
    'hashicorp/terraform-provider-aws#14910',
  ),
  v2(
    'a target that does not exist',
    ROUTE('      RouteKey: GET /a\n      Target: integrations/nothing # here'),
    'apigatewayv2-route-target',
    `${V2_REFERENCE}, CreateRoute`,
  ),
  v2(
    'a JWT authorizer without an audience',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: jwt
      AuthorizerType: JWT
      IdentitySource: [$request.header.Authorization]
      JwtConfiguration: # here
        Issuer: https://issuer.example.com`,
    'apigatewayv2-authorizer-jwtconfiguration',
    `${V2_REFERENCE}, CreateAuthorizer`,
  ),
  v2(
    'a JWT authorizer with two identity sources',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: jwt
      AuthorizerType: JWT
      IdentitySource: # here
        - $request.header.Authorization
        - $request.querystring.token
      JwtConfiguration: { Issuer: 'https://issuer.example.com', Audience: [a] }`,
    'apigatewayv2-authorizer-identitysource',
    `${V2_REFERENCE}, CreateAuthorizer: "a single entry"`,
  ),
  v2(
    'a Lambda authorizer without payload version',
    `
  Broken: 
    Type: AWS::ApiGatewayV2::Authorizer
    Properties: # here
      ApiId: !Ref Api
      Name: lambda
      AuthorizerType: REQUEST
      AuthorizerUri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:a/invocations`,
    'apigatewayv2-authorizer-authorizerpayloadformatversion',
    'hashicorp/terraform-provider-aws#15181',
  ),
  v2(
    'a Lambda integration without payload version',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Integration
    Properties: # here
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: arn:aws:lambda:us-east-1:123456789012:function:a
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub 'integrations/\${Broken}' } }`,
    'apigatewayv2-integration-payloadformatversion',
    'hashicorp/terraform-provider-aws#15181',
  ),
  v2(
    'a Lambda integration with GET',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: '2.0'
      IntegrationMethod: GET # here
      IntegrationUri: arn:aws:lambda:us-east-1:123456789012:function:a
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub 'integrations/\${Broken}' } }`,
    'apigatewayv2-integration-integrationmethod',
    'hashicorp/terraform-provider-aws#42391',
  ),
  v2(
    'a mock integration on an HTTP API',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: MOCK # here
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub 'integrations/\${Broken}' } }`,
    'apigatewayv2-integration-integrationtype',
    'aws/aws-cli#6363',
  ),
  v2(
    'execution logs on an HTTP API',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: dev
      AutoDeploy: true
      DefaultRouteSettings:
        LoggingLevel: INFO # here`,
    'apigatewayv2-stage-defaultroutesettings',
    'hashicorp/terraform-provider-aws#14010',
  ),
  v2(
    'credentials for every origin',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: cors
      ProtocolType: HTTP
      CorsConfiguration:
        AllowCredentials: true # here
        AllowOrigins: ['*']
  BrokenStage: { Type: AWS::ApiGatewayV2::Stage, Properties: { ApiId: !Ref Broken, StageName: $default, AutoDeploy: true } }
  BrokenRoute: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Broken, RouteKey: GET /a } }`,
    'apigatewayv2-api-corsconfiguration',
    'API Gateway developer guide, "Configure CORS for HTTP APIs"',
  ),
  v2(
    'an authorizer on a message route',
    ROUTE('      RouteKey: sendMessage\n      AuthorizationType: AWS_IAM # here'),
    'apigatewayv2-route-authorizationtype',
    'aws-samples: "Currently, authorization is restricted to the $connect route only"',
    'websocket',
  ),
  v2(
    'an unknown protocol',
    `
  Broken:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: other
      ProtocolType: GRPC # here`,
    'apigatewayv2-api-protocoltype',
    `${CFN}, AWS::ApiGatewayV2::Api`,
  ),
  ...(
    [
      [
        'a proxy without a method',
        'pf-apigwv2-http-proxy-integration-method',
        'ApiGatewayV2::Integration',
        'integrationmethod',
        [
          'ApiId: !Ref Api',
          'IntegrationType: HTTP_PROXY',
          'IntegrationUri: https://example.com',
          "PayloadFormatVersion: '1.0'",
        ],
      ],
      [
        'a proxy of version 2.0',
        'pf-apigwv2-http-proxy-payload-version',
        'ApiGatewayV2::Integration',
        'payloadformatversion',
        [
          'ApiId: !Ref Api',
          'IntegrationType: HTTP_PROXY',
          'IntegrationMethod: GET',
          'IntegrationUri: https://example.com',
          "PayloadFormatVersion: '2.0' # here",
        ],
      ],
      [
        'a target of a route that is only the id of an integration',
        'pf-apigwv2-route-target-format',
        'ApiGatewayV2::Route',
        'target',
        ['ApiId: !Ref Api', 'RouteKey: GET /orders', 'Target: !Ref Integration # here'],
      ],
    ] as const
  ).map(([name, rule, type, property, lines]): RefusedDefinition => {
    const text = broken(type, ...lines);
    return {
      name,
      text: lines.some((line) => line.endsWith('# here'))
        ? text
        : text.replace('Properties:', 'Properties: # here'),
      needs: ['http'],
      id: `${type.toLowerCase().replace('::', '-')}-${property}`,
      source: deployed(rule),
    };
  }),
  one(
    'CORS of a WebSocket API',
    broken(
      'ApiGatewayV2::Api',
      'Name: chat',
      'ProtocolType: WEBSOCKET',
      'RouteSelectionExpression: $request.body.action',
      "CorsConfiguration: { AllowOrigins: ['*'] } # here",
    ),
    'apigatewayv2-api-corsconfiguration',
    deployed('pf-apigwv2-websocket-no-cors'),
  ),
  one(
    'a VPC link without subnets',
    broken('ApiGatewayV2::VpcLink', 'Name: shop', 'SubnetIds: [] # here'),
    'apigatewayv2-vpclink-subnetids',
    deployed('pf-apigwv2-vpc-link-subnets-required'),
  ),
  one(
    'mutual TLS at the edge',
    broken(
      'ApiGateway::DomainName',
      'DomainName: api.example.com',
      'CertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
      'SecurityPolicy: TLS_1_2',
      'MutualTlsAuthentication: { TruststoreUri: s3://trust/store.pem }',
      'EndpointConfiguration:',
      '  Types: [EDGE] # here',
    ),
    'apigateway-domainname-endpointconfiguration',
    'API Gateway developer guide, "How to turn on mutual TLS authentication for your REST APIs"',
  ),
  one(
    'mutual TLS with TLS 1.0',
    broken(
      'ApiGateway::DomainName',
      'DomainName: api.example.com',
      'RegionalCertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555',
      'EndpointConfiguration: { Types: [REGIONAL] }',
      'MutualTlsAuthentication: { TruststoreUri: s3://trust/store.pem }',
      'SecurityPolicy: TLS_1_0 # here',
    ),
    'apigateway-domainname-securitypolicy',
    deployed('pf-apigw-mutual-tls-security-policy'),
  ),
  one(
    'a header of a response of an OpenAPI document that the operation does not declare',
    broken(
      'ApiGateway::RestApi',
      'Name: shop',
      'Body:',
      "  swagger: '2.0'",
      "  info: { title: shop, version: '1' }",
      '  paths:',
      '    /orders:',
      '      get:',
      "        responses: { '302': { description: moved } }",
      '        x-amazon-apigateway-integration:',
      '          type: http',
      '          httpMethod: GET',
      '          uri: https://example.com',
      '          responses:',
      '            https://.*:',
      "              statusCode: '302'",
      '              responseParameters:',
      '                method.response.header.Location: integration.response.header.Location # here',
    ),
    'apigateway-restapi-body',
    'amazon-archives/aws-apigateway-importer#209',
  ),
];
