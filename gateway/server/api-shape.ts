/** A REST API as AWS's REST API shows it, and what of it may be patched. */
import { badRequest } from '../control/control-error.ts';
import { without } from '../control/resource-properties.ts';
import { epochSeconds, withoutUndefined } from './wire-shape.ts';
import type { ApiState } from '../control/api-state.ts';
import type { PatchRule } from '../control/patch.ts';
import type { JsonObject } from '../definition/model.ts';

export function showApi({ identity, resources, createdAtEpochMs }: ApiState): Record<string, unknown> {
  const { properties } = resources.api;
  const root = [...resources.resources.values()].find(({ path }) => path === '/');
  const types = binaryTypes(properties);
  return withoutUndefined({
    id: identity.apiId,
    name: properties['Name'] ?? identity.name,
    description: properties['Description'],
    createdDate: epochSeconds(createdAtEpochMs),
    binaryMediaTypes: types.length === 0 ? undefined : types,
    minimumCompressionSize: properties['MinimumCompressionSize'],
    apiKeySource: properties['ApiKeySourceType'] ?? 'HEADER',
    endpointConfiguration: showEndpoint(properties['EndpointConfiguration']),
    disableExecuteApiEndpoint: properties['DisableExecuteApiEndpoint'] === true,
    rootResourceId: root?.id,
  });
}

function showEndpoint(configuration: unknown): Record<string, unknown> {
  const types =
    typeof configuration === 'object' && configuration !== null && 'Types' in configuration
      ? configuration.Types
      : ['EDGE'];
  return { types, ipAddressType: 'ipv4' };
}

function binaryTypes(properties: JsonObject): readonly string[] {
  const types = properties['BinaryMediaTypes'];
  return Array.isArray(types) ? types.map((type) => String(type).replaceAll('~1', '/')) : [];
}

const BINARY = '/binaryMediaTypes/{type}';

export const API_RULES: readonly PatchRule<JsonObject>[] = [
  { path: '/name', on: { replace: (api, { value }) => ({ ...api, Name: value }) } },
  {
    path: '/description',
    on: {
      replace: (api, { value }) => ({ ...api, Description: value }),
      remove: (api) => without(api, 'Description'),
    },
  },
  {
    path: '/apiKeySource',
    on: {
      replace(api, { value }) {
        if (value === 'HEADER' || value === 'AUTHORIZER') return { ...api, ApiKeySourceType: value };
        throw badRequest('Invalid API key source specified. Must be one of: [AUTHORIZER, HEADER]');
      },
    },
  },
  {
    path: BINARY,
    on: {
      add: (api, { names: { type = '' } }) => ({ ...api, BinaryMediaTypes: [...binaryTypes(api), type] }),
      // Recorded: the new type goes to the end of the list.
      replace: (api, { names: { type = '' }, value }) => ({
        ...api,
        BinaryMediaTypes: [
          ...binaryTypes(api).filter((known) => known !== type),
          value.replaceAll('~1', '/'),
        ],
      }),
      remove: (api, { names: { type = '' } }) => ({
        ...api,
        BinaryMediaTypes: binaryTypes(api).filter((known) => known !== type),
      }),
    },
  },
];
