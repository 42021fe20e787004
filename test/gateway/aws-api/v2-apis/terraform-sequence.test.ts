/**
 * The calls of Terraform's AWS provider for an HTTP API with a custom domain and authorizers, in its order and with what it
 * sends: each row names file and function of internal/service/apigatewayv2 in hashicorp/terraform-provider-aws (read at
 * 00a35305 for api.go, domain_name.go and route.go, 02f6d2d9 for stage.go, 01f43111 for authorizer.go, 3db496c3 for
 * integration.go, 0576a142 for api_mapping.go, 01c2f1df for tags_gen.go). No code of it is here.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateApiCommand,
  CreateApiMappingCommand,
  CreateAuthorizerCommand,
  CreateDomainNameCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteApiMappingCommand,
  DeleteAuthorizerCommand,
  DeleteCorsConfigurationCommand,
  DeleteDomainNameCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  DeleteRouteSettingsCommand,
  DeleteStageCommand,
  GetApiCommand,
  GetApiMappingCommand,
  GetAuthorizerCommand,
  GetDomainNameCommand,
  GetIntegrationCommand,
  GetRouteCommand,
  GetStageCommand,
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
import { serve } from '../../../../gateway/pipeline.ts';
import { receive } from '../../../../gateway/server/receive.ts';
import { refusalOf } from '../../../support/a-rest-control.ts';
import { invokeUri, REGION } from '../../../support/a-stack.ts';
import { aV2Control } from '../../../support/a-v2-control.ts';
import type { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import type { TestRestControl } from '../../../support/a-rest-control.ts';

const DomainName = 'shop.example.com';
const CertificateArn = `arn:aws:acm:${REGION}:123456789012:certificate/1`;

/** What the provider keeps in its state: the ids that calls have given. */
type Ids = Readonly<Record<'api' | 'integration' | 'jwt' | 'asked' | 'guarded' | 'open' | 'mapping', string>>;
let control: TestRestControl;
const ids = { api: '', integration: '', jwt: '', asked: '', guarded: '', open: '', mapping: '' };
before(async () => {
  control = await aV2Control();
});
after(() => control.close());

async function ask(target: string, headers: readonly string[] = []): Promise<number | undefined> {
  const api = control.served.atDomain(DomainName, target)?.api;
  if (api === undefined) return undefined;
  const wire = { method: 'GET', target, rawHeaders: ['Host', DomainName, ...headers], body: undefined };
  const received = receive({ ...wire, httpVersion: '1.1', remoteAddress: undefined }, api, control.ports);
  return (await serve(received, control.ports)).status;
}

type Row = {
  /** File and function of the provider. */
  readonly from: string;
  readonly call: (v2: ApiGatewayV2Client, ids: Ids) => Promise<object>;
  /** What the provider writes into its state of the answer: were it anything else, its next plan would show a change. */
  readonly reads?: (ids: Ids) => object;
  readonly keeps?: { readonly id: keyof Ids; readonly of: string };
};

const readApi: Row = {
  from: 'api.go findAPIByID',
  call: (v2, { api }) => v2.send(new GetApiCommand({ ApiId: api })),
};
const readDomain: Row = {
  from: 'domain_name.go findDomainName, waitDomainNameAvailable',
  call: (v2) => v2.send(new GetDomainNameCommand({ DomainName })),
  reads: () => ({ DomainName }),
};
const readIntegration: Row = {
  from: 'integration.go resourceIntegrationRead',
  call: (v2, { api, integration }) =>
    v2.send(new GetIntegrationCommand({ ApiId: api, IntegrationId: integration })),
  reads: () => ({
    ...{ ConnectionType: 'INTERNET', IntegrationMethod: 'POST', IntegrationType: 'AWS_PROXY' },
    ...{ IntegrationUri: invokeUri('echo'), PayloadFormatVersion: '2.0' },
  }),
};
const readJwt: Row = {
  from: 'authorizer.go resourceAuthorizerRead',
  call: (v2, { api, jwt }) => v2.send(new GetAuthorizerCommand({ ApiId: api, AuthorizerId: jwt })),
  reads: () => ({
    ...{ AuthorizerType: 'JWT', Name: 'tokens', IdentitySource: ['$request.header.Authorization'] },
    JwtConfiguration: { Audience: ['shop'], Issuer: 'https://issuer.example' },
  }),
};
const readAsked: Row = {
  from: 'authorizer.go resourceAuthorizerRead',
  call: (v2, { api, asked }) => v2.send(new GetAuthorizerCommand({ ApiId: api, AuthorizerId: asked })),
  reads: () => ({
    ...{ AuthorizerType: 'REQUEST', AuthorizerPayloadFormatVersion: '2.0', EnableSimpleResponses: true },
    ...{ AuthorizerResultTtlInSeconds: 300, AuthorizerUri: invokeUri('admit') },
    IdentitySource: ['$request.header.x-who'],
  }),
};
const readRoute = (id: 'guarded' | 'open'): Row => ({
  from: 'route.go findRouteByTwoPartKey',
  call: (v2, all) => v2.send(new GetRouteCommand({ ApiId: all.api, RouteId: all[id] })),
});
const readStage: Row = {
  from: 'stage.go findStageByTwoPartKey',
  call: (v2, { api }) => v2.send(new GetStageCommand({ ApiId: api, StageName: '$default' })),
};
const readMapping: Row = {
  from: 'api_mapping.go resourceAPIMappingRead',
  call: (v2, { mapping }) => v2.send(new GetApiMappingCommand({ ApiMappingId: mapping, DomainName })),
  reads: ({ api }) => ({ ApiId: api, Stage: '$default' }),
};

const APPLY: readonly Row[] = [
  {
    from: 'api.go resourceAPICreate, expandCORS',
    call: (v2) =>
      v2.send(
        new CreateApiCommand({
          ...{ Name: 'shop', ProtocolType: 'HTTP', Tags: { team: 'a' } },
          ApiKeySelectionExpression: '$request.header.x-api-key',
          RouteSelectionExpression: '$request.method $request.path',
          CorsConfiguration: {
            ...{ AllowCredentials: false, AllowHeaders: [], AllowMethods: ['GET'] },
            ...{ AllowOrigins: ['https://a.example'], ExposeHeaders: [], MaxAge: 0 },
          },
        }),
      ),
    keeps: { id: 'api', of: 'ApiId' },
  },
  {
    ...readApi,
    from: 'api.go resourceAPIRead',
    reads: () => ({
      ...{ Name: 'shop', ProtocolType: 'HTTP', Tags: { team: 'a' } },
      ApiKeySelectionExpression: '$request.header.x-api-key',
      RouteSelectionExpression: '$request.method $request.path',
      ...{ DisableExecuteApiEndpoint: false, IpAddressType: 'ipv4' },
    }),
  },
  {
    from: 'integration.go resourceIntegrationCreate',
    call: (v2, { api }) =>
      v2.send(
        new CreateIntegrationCommand({
          ...{ ApiId: api, IntegrationType: 'AWS_PROXY', IntegrationUri: invokeUri('echo') },
          ...{ ConnectionType: 'INTERNET', IntegrationMethod: 'POST', PayloadFormatVersion: '2.0' },
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
          ...{ ApiId: api, AuthorizerType: 'JWT', Name: 'tokens' },
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
          ...{ ApiId: api, AuthorizerType: 'REQUEST', Name: 'asked', AuthorizerUri: invokeUri('admit') },
          ...{ AuthorizerPayloadFormatVersion: '2.0', EnableSimpleResponses: true },
          ...{ IdentitySource: ['$request.header.x-who'], AuthorizerResultTtlInSeconds: 300 },
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
          ...{ ApiId: api, RouteKey: 'GET /guarded', Target: `integrations/${integration}` },
          ...{ ApiKeyRequired: false, AuthorizationType: 'JWT', AuthorizerId: jwt },
          AuthorizationScopes: ['read'],
        }),
      ),
    keeps: { id: 'guarded', of: 'RouteId' },
  },
  {
    ...readRoute('guarded'),
    reads: ({ jwt, integration }) => ({
      ...{ ApiKeyRequired: false, AuthorizationType: 'JWT', AuthorizerId: jwt },
      ...{ AuthorizationScopes: ['read'], RouteKey: 'GET /guarded', Target: `integrations/${integration}` },
    }),
  },
  {
    from: 'route.go resourceRouteCreate',
    call: (v2, { api, integration }) =>
      v2.send(
        new CreateRouteCommand({
          ...{ ApiId: api, RouteKey: 'GET /open', Target: `integrations/${integration}` },
          ...{ ApiKeyRequired: false, AuthorizationType: 'NONE' },
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
          ...{ ApiId: api, AutoDeploy: true, StageName: '$default', Tags: { team: 'a' } },
          DefaultRouteSettings: {
            ...{ DetailedMetricsEnabled: true, ThrottlingBurstLimit: 100, ThrottlingRateLimit: 50 },
          },
          RouteSettings: {
            'GET /open': {
              ...{ DetailedMetricsEnabled: false, ThrottlingBurstLimit: 10, ThrottlingRateLimit: 5 },
            },
          },
          StageVariables: { old: '1', kept: '2' },
        }),
      ),
  },
  {
    ...readStage,
    reads: () => ({
      ...{ AutoDeploy: true, StageName: '$default', Tags: { team: 'a' } },
      StageVariables: { old: '1', kept: '2' },
      RouteSettings: {
        'GET /open': {
          ...{ DetailedMetricsEnabled: false, ThrottlingBurstLimit: 10, ThrottlingRateLimit: 5 },
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
          ...{ DomainName, Tags: { team: 'a' } },
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
const REFRESH: readonly Row[] = [
  ...[readApi, readIntegration, readJwt, readAsked, readRoute('guarded'), readRoute('open')],
  ...[readStage, readApi, readDomain, readMapping],
];

const arnOf = (path: string): string => `arn:aws:apigateway:${REGION}::${path}`;

const EDIT: readonly Row[] = [
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
          ...{ ApiId: api, IntegrationId: integration, IntegrationType: 'AWS_PROXY' },
          ...{ TimeoutInMillis: 12_000, RequestParameters: { 'append:header.x-shop': 'one' } },
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
          ...{ ApiId: api, IntegrationId: integration, IntegrationType: 'AWS_PROXY' },
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
          ...{ ApiId: api, RouteId: open, AuthorizerId: asked, AuthorizationType: 'CUSTOM' },
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
          ...{ ApiId: api, StageName: '$default', RouteSettings: {} },
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
          ...{ DomainName, MutualTlsAuthentication: { TruststoreUri: '' } },
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

const DESTROY: readonly Row[] = [
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

async function run(rows: readonly Row[]): Promise<void> {
  for (const { from, call, reads, keeps } of rows) {
    const answer = (await call(control.v2, ids).catch((error: unknown) => {
      throw new Error(`${from}: ${String(error)}`, { cause: error });
    })) as Readonly<Record<string, unknown>>;
    if (keeps !== undefined) {
      const id = answer[keeps.of];
      assert.ok(typeof id === 'string' && id !== '', from);
      ids[keeps.id] = id;
    }
    for (const [name, wanted] of Object.entries(reads?.(ids) ?? {}))
      assert.deepEqual(answer[name], wanted, `${from}: ${name}`);
  }
}

describe('the calls of Terraform’s provider for an HTTP API with domain and authorizers', () => {
  it('apply: what is made answers on its domain, and a further plan finds nothing to change', async () => {
    await run(APPLY);
    await run(REFRESH);
    const { DomainNameConfigurations: [configuration] = [] } = await control.v2.send(
      new GetDomainNameCommand({ DomainName }),
    );

    // waitDomainNameAvailable asks until it is AVAILABLE; target_domain_name and hosted_zone_id go to DNS.
    assert.equal(configuration?.DomainNameStatus, 'AVAILABLE');
    assert.match(configuration.ApiGatewayDomainName ?? '', /execute-api/);
    assert.ok(configuration.HostedZoneId);
    assert.deepEqual([await ask('/open'), await ask('/guarded'), await ask('/none')], [200, 401, 404]);
  });

  it('apply with changes: they hold at once, as the stage deploys itself', async () => {
    await run(EDIT);

    assert.deepEqual([await ask('/v1/open'), await ask('/v1/open', ['x-who', 'ann'])], [401, 200]);
    assert.equal(await ask('/open'), undefined);
  });

  it('destroy: nothing is left, and each further delete is told so', async () => {
    await run(DESTROY);

    assert.equal(await ask('/v1/open'), undefined);
    for (const { from, call } of DESTROY)
      assert.equal((await refusalOf(call(control.v2, ids))).name, 'NotFoundException', from);
  });
});
