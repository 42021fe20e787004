/**
 * As terraform-rest-rows.ts, and after its rows: what the provider sends where the configuration has less, and in calls
 * after the first one.
 */
import { invokeUri, REGION } from '../../../../support/a-stack.ts';
import type { Row } from '../../../../support/a-terraform-row.ts';
import { inApi, ofMethod, patch } from './terraform-rest-rows.ts';

const ROLE = 'arn:aws:iam::123456789012:role/caller';
const CERTIFICATE = `arn:aws:acm:${REGION}:123456789012:certificate/1`;
export const document = (title: string): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      openapi: '3.0.1',
      info: { title, version: '1', description: 'of a document' },
      paths: {},
    }),
  );

export const MORE_REST_ROWS: readonly Row[] = [
  {
    resource: 'aws_api_gateway_rest_api (private)',
    from: 'rest_api.go',
    call: 'CreateRestApi',
    sends: () => ({
      name: 'inside',
      endpointConfiguration: {
        types: ['PRIVATE'],
        ipAddressType: 'dualstack',
        vpcEndpointIds: ['vpce-0123456789abcdef0'],
      },
    }),
    reads: 'GetRestApi',
    by: ({ inside }) => ({ restApiId: inside }),
    keeps: { inside: 'id' },
  },
  {
    resource: 'aws_api_gateway_rest_api (root resource)',
    from: 'rest_api.go',
    call: 'GetRestApi',
    sends: inApi,
    reads: 'GetResources',
    by: inApi,
    becomes: { items: [{ path: '/' }] },
  },
  {
    resource: 'aws_api_gateway_rest_api (body)',
    from: 'rest_api.go',
    call: 'PutRestApi',
    sends: ({ inside }) => ({ restApiId: inside, mode: 'overwrite', body: document('read') }),
    reads: 'GetRestApi',
    by: ({ inside }) => ({ restApiId: inside }),
    unread: ['mode', 'body'],
    becomes: { name: 'read', description: 'of a document' },
  },
  {
    resource: 'aws_api_gateway_rest_api (after its body)',
    from: 'rest_api.go',
    call: 'UpdateRestApi',
    sends: ({ inside }) => ({
      restApiId: inside,
      patchOperations: [
        { op: 'add', path: '/binaryMediaTypes/image~1png' },
        ...patch({
          '/description': 'of the configuration',
          '/endpointConfiguration/ipAddressType': 'dualstack',
        }),
      ],
    }),
    reads: 'GetRestApi',
    by: ({ inside }) => ({ restApiId: inside }),
    becomes: {
      binaryMediaTypes: ['image/png'],
      description: 'of the configuration',
      endpointConfiguration: { ipAddressType: 'dualstack' },
    },
  },
  {
    resource: 'aws_api_gateway_rest_api_put',
    from: 'rest_api_put.go',
    call: 'PutRestApi',
    sends: ({ guarded }) => ({
      restApiId: guarded,
      mode: 'overwrite',
      body: document('put'),
      parameters: { basepath: 'ignore' },
    }),
    reads: 'GetRestApi',
    by: ({ guarded }) => ({ restApiId: guarded }),
    unread: ['mode', 'body', 'parameters'],
    becomes: { name: 'put' },
  },
  {
    resource: 'aws_api_gateway_authorizer (REQUEST)',
    from: 'authorizer.go',
    call: 'CreateAuthorizer',
    sends: (ids) => ({
      ...inApi(ids),
      name: 'asked',
      type: 'REQUEST',
      authorizerUri: invokeUri('admit'),
      identitySource: 'method.request.header.Authorization',
      authorizerResultTtlInSeconds: 300,
    }),
    reads: 'GetAuthorizer',
    by: (ids) => ({ ...inApi(ids), authorizerId: ids['request'] }),
    keeps: { request: 'id' },
  },
  {
    resource: 'aws_api_gateway_authorizer (credentials of user pools)',
    from: 'authorizer.go',
    call: 'UpdateAuthorizer',
    sends: (ids) => ({
      ...inApi(ids),
      authorizerId: ids['users'],
      patchOperations: patch({ '/authorizerCredentials': ROLE }),
    }),
    reads: 'GetAuthorizer',
    by: (ids) => ({ ...inApi(ids), authorizerId: ids['users'] }),
    becomes: { authorizerCredentials: ROLE },
  },
  {
    resource: 'aws_api_gateway_integration (VPC link)',
    from: 'integration.go',
    call: 'PutIntegration',
    sends: (ids) => ({
      ...ofMethod(ids),
      type: 'HTTP_PROXY',
      integrationHttpMethod: 'POST',
      uri: 'http://inside.example.com/orders',
      connectionType: 'VPC_LINK',
      connectionId: ids['link'],
    }),
    renamed: { integrationHttpMethod: 'httpMethod' },
    reads: 'GetIntegration',
    by: ofMethod as Row['by'],
  },
  {
    resource: 'aws_api_gateway_method_response (status only)',
    from: 'method_response.go',
    call: 'PutMethodResponse',
    sends: (ids) => ({ ...ofMethod(ids), statusCode: '400' }),
    reads: 'GetMethodResponse',
    by: (ids) => ({ ...ofMethod(ids), statusCode: '400' }),
  },
  {
    resource: 'aws_api_gateway_integration_response (status only)',
    from: 'integration_response.go',
    call: 'PutIntegrationResponse',
    sends: (ids) => ({ ...ofMethod(ids), statusCode: '400', responseTemplates: {}, responseParameters: {} }),
    reads: 'GetIntegrationResponse',
    by: (ids) => ({ ...ofMethod(ids), statusCode: '400' }),
    unread: ['responseTemplates', 'responseParameters'],
    becomes: { statusCode: '400' },
  },
  {
    resource: 'aws_api_gateway_gateway_response (type only)',
    from: 'gateway_response.go',
    call: 'PutGatewayResponse',
    sends: (ids) => ({
      ...inApi(ids),
      responseType: 'DEFAULT_4XX',
      responseTemplates: {},
      responseParameters: {},
    }),
    reads: 'GetGatewayResponse',
    by: (ids) => ({ ...inApi(ids), responseType: 'DEFAULT_4XX' }),
    unread: ['responseTemplates', 'responseParameters'],
  },
  {
    resource: 'aws_api_gateway_documentation_part (all of its place)',
    from: 'documentation_part.go',
    call: 'CreateDocumentationPart',
    sends: (ids) => ({
      ...inApi(ids),
      location: { type: 'METHOD', method: 'GET', name: '', path: '/orders', statusCode: '' },
      properties: '{"description":"list"}',
    }),
    reads: 'GetDocumentationPart',
    by: (ids) => ({ ...inApi(ids), documentationPartId: ids['place'] }),
    keeps: { place: 'id' },
    becomes: { location: { type: 'METHOD', method: 'GET', path: '/orders' } },
  },
  {
    resource: 'aws_api_gateway_stage (canary changed)',
    from: 'stage.go',
    call: 'UpdateStage',
    sends: (ids) => ({
      ...inApi(ids),
      stageName: 'live',
      patchOperations: patch({
        '/canarySettings/stageVariableOverrides/b': '3',
        '/canarySettings/percentTraffic': '33.300000',
        '/canarySettings/useStageCache': 'false',
      }),
    }),
    reads: 'GetStage',
    by: (ids) => ({ ...inApi(ids), stageName: 'live' }),
    becomes: {
      cacheClusterStatus: 'AVAILABLE',
      canarySettings: {
        stageVariableOverrides: { a: '2', b: '3' },
        percentTraffic: 33.3,
        useStageCache: false,
      },
    },
  },
  {
    resource: 'aws_api_gateway_method_settings (every method)',
    from: 'method_settings.go',
    call: 'UpdateStage',
    sends: (ids) => ({
      ...inApi(ids),
      stageName: 'live',
      patchOperations: patch({
        '/*/*/metrics/enabled': 'true',
        '/*/*/throttling/rateLimit': '100.500000',
        '/*/*/caching/ttlInSeconds': '0',
      }),
    }),
    reads: 'GetStage',
    by: (ids) => ({ ...inApi(ids), stageName: 'live' }),
    becomes: {
      methodSettings: { '*/*': { metricsEnabled: true, throttlingRateLimit: 100.5, cacheTtlInSeconds: 0 } },
    },
  },
  {
    resource: 'aws_api_gateway_api_key (value of AWS)',
    from: 'api_key.go',
    call: 'CreateApiKey',
    sends: () => ({ name: 'generated', description: '', enabled: true, value: '' }),
    reads: 'GetApiKey',
    by: ({ generated }) => ({ apiKey: generated, includeValue: true }),
    keeps: { generated: 'id' },
    unread: ['description', 'value'],
    needs: ['value', 'createdDate', 'lastUpdatedDate'],
  },
  {
    resource: 'aws_api_gateway_usage_plan (stages changed)',
    from: 'usage_plan.go',
    call: 'UpdateUsagePlan',
    sends: ({ plan, api = '' }) => ({
      usagePlanId: plan,
      patchOperations: [
        { op: 'remove', path: '/apiStages', value: `${api}:live` },
        { op: 'add', path: '/apiStages', value: `${api}:live` },
        ...patch({
          [`/apiStages/${api}:live/throttle//orders/POST/rateLimit`]: '7.5',
          [`/apiStages/${api}:live/throttle//orders/POST/burstLimit`]: '3',
          '/throttle/rateLimit': '41',
          '/quota/period': 'DAY',
          '/quota/offset': '0',
        }),
      ],
    }),
    reads: 'GetUsagePlan',
    by: ({ plan }) => ({ usagePlanId: plan }),
    becomes: {
      apiStages: [{ stage: 'live', throttle: { '/orders/POST': { burstLimit: 3, rateLimit: 7.5 } } }],
      throttle: { burstLimit: 20, rateLimit: 41 },
      quota: { limit: 1000, offset: 0, period: 'DAY' },
    },
  },
  {
    // Without mutual TLS, which needs a gateway with TLS.
    resource: 'aws_api_gateway_domain_name (ownership)',
    from: 'domain_name.go',
    call: 'CreateDomainName',
    sends: () => ({
      domainName: 'owned.example.com',
      regionalCertificateArn: CERTIFICATE,
      ownershipVerificationCertificateArn: CERTIFICATE,
      endpointConfiguration: { types: ['REGIONAL'] },
      securityPolicy: 'TLS_1_2',
    }),
    reads: 'GetDomainName',
    by: () => ({ domainName: 'owned.example.com' }),
    becomes: { domainNameStatus: 'AVAILABLE' },
    needs: ['regionalDomainName', 'regionalHostedZoneId'],
  },
  {
    resource: 'aws_api_gateway_base_path_mapping (neither path nor stage)',
    from: 'base_path_mapping.go',
    call: 'CreateBasePathMapping',
    sends: (ids) => ({ restApiId: ids['api'], domainName: 'edge.example.com', basePath: '', stage: '' }),
    reads: 'GetBasePathMapping',
    by: () => ({ domainName: 'edge.example.com', basePath: '(none)' }),
    unread: ['stage'],
    becomes: { basePath: '(none)' },
  },
];
