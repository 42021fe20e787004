/** Methods, integrations and their responses as AWS's REST API shows, takes and patches them. */
import { listResponses } from '../../control/edit-methods.ts';
import { isJsonMap, listOf, textOf } from '../../control/resource-properties.ts';
import { field, mapRule, replaceRule, showFields } from './field-table.ts';
import type { ControlResource } from '../../control/control-resource.ts';
import type { ResponseList } from '../../control/edit-methods.ts';
import type { PatchRule } from '../../control/patch.ts';
import type { JsonObject } from '../../definition/model.ts';
import type { Field } from './field-table.ts';

const requestParameters = field('requestParameters', 'flags');
const requestModels = field('requestModels', 'texts');

export const METHOD_FIELDS: readonly Field[] = [
  field('authorizationType'),
  field('authorizerId'),
  field('apiKeyRequired', 'flag'),
  field('requestValidatorId'),
  field('operationName'),
  requestParameters,
  requestModels,
  field('authorizationScopes', 'list'),
];

const integrationParameters = field('requestParameters', 'texts');
const requestTemplates = field('requestTemplates', 'texts');

export const INTEGRATION_FIELDS: readonly Field[] = [
  field('type'),
  field('httpMethod', 'text', 'IntegrationHttpMethod'),
  field('uri'),
  field('connectionType'),
  field('connectionId'),
  field('credentials'),
  integrationParameters,
  requestTemplates,
  field('passthroughBehavior'),
  field('contentHandling'),
  field('timeoutInMillis', 'number'),
  field('cacheNamespace'),
  field('responseTransferMode'),
  field('cacheKeyParameters', 'list'),
];

const responseParameters = field('responseParameters', 'texts');
const responseTemplates = field('responseTemplates', 'texts');

export const INTEGRATION_RESPONSE_FIELDS: readonly Field[] = [
  field('statusCode'),
  field('selectionPattern'),
  responseParameters,
  responseTemplates,
  field('contentHandling'),
];

const returnedParameters = field('responseParameters', 'flags');
const responseModels = field('responseModels', 'texts');

export const METHOD_RESPONSE_FIELDS: readonly Field[] = [
  field('statusCode'),
  returnedParameters,
  responseModels,
];

/** With its integration and responses, as GetMethod answers. */
export function showMethod({ properties }: ControlResource): Record<string, unknown> {
  const integration = properties['Integration'];
  const methodResponses = showResponses(properties, 'MethodResponses', METHOD_RESPONSE_FIELDS);
  return {
    httpMethod: properties['HttpMethod'],
    authorizationType: 'NONE',
    apiKeyRequired: false,
    ...showFields(properties, METHOD_FIELDS),
    ...(methodResponses === undefined ? {} : { methodResponses }),
    ...(isJsonMap(integration)
      ? { methodIntegration: showIntegration(integration, textOf(properties, 'ResourceId')) }
      : {}),
  };
}

/** AWS shows what it takes as given, too. */
export function showIntegration(integration: JsonObject, resourceId: string): Record<string, unknown> {
  const integrationResponses = showResponses(
    integration,
    'IntegrationResponses',
    INTEGRATION_RESPONSE_FIELDS,
  );
  return {
    passthroughBehavior: 'WHEN_NO_MATCH',
    timeoutInMillis: 29_000,
    cacheNamespace: resourceId,
    cacheKeyParameters: [],
    ...showFields(integration, INTEGRATION_FIELDS),
    ...(integrationResponses === undefined ? {} : { integrationResponses }),
  };
}

function showResponses(
  owner: JsonObject,
  list: ResponseList,
  fields: readonly Field[],
): Record<string, unknown> | undefined {
  const responses = listResponses(owner, list);
  if (responses.length === 0) return undefined;
  return Object.fromEntries(
    responses.map((response) => [textOf(response, 'StatusCode'), showResponse(response, fields)]),
  );
}

/** An empty selection pattern is the default response and is shown as that. */
export function showResponse(response: JsonObject, fields: readonly Field[]): Record<string, unknown> {
  const shown = showFields(response, fields);
  return response['SelectionPattern'] === '' ? { ...shown, selectionPattern: '' } : shown;
}

const NO_PARAMETER = 'Invalid parameter name specified';
const NO_TYPE = 'Content-Type specified was not found';

export const METHOD_RULES: readonly PatchRule<JsonObject>[] = [
  ...['authorizationType', 'authorizerId', 'requestValidatorId', 'operationName'].map((name) =>
    replaceRule(field(name)),
  ),
  replaceRule(field('apiKeyRequired', 'flag')),
  mapRule(requestParameters, NO_PARAMETER),
  mapRule(requestModels, NO_TYPE),
  {
    path: '/authorizationScopes',
    on: {
      add: (method, { value }) => ({
        ...method,
        AuthorizationScopes: [...listOf(method, 'AuthorizationScopes'), value],
      }),
      remove: (method, { value }) => ({
        ...method,
        AuthorizationScopes: listOf(method, 'AuthorizationScopes').filter((scope) => scope !== value),
      }),
    },
  },
];

export const INTEGRATION_RULES: readonly PatchRule<JsonObject>[] = [
  ...INTEGRATION_FIELDS.filter(({ kind, wire }) => kind === 'text' && wire !== 'type').map(replaceRule),
  replaceRule(field('timeoutInMillis', 'number')),
  mapRule(integrationParameters, NO_PARAMETER),
  mapRule(requestTemplates, NO_TYPE),
  {
    path: '/cacheKeyParameters/{name}',
    on: {
      add: (target, { names }) => ({
        ...target,
        CacheKeyParameters: [...listOf(target, 'CacheKeyParameters'), names['name'] ?? ''],
      }),
      remove: (target, { names }) => ({
        ...target,
        CacheKeyParameters: listOf(target, 'CacheKeyParameters').filter((name) => name !== names['name']),
      }),
    },
  },
];

export const INTEGRATION_RESPONSE_RULES: readonly PatchRule<JsonObject>[] = [
  replaceRule(field('selectionPattern')),
  replaceRule(field('contentHandling')),
  mapRule(responseParameters, NO_PARAMETER),
  mapRule(responseTemplates, NO_TYPE),
];

export const METHOD_RESPONSE_RULES: readonly PatchRule<JsonObject>[] = [
  mapRule(returnedParameters, NO_PARAMETER),
  mapRule(responseModels, NO_TYPE),
];
