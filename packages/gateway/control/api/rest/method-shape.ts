import { listResponses } from '../../edits/edit-methods.ts';
import { isJsonObject, listOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import {
  INTEGRATION_FIELDS,
  INTEGRATION_RESPONSE_FIELDS,
  METHOD_RESPONSE_FIELDS,
  REST_TYPES,
} from '../../resource-types/rest-types.ts';
import { constraintsOf } from '../../resource-types/constraints.ts';
import { patchRules, showFields } from './field-table.ts';
import { INTEGRATION_TIMEOUTS } from '../../../core/integration-timeouts.ts';
import type { ControlResource } from '../../control-resource.ts';
import type { ResponseList } from '../../edits/edit-methods.ts';
import type { PatchRule } from '../../edits/patch.ts';
import type { Field } from '../../resource-types/fields.ts';

const IS_HTTP = /^HTTP(?:_PROXY)?$/i;

/** AWS shows an empty map that a call set [obs]. */
const AS_GIVEN = { withEmptyMaps: true };

const METHOD_FIELDS = REST_TYPES['AWS::ApiGateway::Method'].fields;

export function showMethod({ properties }: ControlResource): object {
  const integration = properties['Integration'];
  const methodResponses = showResponses(properties, 'MethodResponses', METHOD_RESPONSE_FIELDS);
  return {
    httpMethod: properties['HttpMethod'],
    authorizationType: 'NONE',
    apiKeyRequired: false,
    ...showFields(properties, METHOD_FIELDS, AS_GIVEN),
    // If the authorization type does not use an authorizer, the authorizer is kept, but not shown [obs].
    ...(usesAuthorizer(properties) ? {} : { authorizerId: undefined }),
    methodResponses,
    methodIntegration: isJsonObject(integration)
      ? showIntegration(integration, textOf(properties, 'ResourceId'))
      : undefined,
  };
}

function usesAuthorizer(properties: JsonObject): boolean {
  return ['CUSTOM', 'COGNITO_USER_POOLS'].includes(textOf(properties, 'AuthorizationType'));
}

/** Shows an integration as AWS does, including AWS's defaults. */
export function showIntegration(integration: JsonObject, resourceId: string): object {
  const integrationResponses = showResponses(
    integration,
    'IntegrationResponses',
    INTEGRATION_RESPONSE_FIELDS,
  );
  return {
    connectionType: IS_HTTP.test(textOf(integration, 'Type')) ? 'INTERNET' : undefined,
    passthroughBehavior: 'WHEN_NO_MATCH',
    timeoutInMillis: INTEGRATION_TIMEOUTS.rest.usual,
    cacheNamespace: resourceId,
    cacheKeyParameters: [],
    ...showFields(integration, INTEGRATION_FIELDS),
    // A mock has no method and no URI, even if a call gave them [obs].
    ...(/^MOCK$/i.test(textOf(integration, 'Type')) && { httpMethod: undefined, uri: undefined }),
    integrationResponses,
  };
}

function showResponses(owner: JsonObject, list: ResponseList, fields: readonly Field[]): object | undefined {
  const responses = listResponses(owner, list);
  if (responses.length === 0) return undefined;
  return Object.fromEntries(
    responses.map((response) => [textOf(response, 'StatusCode'), showResponse(response, fields)]),
  );
}

/** Shows a response as AWS does. An empty selection pattern means the default response, and is shown as empty. */
export function showResponse(response: JsonObject, fields: readonly Field[]): object {
  const shown = showFields(response, fields, AS_GIVEN);
  // An empty template is shown as null [obs].
  if (isJsonObject(shown['responseTemplates']))
    shown['responseTemplates'] = Object.fromEntries(
      Object.entries(shown['responseTemplates']).map(([type, text]) => [type, text === '' ? null : text]),
    );
  return response['SelectionPattern'] === '' ? { ...shown, selectionPattern: '' } : shown;
}

export const METHOD_RULES = patchRules(METHOD_FIELDS);

export const INTEGRATION_RULES: readonly PatchRule<JsonObject>[] = [
  ...patchRules(
    INTEGRATION_FIELDS.filter(({ kind, wire }) => kind !== 'list' && wire !== 'type'),
    constraintsOf('putIntegrationInput'),
  ),
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

const isPatched = ({ wire }: Field): boolean => wire !== 'statusCode';
export const INTEGRATION_RESPONSE_RULES = patchRules(INTEGRATION_RESPONSE_FIELDS.filter(isPatched));
export const METHOD_RESPONSE_RULES = patchRules(METHOD_RESPONSE_FIELDS.filter(isPatched));
