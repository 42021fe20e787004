import { one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const RECORDED = 'localstack/localstack, test_apigateway_api.snapshot.json, recorded';
const PARTS_OF_DOCUMENTATION = 'API Gateway API reference, DocumentationPartLocation';
const OTHER_API = '  Other: { Type: AWS::ApiGateway::RestApi, Properties: { Name: other } }';
const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555';

const documented = (name: string, more: string, property: string, source: string): RefusedDefinition => ({
  ...one(
    name,
    `
  Part:
    Type: AWS::ApiGateway::DocumentationPart
    Properties:
      RestApiId: !Ref Api
${more}`,
    `apigateway-documentationpart-${property}`,
    source,
  ),
  needs: ['rest'],
});

/** Definitions of what a call refuses, where nothing else asks it of a template. */
export const OF_CALLS: readonly RefusedDefinition[] = [
  documented(
    'a member of a location that its type does not have',
    `      Properties: '{}'
      Location:
        Type: API
        Path: / # here`,
    'location',
    PARTS_OF_DOCUMENTATION,
  ),
  documented(
    'a status code of a documentation part that is none',
    `      Properties: '{}'
      Location:
        Type: RESPONSE
        StatusCode: '99' # here`,
    'location',
    'service model of API Gateway, DocumentationPartLocationStatusCode',
  ),
  documented(
    'the properties of a documentation part that are no JSON',
    `      Properties: words # here
      Location: { Type: API }`,
    'properties',
    'API Gateway API reference, CreateDocumentationPart: "a JSON object"',
  ),
  {
    ...documented(
      'a second documentation part of one location',
      `      Properties: '{}'
      Location: { Type: API } # here
  First: { Type: AWS::ApiGateway::DocumentationPart, Properties: { RestApiId: !Ref Api, Properties: '{}', Location: { Type: METHOD } } }`,
      'location',
      'API Gateway API reference, CreateDocumentationPart, ConflictException',
    ),
    text: `
  First: { Type: AWS::ApiGateway::DocumentationPart, Properties: { RestApiId: !Ref Api, Properties: '{}', Location: { Type: API } } }
  Second:
    Type: AWS::ApiGateway::DocumentationPart
    Properties:
      RestApiId: !Ref Api
      Properties: '{"info": "b"}'
      Location: { Type: API } # here`,
  },
  {
    ...one(
      'a second documentation version of one name',
      `
  First: { Type: AWS::ApiGateway::DocumentationVersion, Properties: { RestApiId: !Ref Api, DocumentationVersion: v1 } }
  Second:
    Type: AWS::ApiGateway::DocumentationVersion
    DependsOn: First
    Properties:
      RestApiId: !Ref Api
      DocumentationVersion: v1 # here`,
      'shared-name',
      'API Gateway API reference, CreateDocumentationVersion, ConflictException',
    ),
    needs: ['rest'],
  },
  {
    ...one(
      'a model that every API has',
      `
  Model:
    Type: AWS::ApiGateway::Model
    Properties:
      RestApiId: !Ref Api
      Name: Error # here
      ContentType: application/json
      Schema: { type: object }`,
      'apigateway-model-name',
      'snyk/driftctl#1631',
    ),
    needs: ['rest'],
    says: /^Model name already exists for this REST API$/,
  },
  {
    ...one(
      'an empty path part',
      `
  Pets:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Api
      ParentId: !GetAtt Api.RootResourceId
      PathPart: '' # here`,
      'apigateway-resource-pathpart',
      'aws/chalice#76',
    ),
    needs: ['rest'],
  },
  {
    ...one(
      'a content type of an integration response without a slash',
      `
  Pets:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Other
      ResourceId: !GetAtt Other.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE
      MethodResponses: [{ StatusCode: '200' }]
      Integration:
        Type: MOCK
        IntegrationResponses:
          - StatusCode: '200'
            ResponseTemplates: { json: '{}' } # here
${OTHER_API}`,
      'apigateway-method-integration',
      RECORDED,
    ),
    says: /Invalid content type specified: json/,
  },
  one(
    'a VPC link without a name',
    `
  Link:
    Type: AWS::ApiGateway::VpcLink
    Properties:
      Name: '' # here
      TargetArns: ['arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/a/1']`,
    'apigateway-vpclink-name',
    RECORDED,
  ),
  one(
    'the name of a load balancer as the target of a VPC link',
    `
  Link:
    Type: AWS::ApiGateway::VpcLink
    Properties:
      Name: link
      TargetArns:
        - my-load-balancer # here`,
    'apigateway-vpclink-targetarns',
    RECORDED,
  ),
  one(
    'a VPC link of HTTP APIs without a name',
    `
  Link:
    Type: AWS::ApiGatewayV2::VpcLink
    Properties:
      Name: '' # here
      SubnetIds: [subnet-1]`,
    'apigatewayv2-vpclink-name',
    'service model of API Gateway V2, StringWithLengthBetween1And128',
  ),
  one(
    'the URL of a truststore',
    `
  Domain:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: api.example.com
      RegionalCertificateArn: ${CERTIFICATE}
      EndpointConfiguration: { Types: [REGIONAL] }
      MutualTlsAuthentication:
        TruststoreUri: https://shop.s3.amazonaws.com/truststore.pem # here`,
    'apigateway-domainname-mutualtlsauthentication',
    'API Gateway API reference, MutualTlsAuthenticationInput',
  ),
  {
    ...one(
      'a canary of a deployment without a stage',
      `
  Canary:
    Type: AWS::ApiGateway::Deployment
    DependsOn: [Root, Stage]
    Properties:
      RestApiId: !Ref Api
      DeploymentCanarySettings: { PercentTraffic: 10 } # here`,
      'apigateway-deployment-deploymentcanarysettings',
      'localstack/localstack, test_apigateway_canary.snapshot.json, recorded',
    ),
    needs: ['rest'],
    says: /^Invalid deployment content specified\.Non null and non empty stageName must be provided/,
  },
  {
    ...one(
      'a canary of a stage that does not exist',
      `
  Canary:
    Type: AWS::ApiGateway::Deployment
    DependsOn: [Root, Stage]
    Properties:
      RestApiId: !Ref Api
      StageName: prod
      DeploymentCanarySettings: { PercentTraffic: 10 } # here`,
      'apigateway-deployment-deploymentcanarysettings',
      'localstack/localstack, test_apigateway_canary.snapshot.json, recorded',
    ),
    needs: ['rest'],
  },
  {
    ...one(
      'a stage with the deployment of another REST API',
      `
${OTHER_API}
  OtherRoot:
    Type: AWS::ApiGateway::Method
    Properties: { RestApiId: !Ref Other, ResourceId: !GetAtt Other.RootResourceId, HttpMethod: GET, AuthorizationType: NONE, Integration: { Type: MOCK } }
  OtherDeployment: { Type: AWS::ApiGateway::Deployment, DependsOn: [OtherRoot], Properties: { RestApiId: !Ref Other } }
  OtherStage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Other
      StageName: dev
      DeploymentId: !Ref Deployment # here`,
      'apigateway-stage-deploymentid',
      RECORDED,
    ),
    needs: ['rest'],
    says: /^Deployment id does not exist$/,
  },
  {
    ...one(
      'a stage with the deployment of another HTTP API',
      `
  Other: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: b, ProtocolType: HTTP } }
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub 'integrations/\${Integration}' } }
  Deployment: { Type: AWS::ApiGatewayV2::Deployment, DependsOn: Route, Properties: { ApiId: !Ref Api } }
  OtherStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Other
      StageName: dev
      DeploymentId: !Ref Deployment # here`,
      'apigatewayv2-stage-deploymentid',
      'API Gateway V2 API reference, CreateStage, deploymentId: "The deployment identifier of the API stage"',
    ),
    needs: ['http'],
  },
  {
    ...one(
      'a route response of an HTTP API',
      `
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub 'integrations/\${Integration}' } }
  Response:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties:
      RouteId: !Ref Route
      RouteResponseKey: $default
      ApiId: !Ref Api # here`,
      'apigatewayv2-routeresponse-apiid',
      'API Gateway V2 API reference, RouteResponse: "Supported only for WebSocket APIs"',
    ),
    needs: ['http'],
  },
  {
    ...one(
      'a second route response of one key',
      `
  Integration: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: MOCK } }
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: $connect, Target: !Sub 'integrations/\${Integration}' } }
  First: { Type: AWS::ApiGatewayV2::RouteResponse, Properties: { ApiId: !Ref Api, RouteId: !Ref Route, RouteResponseKey: $default } }
  Second:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties:
      ApiId: !Ref Api
      RouteId: !Ref Route
      RouteResponseKey: $default # here`,
      'apigatewayv2-routeresponse-routeresponsekey',
      'API Gateway V2 API reference, CreateRouteResponse, ConflictException',
    ),
    needs: ['websocket'],
  },
  {
    ...one(
      'a second integration response of one key',
      `
  Integration: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref Api, IntegrationType: MOCK } }
  Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: $connect, Target: !Sub 'integrations/\${Integration}' } }
  First: { Type: AWS::ApiGatewayV2::IntegrationResponse, Properties: { ApiId: !Ref Api, IntegrationId: !Ref Integration, IntegrationResponseKey: $default } }
  Second:
    Type: AWS::ApiGatewayV2::IntegrationResponse
    Properties:
      ApiId: !Ref Api
      IntegrationId: !Ref Integration
      IntegrationResponseKey: $default # here`,
      'apigatewayv2-integrationresponse-integrationresponsekey',
      'API Gateway V2 API reference, CreateIntegrationResponse, ConflictException',
    ),
    needs: ['websocket'],
  },
  {
    ...one(
      'the mapping of an HTTP API to a stage that it does not have',
      `
  Domain: { Type: AWS::ApiGatewayV2::DomainName, Properties: { DomainName: api.example.com, DomainNameConfigurations: [{ CertificateArn: ${CERTIFICATE} }] } }
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    DependsOn: Stage
    Properties:
      ApiId: !Ref Api
      DomainName: !Ref Domain
      Stage: prod # here`,
      'apigatewayv2-apimapping-stage',
      'aws/aws-cdk#9078',
    ),
    needs: ['http'],
    says: /^Invalid stage identifier specified$/,
  },
];
