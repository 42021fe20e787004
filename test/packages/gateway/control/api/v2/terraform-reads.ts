/** What Terraform's provider reads repeatedly, and the form in which its calls are stored here. */
import {
  GetApiCommand,
  GetApiMappingCommand,
  GetAuthorizerCommand,
  GetDomainNameCommand,
  GetIntegrationCommand,
  GetRouteCommand,
  GetStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { invokeUri, REGION } from '../../../../../support/a-stack.ts';
import type { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';

export const DomainName = 'shop.example.com';
export const CertificateArn = `arn:aws:acm:${REGION}:123456789012:certificate/1`;

/** What the provider stores in its state: the ids that calls have returned. */
type Ids = Readonly<Record<'api' | 'integration' | 'jwt' | 'asked' | 'guarded' | 'open' | 'mapping', string>>;
export type Row = {
  /** File and function of the provider. */
  readonly from: string;
  readonly call: (v2: ApiGatewayV2Client, ids: Ids) => Promise<object>;
  /** What the provider stores from the answer: if it were anything else, its next plan would show a change. */
  readonly reads?: (ids: Ids) => object;
  readonly keeps?: { readonly id: keyof Ids; readonly of: string };
};

export const readApi: Row = {
  from: 'api.go findAPIByID',
  call: (v2, { api }) => v2.send(new GetApiCommand({ ApiId: api })),
};
export const readDomain: Row = {
  from: 'domain_name.go findDomainName, waitDomainNameAvailable',
  call: (v2) => v2.send(new GetDomainNameCommand({ DomainName })),
  reads: () => ({ DomainName }),
};
export const readIntegration: Row = {
  from: 'integration.go resourceIntegrationRead',
  call: (v2, { api, integration }) =>
    v2.send(new GetIntegrationCommand({ ApiId: api, IntegrationId: integration })),
  reads: () => ({
    ConnectionType: 'INTERNET',
    IntegrationMethod: 'POST',
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: invokeUri('echo'),
    PayloadFormatVersion: '2.0',
  }),
};
export const readJwt: Row = {
  from: 'authorizer.go resourceAuthorizerRead',
  call: (v2, { api, jwt }) => v2.send(new GetAuthorizerCommand({ ApiId: api, AuthorizerId: jwt })),
  reads: () => ({
    AuthorizerType: 'JWT',
    Name: 'tokens',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Audience: ['shop'], Issuer: 'https://issuer.example' },
  }),
};
export const readAsked: Row = {
  from: 'authorizer.go resourceAuthorizerRead',
  call: (v2, { api, asked }) => v2.send(new GetAuthorizerCommand({ ApiId: api, AuthorizerId: asked })),
  reads: () => ({
    AuthorizerType: 'REQUEST',
    AuthorizerPayloadFormatVersion: '2.0',
    EnableSimpleResponses: true,
    AuthorizerResultTtlInSeconds: 300,
    AuthorizerUri: invokeUri('admit'),
    IdentitySource: ['$request.header.x-who'],
  }),
};
export const readRoute = (id: 'guarded' | 'open'): Row => ({
  from: 'route.go findRouteByTwoPartKey',
  call: (v2, all) => v2.send(new GetRouteCommand({ ApiId: all.api, RouteId: all[id] })),
});
export const readStage: Row = {
  from: 'stage.go findStageByTwoPartKey',
  call: (v2, { api }) => v2.send(new GetStageCommand({ ApiId: api, StageName: '$default' })),
};
export const readMapping: Row = {
  from: 'api_mapping.go resourceAPIMappingRead',
  call: (v2, { mapping }) => v2.send(new GetApiMappingCommand({ ApiMappingId: mapping, DomainName })),
  reads: ({ api }) => ({ ApiId: api, Stage: '$default' }),
};
