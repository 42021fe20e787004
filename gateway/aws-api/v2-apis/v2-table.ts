/**
 * The parts of HTTP and WebSocket APIs that calls edit, as one table: how each is named in paths and bodies, what it
 * has, where the control plane keeps it, and what needs it.
 * @see API Gateway Version 2 API reference, "Resources"
 */
import { textOf } from '../../control/resource-properties.ts';
import { block, blocks, changes, field } from '../rest-apis/field-table.ts';
import type { Field } from '../rest-apis/field-table.ts';
import type { ApiResources } from '../../control/api-state.ts';
import type { QuotaName } from '../../control/api-quotas.ts';
import type { ControlResource } from '../../control/control-resource.ts';
import type { ApiProtocol } from '../../deployment/model.ts';
import type { JsonObject } from '../../definition/model.ts';

/** What a part belongs to beside the API: `/routes/{routeId}/routeresponses`. */
type Owner = { readonly kind: () => PartKind; readonly property: string };

export type PartKind = {
  /** As AWS's messages and CloudFormation's types name it. */
  readonly noun: string;
  /** `routes` */
  readonly path: string;
  /** `routeId` */
  readonly idName: string;
  readonly idLength: number;
  readonly fields: readonly Field[];
  /** Wire names of what a call must give. */
  readonly required: readonly string[];
  readonly owner?: Owner;
  readonly quota?: QuotaName;
  /** Absent = of both. */
  readonly only?: ApiProtocol;
  /** No two of an API, or of an owner, have the same. */
  readonly unique?: string;
  /** Property of which AWS takes a value that is what holds anyway, and keeps nothing. */
  readonly unkept?: (protocol: ApiProtocol, properties: JsonObject) => string | undefined;
  /** What AWS shows beside what was said. */
  readonly usual: (protocol: ApiProtocol, properties: JsonObject) => Readonly<Record<string, unknown>>;
  readonly list: (from: ApiResources) => readonly ControlResource[];
  readonly put: (from: ApiResources, items: readonly ControlResource[]) => ApiResources;
  /** Whether a part of another kind cannot do without the one of this id. */
  readonly isNeeded?: (from: ApiResources, id: string) => boolean;
};

const CONSTRAINTS = [field('required', 'flag')];

const byId = (items: readonly ControlResource[]): ReadonlyMap<string, ControlResource> =>
  new Map(items.map((item) => [item.id, item]));

const ROUTES: PartKind = {
  ...{ noun: 'Route', path: 'routes', idName: 'routeId', idLength: 7, quota: 'routes', unique: 'RouteKey' },
  required: ['routeKey'],
  fields: [
    field('routeKey'),
    field('target'),
    field('operationName'),
    field('authorizationType'),
    field('authorizerId'),
    field('authorizationScopes', 'list'),
    field('apiKeyRequired', 'flag'),
    field('modelSelectionExpression'),
    field('requestModels', 'texts'),
    blocks('requestParameters', CONSTRAINTS),
    field('routeResponseSelectionExpression'),
  ],
  usual: () => ({ apiKeyRequired: false, authorizationType: 'NONE' }),
  list: ({ routes }) => routes,
  put: (from, routes) => ({
    ...from,
    routes,
    routeResponses: from.routeResponses.filter((one) => routes.some(({ id }) => isOf(one, 'RouteId', id))),
  }),
};

const INTEGRATIONS: PartKind = {
  ...{ noun: 'Integration', path: 'integrations', idName: 'integrationId', idLength: 7 },
  quota: 'integrations',
  required: ['integrationType'],
  fields: [
    ...['integrationType', 'integrationUri', 'integrationMethod', 'integrationSubtype', 'connectionType'],
    ...['connectionId', 'credentialsArn', 'description', 'passthroughBehavior', 'payloadFormatVersion'],
    ...['contentHandlingStrategy', 'templateSelectionExpression'],
  ]
    .map((name) => field(name))
    .concat([
      field('timeoutInMillis', 'number'),
      field('requestParameters', 'texts'),
      field('requestTemplates', 'texts'),
      changes('responseParameters'),
      block('tlsConfig', [field('serverNameToVerify')]),
    ]),
  // Terraform's provider sends it with every integration, and finds none at HTTP APIs (its integration.go, diffs).
  unkept: (protocol, { PassthroughBehavior }) =>
    protocol === 'http' && PassthroughBehavior === 'WHEN_NO_MATCH' ? 'PassthroughBehavior' : undefined,
  usual: (protocol, properties) => ({
    connectionType: 'INTERNET',
    timeoutInMillis: protocol === 'http' ? 30_000 : 29_000,
    ...(protocol === 'http' ? { payloadFormatVersion: '1.0' } : WEBSOCKET_INTEGRATION),
    ...(properties['IntegrationType'] === 'AWS_PROXY' &&
    properties['IntegrationSubtype'] === undefined &&
    properties['IntegrationMethod'] === undefined
      ? { integrationMethod: 'POST' }
      : {}),
  }),
  list: ({ integrations }) => [...integrations.values()],
  put: (from, integrations) => ({
    ...from,
    integrations: byId(integrations),
    integrationResponses: from.integrationResponses.filter((one) =>
      integrations.some(({ id }) => isOf(one, 'IntegrationId', id)),
    ),
  }),
  isNeeded: ({ routes }, id) => routes.some((route) => isOf(route, 'Target', `integrations/${id}`)),
};

const WEBSOCKET_INTEGRATION = {
  payloadFormatVersion: '1.0',
  passthroughBehavior: 'WHEN_NO_MATCH',
  integrationResponseSelectionExpression: '${integration.response.statuscode}',
};

const AUTHORIZERS: PartKind = {
  ...{ noun: 'Authorizer', path: 'authorizers', idName: 'authorizerId', idLength: 6, quota: 'authorizers' },
  ...{ required: ['authorizerType', 'name', 'identitySource'], unique: 'Name' },
  fields: [
    field('name'),
    field('authorizerType'),
    field('authorizerUri'),
    field('authorizerCredentialsArn'),
    field('authorizerPayloadFormatVersion'),
    field('authorizerResultTtlInSeconds', 'number'),
    field('enableSimpleResponses', 'flag'),
    field('identitySource', 'list'),
    field('identityValidationExpression'),
    block('jwtConfiguration', [field('audience', 'list'), field('issuer')]),
  ],
  usual: () => ({}),
  list: ({ authorizers }) => [...authorizers.values()],
  put: (from, authorizers) => ({ ...from, authorizers: byId(authorizers) }),
  isNeeded: ({ routes }, id) => routes.some((route) => isOf(route, 'AuthorizerId', id)),
};

/** `schema` is a text here, an object in templates. */
const MODELS: PartKind = {
  ...{ noun: 'Model', path: 'models', idName: 'modelId', idLength: 6, unique: 'Name' },
  required: ['name', 'schema'],
  fields: [field('name'), field('description'), field('contentType'), field('schema')],
  usual: () => ({ contentType: 'application/json' }),
  list: ({ models }) => models,
  put: (from, models) => ({ ...from, models }),
  isNeeded: ({ routes, models }, id) => {
    const name = textOf(models.find((model) => model.id === id)?.properties ?? {}, 'Name');
    return routes.some(({ properties: { RequestModels } }) =>
      Object.values(RequestModels ?? {}).includes(name),
    );
  },
};

const ROUTE_RESPONSES: PartKind = {
  ...{ noun: 'RouteResponse', path: 'routeresponses', idName: 'routeResponseId', idLength: 7 },
  ...{ required: ['routeResponseKey'], only: 'websocket', unique: 'RouteResponseKey' },
  owner: { kind: () => ROUTES, property: 'RouteId' },
  fields: [
    field('routeResponseKey'),
    field('modelSelectionExpression'),
    field('responseModels', 'texts'),
    blocks('responseParameters', CONSTRAINTS),
  ],
  usual: () => ({}),
  list: ({ routeResponses }) => routeResponses,
  put: (from, routeResponses) => ({ ...from, routeResponses }),
};

const INTEGRATION_RESPONSES: PartKind = {
  ...{ noun: 'IntegrationResponse', path: 'integrationresponses', idName: 'integrationResponseId' },
  ...{
    idLength: 7,
    required: ['integrationResponseKey'],
    only: 'websocket',
    unique: 'IntegrationResponseKey',
  },
  owner: { kind: () => INTEGRATIONS, property: 'IntegrationId' },
  fields: [
    field('integrationResponseKey'),
    field('contentHandlingStrategy'),
    field('responseParameters', 'texts'),
    field('responseTemplates', 'texts'),
    field('templateSelectionExpression'),
  ],
  usual: () => ({}),
  list: ({ integrationResponses }) => integrationResponses,
  put: (from, integrationResponses) => ({ ...from, integrationResponses }),
};

export const PART_KINDS: readonly PartKind[] = [
  ...[ROUTES, INTEGRATIONS, AUTHORIZERS, MODELS, ROUTE_RESPONSES, INTEGRATION_RESPONSES],
];

function isOf({ properties }: ControlResource, property: string, id: string): boolean {
  return textOf(properties, property) === id;
}

const ROUTE_SETTINGS = [
  field('dataTraceEnabled', 'flag'),
  field('detailedMetricsEnabled', 'flag'),
  field('loggingLevel'),
  field('throttlingBurstLimit', 'number'),
  field('throttlingRateLimit', 'number'),
];

/** Of an API as a whole. */
export const API_FIELDS: readonly Field[] = [
  field('name'),
  field('description'),
  field('version'),
  field('routeSelectionExpression'),
  field('apiKeySelectionExpression'),
  field('disableSchemaValidation', 'flag'),
  field('disableExecuteApiEndpoint', 'flag'),
  field('ipAddressType'),
  block('corsConfiguration', [
    field('allowCredentials', 'flag'),
    ...['allowHeaders', 'allowMethods', 'allowOrigins', 'exposeHeaders'].map((name) => field(name, 'list')),
    field('maxAge', 'number'),
  ]),
  field('tags', 'texts'),
];

export const STAGE_FIELDS: readonly Field[] = [
  field('description'),
  field('deploymentId'),
  field('autoDeploy', 'flag'),
  field('clientCertificateId'),
  field('stageVariables', 'texts'),
  block('accessLogSettings', [field('destinationArn'), field('format')]),
  block('defaultRouteSettings', ROUTE_SETTINGS),
  blocks('routeSettings', ROUTE_SETTINGS),
  field('tags', 'texts'),
];
