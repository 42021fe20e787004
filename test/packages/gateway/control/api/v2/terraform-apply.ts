/** The calls of Terraform's provider that create the API and read it again, in the provider's order. */
import {
  CreateApiCommand,
  CreateApiMappingCommand,
  CreateAuthorizerCommand,
  CreateDomainNameCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { invokeUri } from '../../../../../support/a-stack.ts';
import {
  readApi,
  readDomain,
  readIntegration,
  readJwt,
  readAsked,
  readRoute,
  readStage,
  readMapping,
  DomainName,
  CertificateArn,
} from './terraform-reads.ts';
import type { Row } from './terraform-reads.ts';

export const APPLY: readonly Row[] = [
  {
    from: 'api.go resourceAPICreate, expandCORS',
    call: (v2) =>
      v2.send(
        new CreateApiCommand({
          Name: 'shop',
          ProtocolType: 'HTTP',
          Tags: { team: 'a' },
          ApiKeySelectionExpression: '$request.header.x-api-key',
          RouteSelectionExpression: '$request.method $request.path',
          CorsConfiguration: {
            AllowCredentials: false,
            AllowHeaders: [],
            AllowMethods: ['GET'],
            AllowOrigins: ['https://a.example'],
            ExposeHeaders: [],
            MaxAge: 0,
          },
        }),
      ),
    keeps: { id: 'api', of: 'ApiId' },
  },
  {
    ...readApi,
    from: 'api.go resourceAPIRead',
    reads: () => ({
      Name: 'shop',
      ProtocolType: 'HTTP',
      Tags: { team: 'a' },
      ApiKeySelectionExpression: '$request.header.x-api-key',
      RouteSelectionExpression: '$request.method $request.path',
      DisableExecuteApiEndpoint: false,
      IpAddressType: 'ipv4',
    }),
  },
  {
    from: 'integration.go resourceIntegrationCreate',
    call: (v2, { api }) =>
      v2.send(
        new CreateIntegrationCommand({
          ApiId: api,
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: invokeUri('echo'),
          ConnectionType: 'INTERNET',
          IntegrationMethod: 'POST',
          PayloadFormatVersion: '2.0',
          PassthroughBehavior: 'WHEN_NO_MATCH',
        }),
      ),
    keeps: { id: 'integration', of: 'IntegrationId' },
  },
  readIntegration,
  readApi,
  {
    from: 'authorizer.go resourceAuthorizerCreate, expandJWTConfiguration',
    call: (v2, { api }) =>
      v2.send(
        new CreateAuthorizerCommand({
          ApiId: api,
          AuthorizerType: 'JWT',
          Name: 'tokens',
          IdentitySource: ['$request.header.Authorization'],
          JwtConfiguration: { Audience: ['shop'], Issuer: 'https://issuer.example' },
        }),
      ),
    keeps: { id: 'jwt', of: 'AuthorizerId' },
  },
  readJwt,
  readApi,
  {
    from: 'authorizer.go resourceAuthorizerCreate: 300 seconds unless said otherwise',
    call: (v2, { api }) =>
      v2.send(
        new CreateAuthorizerCommand({
          ApiId: api,
          AuthorizerType: 'REQUEST',
          Name: 'asked',
          AuthorizerUri: invokeUri('admit'),
          AuthorizerPayloadFormatVersion: '2.0',
          EnableSimpleResponses: true,
          IdentitySource: ['$request.header.x-who'],
          AuthorizerResultTtlInSeconds: 300,
        }),
      ),
    keeps: { id: 'asked', of: 'AuthorizerId' },
  },
  readAsked,
  {
    from: 'route.go resourceRouteCreate',
    call: (v2, { api, integration, jwt }) =>
      v2.send(
        new CreateRouteCommand({
          ApiId: api,
          RouteKey: 'GET /guarded',
          Target: `integrations/${integration}`,
          ApiKeyRequired: false,
          AuthorizationType: 'JWT',
          AuthorizerId: jwt,
          AuthorizationScopes: ['read'],
        }),
      ),
    keeps: { id: 'guarded', of: 'RouteId' },
  },
  {
    ...readRoute('guarded'),
    reads: ({ jwt, integration }) => ({
      ApiKeyRequired: false,
      AuthorizationType: 'JWT',
      AuthorizerId: jwt,
      AuthorizationScopes: ['read'],
      RouteKey: 'GET /guarded',
      Target: `integrations/${integration}`,
    }),
  },
  {
    from: 'route.go resourceRouteCreate',
    call: (v2, { api, integration }) =>
      v2.send(
        new CreateRouteCommand({
          ApiId: api,
          RouteKey: 'GET /open',
          Target: `integrations/${integration}`,
          ApiKeyRequired: false,
          AuthorizationType: 'NONE',
        }),
      ),
    keeps: { id: 'open', of: 'RouteId' },
  },
  { ...readRoute('open'), reads: () => ({ ApiKeyRequired: false, AuthorizationType: 'NONE' }) },
  readApi,
  {
    from: 'stage.go resourceStageCreate, expandDefaultRouteSettings, expandRouteSettings',
    call: (v2, { api }) =>
      v2.send(
        new CreateStageCommand({
          ApiId: api,
          AutoDeploy: true,
          StageName: '$default',
          Tags: { team: 'a' },
          DefaultRouteSettings: {
            DetailedMetricsEnabled: true,
            ThrottlingBurstLimit: 100,
            ThrottlingRateLimit: 50,
          },
          RouteSettings: {
            'GET /open': {
              DetailedMetricsEnabled: false,
              ThrottlingBurstLimit: 10,
              ThrottlingRateLimit: 5,
            },
          },
          StageVariables: { old: '1', kept: '2' },
        }),
      ),
  },
  {
    ...readStage,
    reads: () => ({
      AutoDeploy: true,
      StageName: '$default',
      Tags: { team: 'a' },
      StageVariables: { old: '1', kept: '2' },
      RouteSettings: {
        'GET /open': {
          DetailedMetricsEnabled: false,
          ThrottlingBurstLimit: 10,
          ThrottlingRateLimit: 5,
        },
      },
    }),
  },
  readApi,
  {
    from: 'domain_name.go resourceDomainNameCreate, expandDomainNameConfiguration',
    call: (v2) =>
      v2.send(
        new CreateDomainNameCommand({
          DomainName,
          Tags: { team: 'a' },
          DomainNameConfigurations: [{ CertificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' }],
        }),
      ),
  },
  readDomain,
  readDomain,
  {
    from: 'api_mapping.go resourceAPIMappingCreate',
    call: (v2, { api }) =>
      v2.send(new CreateApiMappingCommand({ ApiId: api, DomainName, Stage: '$default' })),
    keeps: { id: 'mapping', of: 'ApiMappingId' },
  },
  readMapping,
];

/** A plan that has nothing to do reads everything once more. */
export const REFRESH: readonly Row[] = [
  readApi,
  readIntegration,
  readJwt,
  readAsked,
  readRoute('guarded'),
  readRoute('open'),
  readStage,
  readApi,
  readDomain,
  readMapping,
];
