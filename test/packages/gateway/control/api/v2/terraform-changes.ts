/** The calls of Terraform's provider if its configuration has changed, and those that remove everything. */
import {
  DeleteApiCommand,
  DeleteApiMappingCommand,
  DeleteAuthorizerCommand,
  DeleteCorsConfigurationCommand,
  DeleteDomainNameCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  DeleteRouteSettingsCommand,
  DeleteStageCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApiCommand,
  UpdateApiMappingCommand,
  UpdateAuthorizerCommand,
  UpdateDomainNameCommand,
  UpdateIntegrationCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { REGION } from '../../../../../support/a-stack.ts';
import {
  readApi,
  readDomain,
  readIntegration,
  readAsked,
  readRoute,
  readStage,
  readMapping,
  DomainName,
  CertificateArn,
} from './terraform-reads.ts';
import type { Row } from './terraform-reads.ts';

const arnOf = (path: string): string => `arn:aws:apigateway:${REGION}::${path}`;

export const EDIT: readonly Row[] = [
  {
    from: 'api.go resourceAPIUpdate: CORS is taken away by a call of its own',
    call: (v2, { api }) => v2.send(new DeleteCorsConfigurationCommand({ ApiId: api })),
  },
  {
    from: 'api.go resourceAPIUpdate',
    call: (v2, { api }) => v2.send(new UpdateApiCommand({ ApiId: api, Description: 'all for pets' })),
  },
  {
    ...readApi,
    from: 'api.go resourceAPIRead',
    reads: () => ({ Description: 'all for pets', CorsConfiguration: undefined }),
  },
  {
    from: 'tags_gen.go updateTags',
    call: (v2, { api }) =>
      v2.send(new UntagResourceCommand({ ResourceArn: arnOf(`/apis/${api}`), TagKeys: ['team'] })),
  },
  {
    from: 'tags_gen.go updateTags',
    call: (v2, { api }) =>
      v2.send(new TagResourceCommand({ ResourceArn: arnOf(`/apis/${api}`), Tags: { owner: 'b' } })),
  },
  { ...readApi, from: 'api.go resourceAPIRead', reads: () => ({ Tags: { owner: 'b' } }) },
  {
    from: 'integration.go resourceIntegrationUpdate: the type is always sent',
    call: (v2, { api, integration }) =>
      v2.send(
        new UpdateIntegrationCommand({
          ApiId: api,
          IntegrationId: integration,
          IntegrationType: 'AWS_PROXY',
          TimeoutInMillis: 12_000,
          RequestParameters: { 'append:header.x-shop': 'one' },
          ResponseParameters: { 200: { 'append:header.x-seen': 'yes' } },
        }),
      ),
  },
  {
    ...readIntegration,
    reads: () => ({ TimeoutInMillis: 12_000, RequestParameters: { 'append:header.x-shop': 'one' } }),
  },
  {
    from: 'integration.go resourceIntegrationUpdate: empty values take parameters away',
    call: (v2, { api, integration }) =>
      v2.send(
        new UpdateIntegrationCommand({
          ApiId: api,
          IntegrationId: integration,
          IntegrationType: 'AWS_PROXY',
          RequestParameters: { 'append:header.x-shop': '' },
          ResponseParameters: { 200: {} },
        }),
      ),
  },
  { ...readIntegration, reads: () => ({ RequestParameters: undefined, ResponseParameters: undefined }) },
  {
    from: 'authorizer.go resourceAuthorizerUpdate: 0 is a change',
    call: (v2, { api, asked }) =>
      v2.send(
        new UpdateAuthorizerCommand({ ApiId: api, AuthorizerId: asked, AuthorizerResultTtlInSeconds: 0 }),
      ),
  },
  { ...readAsked, reads: () => ({ AuthorizerResultTtlInSeconds: 0 }) },
  {
    from: 'route.go resourceRouteUpdate: the type goes with the authorizer',
    call: (v2, { api, open, asked }) =>
      v2.send(
        new UpdateRouteCommand({
          ApiId: api,
          RouteId: open,
          AuthorizerId: asked,
          AuthorizationType: 'CUSTOM',
        }),
      ),
  },
  { ...readRoute('open'), reads: ({ asked }) => ({ AuthorizerId: asked, AuthorizationType: 'CUSTOM' }) },
  readApi,
  {
    from: 'stage.go resourceStageUpdate: settings of routes that are gone have calls of their own',
    call: (v2, { api }) =>
      v2.send(new DeleteRouteSettingsCommand({ ApiId: api, RouteKey: 'GET /open', StageName: '$default' })),
  },
  {
    from: 'stage.go resourceStageUpdate: empty values take variables away',
    call: (v2, { api }) =>
      v2.send(
        new UpdateStageCommand({
          ApiId: api,
          StageName: '$default',
          RouteSettings: {},
          StageVariables: { old: '', kept: '3' },
        }),
      ),
  },
  { ...readStage, reads: () => ({ StageVariables: { kept: '3' } }) },
  {
    from: 'domain_name.go resourceDomainNameUpdate: configurations are always sent',
    call: (v2) =>
      v2.send(
        new UpdateDomainNameCommand({
          DomainName,
          MutualTlsAuthentication: { TruststoreUri: '' },
          DomainNameConfigurations: [{ CertificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' }],
        }),
      ),
  },
  { ...readDomain, reads: () => ({ MutualTlsAuthentication: undefined }) },
  {
    from: 'api_mapping.go resourceAPIMappingUpdate',
    call: (v2, { api, mapping }) =>
      v2.send(
        new UpdateApiMappingCommand({ ApiId: api, ApiMappingId: mapping, DomainName, ApiMappingKey: 'v1' }),
      ),
  },
  { ...readMapping, reads: () => ({ ApiMappingKey: 'v1' }) },
];

export const DESTROY: readonly Row[] = [
  {
    from: 'api_mapping.go resourceAPIMappingDelete',
    call: (v2, { mapping }) => v2.send(new DeleteApiMappingCommand({ ApiMappingId: mapping, DomainName })),
  },
  {
    from: 'domain_name.go resourceDomainNameDelete',
    call: (v2) => v2.send(new DeleteDomainNameCommand({ DomainName })),
  },
  {
    from: 'stage.go resourceStageDelete',
    call: (v2, { api }) => v2.send(new DeleteStageCommand({ ApiId: api, StageName: '$default' })),
  },
  ...(['guarded', 'open'] as const).map((id): Row => ({
    from: 'route.go resourceRouteDelete',
    call: (v2, all) => v2.send(new DeleteRouteCommand({ ApiId: all.api, RouteId: all[id] })),
  })),
  {
    from: 'integration.go resourceIntegrationDelete',
    call: (v2, { api, integration }) =>
      v2.send(new DeleteIntegrationCommand({ ApiId: api, IntegrationId: integration })),
  },
  ...(['jwt', 'asked'] as const).map((id): Row => ({
    from: 'authorizer.go resourceAuthorizerDelete',
    call: (v2, all) => v2.send(new DeleteAuthorizerCommand({ ApiId: all.api, AuthorizerId: all[id] })),
  })),
  {
    from: 'api.go resourceAPIDelete',
    call: (v2, { api }) => v2.send(new DeleteApiCommand({ ApiId: api })),
  },
];
