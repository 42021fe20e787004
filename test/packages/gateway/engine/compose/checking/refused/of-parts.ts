import { one } from './definition.ts';
import type { PARTS, RefusedDefinition } from './definition.ts';

type Needs = readonly (keyof typeof PARTS)[];
const V1 = 'API Gateway API reference, ';
const V2 = 'API Gateway V2 API reference, ';

const asked = (name: string, id: string, needs: Needs, source: string, text: string): RefusedDefinition => ({
  ...one(name, `\n${text}`, id, source),
  needs,
});

/** Definitions of what calls of API Gateway refuse, which are also found when the APIs are loaded. */
export const OF_PARTS: readonly RefusedDefinition[] = [
  asked(
    'a second API key with one value',
    'apigateway-apikey-value',
    [],
    `${V1}CreateApiKey, ConflictException`,
    `  One: { Type: AWS::ApiGateway::ApiKey, Properties: { Value: abcdefghijklmnopqrstuvwx } }
  Two:
    Type: AWS::ApiGateway::ApiKey
    Properties:
      Value: abcdefghijklmnopqrstuvwx # here`,
  ),
  asked(
    'a key in two usage plans of one stage',
    'apigateway-usageplankey-keyid',
    ['rest'],
    `${V1}CreateUsagePlanKey, ConflictException`,
    `  Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true } }
  Gold: { Type: AWS::ApiGateway::UsagePlan, Properties: { UsagePlanName: gold, ApiStages: [{ ApiId: !Ref Api, Stage: !Ref Stage }] } }
  Free: { Type: AWS::ApiGateway::UsagePlan, Properties: { UsagePlanName: free, ApiStages: [{ ApiId: !Ref Api, Stage: !Ref Stage }] } }
  One: { Type: AWS::ApiGateway::UsagePlanKey, Properties: { KeyId: !Ref Key, KeyType: API_KEY, UsagePlanId: !Ref Gold } }
  Two:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties:
      KeyId: !Ref Key # here
      KeyType: API_KEY
      UsagePlanId: !Ref Free`,
  ),
  asked(
    'a stage that is twice in a usage plan',
    'apigateway-usageplan-apistages',
    ['rest'],
    `${V1}CreateUsagePlan, ConflictException`,
    `  Gold:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      UsagePlanName: gold
      ApiStages: # here
        - { ApiId: !Ref Api, Stage: !Ref Stage }
        - { ApiId: !Ref Api, Stage: !Ref Stage }`,
  ),
  asked(
    'a stage of a usage plan without its API',
    'apigateway-usageplan-apistages',
    ['rest'],
    `${V1}ApiStage`,
    `  Gold:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      UsagePlanName: gold
      ApiStages:
        - { Stage: !Ref Stage } # here`,
  ),
  asked(
    'a negative throttle of a usage plan',
    'apigateway-usageplan-throttle',
    [],
    `${V1}ThrottleSettings`,
    `  Gold:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      UsagePlanName: gold
      Throttle:
        RateLimit: -1 # here`,
  ),
  asked(
    'a key of a usage plan that is no API key',
    'apigateway-usageplankey-keytype',
    [],
    `${V1}CreateUsagePlanKey`,
    `  Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true } }
  Plan: { Type: AWS::ApiGateway::UsagePlan, Properties: { UsagePlanName: gold } }
  One:
    Type: AWS::ApiGateway::UsagePlanKey
    Properties:
      KeyId: !Ref Key
      KeyType: KEY # here
      UsagePlanId: !Ref Plan`,
  ),
  asked(
    'a usage plan of a stage that the API does not have',
    'apigateway-usageplan-apistages',
    ['rest'],
    `${V1}CreateUsagePlan, NotFoundException`,
    `  Gold:
    Type: AWS::ApiGateway::UsagePlan
    DependsOn: Stage
    Properties:
      UsagePlanName: gold
      ApiStages:
        - ApiId: !Ref Api
          Stage: prod # here`,
  ),
  asked(
    'a documentation part of an unknown type',
    'apigateway-documentationpart-location',
    ['rest'],
    `${V1}DocumentationPartLocation`,
    `  Part:
    Type: AWS::ApiGateway::DocumentationPart
    Properties:
      RestApiId: !Ref Api
      Properties: '{}'
      Location:
        Type: ENDPOINT # here`,
  ),
  asked(
    'a model whose schema is no JSON',
    'apigateway-model-schema',
    ['rest'],
    `${V1}CreateModel`,
    `  Model:
    Type: AWS::ApiGateway::Model
    Properties:
      RestApiId: !Ref Api
      Name: Pet
      ContentType: application/json
      Schema: 'words' # here`,
  ),
  asked(
    'a second model of one name',
    'apigateway-model-name',
    ['rest'],
    `${V1}CreateModel, ConflictException`,
    `  One: { Type: AWS::ApiGateway::Model, Properties: { RestApiId: !Ref Api, Name: Pet, ContentType: application/json, Schema: { type: object } } }
  Two:
    Type: AWS::ApiGateway::Model
    Properties:
      RestApiId: !Ref Api
      Name: Pet # here
      ContentType: application/json
      Schema: { type: object }`,
  ),
  asked(
    'a domain name with an underscore',
    'apigateway-domainname-domainname',
    [],
    `${V1}CreateDomainName`,
    `  Domain:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: api_example # here
      RegionalCertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/a
      EndpointConfiguration: { Types: [REGIONAL] }`,
  ),
  asked(
    'a second domain of one name',
    'apigateway-domainname-domainname',
    [],
    `${V1}CreateDomainName, BadRequestException`,
    `  One: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a', EndpointConfiguration: { Types: [REGIONAL] } } }
  Two:
    Type: AWS::ApiGateway::DomainName
    Properties:
      DomainName: api.example.com # here
      RegionalCertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/a
      EndpointConfiguration: { Types: [REGIONAL] }`,
  ),
  asked(
    'a base path with a space',
    'apigateway-basepathmapping-basepath',
    ['rest'],
    `${V1}CreateBasePathMapping`,
    `  Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a', EndpointConfiguration: { Types: [REGIONAL] } } }
  Mapping:
    Type: AWS::ApiGateway::BasePathMapping
    DependsOn: Stage
    Properties:
      DomainName: !Ref Domain
      RestApiId: !Ref Api
      Stage: dev
      BasePath: a b # here`,
  ),
  asked(
    'a base path of version 1 with two levels',
    'apigateway-basepathmapping-basepath',
    ['rest'],
    `${V1}CreateBasePathMapping`,
    `  Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a', EndpointConfiguration: { Types: [REGIONAL] } } }
  Mapping:
    Type: AWS::ApiGateway::BasePathMapping
    DependsOn: Stage
    Properties:
      DomainName: !Ref Domain
      RestApiId: !Ref Api
      Stage: dev
      BasePath: a/b # here`,
  ),
  asked(
    'a second mapping of one base path',
    'apigateway-basepathmapping-basepath',
    ['rest'],
    `${V1}CreateBasePathMapping, ConflictException`,
    `  Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a', EndpointConfiguration: { Types: [REGIONAL] } } }
  One: { Type: AWS::ApiGateway::BasePathMapping, Properties: { DomainName: !Ref Domain, RestApiId: !Ref Api, Stage: !Ref Stage, BasePath: v1 } }
  Mapping:
    Type: AWS::ApiGateway::BasePathMapping
    Properties:
      DomainName: !Ref Domain
      RestApiId: !Ref Api
      Stage: !Ref Stage
      BasePath: v1 # here`,
  ),
  asked(
    'a base path mapping to a stage that the API does not have',
    'apigateway-basepathmapping-stage',
    ['rest'],
    `${V1}CreateBasePathMapping`,
    `  Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a', EndpointConfiguration: { Types: [REGIONAL] } } }
  Mapping:
    Type: AWS::ApiGateway::BasePathMapping
    DependsOn: Stage
    Properties:
      DomainName: !Ref Domain
      RestApiId: !Ref Api
      Stage: prod # here`,
  ),
  asked(
    'a routing rule of a domain that has none',
    'apigatewayv2-routingrule-domainnamearn',
    ['rest'],
    `${V2}CreateRoutingRule`,
    `  Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a', EndpointConfiguration: { Types: [REGIONAL] } } }
  Rule:
    Type: AWS::ApiGatewayV2::RoutingRule
    DependsOn: Stage
    Properties:
      DomainNameArn: !GetAtt Domain.DomainNameArn # here
      Priority: 10
      Conditions: []
      Actions: [{ InvokeApi: { ApiId: !Ref Api, Stage: dev } }]`,
  ),
  asked(
    'a second routing rule of one priority',
    'apigatewayv2-routingrule-priority',
    ['rest'],
    `${V2}CreateRoutingRule, ConflictException`,
    `  Domain: { Type: AWS::ApiGateway::DomainName, Properties: { DomainName: api.example.com, RoutingMode: ROUTING_RULE_ONLY, RegionalCertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a', EndpointConfiguration: { Types: [REGIONAL] } } }
  One: { Type: AWS::ApiGatewayV2::RoutingRule, DependsOn: Stage, Properties: { DomainNameArn: !GetAtt Domain.DomainNameArn, Priority: 10, Conditions: [], Actions: [{ InvokeApi: { ApiId: !Ref Api, Stage: dev } }] } }
  Rule:
    Type: AWS::ApiGatewayV2::RoutingRule
    DependsOn: Stage
    Properties:
      DomainNameArn: !GetAtt Domain.DomainNameArn
      Priority: 10 # here
      Conditions: []
      Actions: [{ InvokeApi: { ApiId: !Ref Api, Stage: dev } }]`,
  ),
  asked(
    'a value of an API key with five characters',
    'apigateway-apikey-value',
    [],
    `${V1}CreateApiKey`,
    `  Key:
    Type: AWS::ApiGateway::ApiKey
    Properties:
      Value: short # here`,
  ),
  asked(
    'settings of a route that the API does not have',
    'apigatewayv2-stage-routesettings',
    ['http'],
    `${V2}CreateStage`,
    `  Other:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: dev
      AutoDeploy: true
      RouteSettings: { 'GET /pets': { ThrottlingBurstLimit: 1 } } # here`,
  ),
  asked(
    'a second route of one key',
    'apigatewayv2-route-routekey',
    ['http'],
    `${V2}CreateRoute, ConflictException`,
    `  One: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub 'integrations/\${Integration}' } }
  Two:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: GET /a # here
      Target: !Sub 'integrations/\${Integration}'`,
  ),
  asked(
    'a JWT authorizer without its issuer',
    'apigatewayv2-authorizer-jwtconfiguration',
    ['http'],
    `${V2}JWTConfiguration`,
    `  Auth:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Api
      Name: a
      AuthorizerType: JWT
      IdentitySource: ['$request.header.Authorization']
      JwtConfiguration: { Audience: [a] } # here`,
  ),
  asked(
    'a document of a WebSocket API',
    'apigatewayv2-api-body',
    [],
    `${V2}ImportApi: "HTTP APIs only"`,
    `  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      ProtocolType: WEBSOCKET
      Body: { openapi: 3.0.1, info: { title: a, version: '1' }, paths: {} } # here`,
  ),
  asked(
    'a quick-created WebSocket API',
    'apigatewayv2-api-target',
    [],
    `${V2}CreateApi, target: "Supported only for HTTP APIs"`,
    `  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: a
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
      Target: arn:aws:lambda:us-east-1:123456789012:function:a # here`,
  ),
  asked(
    'a mapping key with a space',
    'apigatewayv2-apimapping-apimappingkey',
    ['http'],
    `${V2}CreateApiMapping`,
    `  Domain: { Type: AWS::ApiGatewayV2::DomainName, Properties: { DomainName: api.example.com, DomainNameConfigurations: [{ CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a' }] } }
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties:
      ApiId: !Ref Api
      DomainName: !Ref Domain
      Stage: !Ref Stage
      ApiMappingKey: a b # here`,
  ),
  asked(
    'a second mapping of one mapping key',
    'apigatewayv2-apimapping-apimappingkey',
    ['http'],
    `${V2}CreateApiMapping, ConflictException`,
    `  Domain: { Type: AWS::ApiGatewayV2::DomainName, Properties: { DomainName: api.example.com, DomainNameConfigurations: [{ CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/a' }] } }
  One: { Type: AWS::ApiGatewayV2::ApiMapping, Properties: { ApiId: !Ref Api, DomainName: !Ref Domain, Stage: !Ref Stage, ApiMappingKey: v1 } }
  Mapping:
    Type: AWS::ApiGatewayV2::ApiMapping
    Properties:
      ApiId: !Ref Api
      DomainName: !Ref Domain
      Stage: !Ref Stage
      ApiMappingKey: v1 # here`,
  ),
  asked(
    'a resource below the root of another API',
    'apigateway-resource-parentid',
    ['rest'],
    `${V1}CreateResource, NotFoundException`,
    `  Other: { Type: AWS::ApiGateway::RestApi, Properties: { Name: other } }
  Pets:
    Type: AWS::ApiGateway::Resource
    Properties:
      RestApiId: !Ref Other
      PathPart: pets
      ParentId: !GetAtt Api.RootResourceId # here`,
  ),
  asked(
    'a route to an integration of another API',
    'apigatewayv2-route-target',
    ['http'],
    `${V2}CreateRoute`,
    `  Other: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: b, ProtocolType: HTTP } }
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Other
      RouteKey: GET /a
      Target: !Sub 'integrations/\${Integration}' # here`,
  ),
];
