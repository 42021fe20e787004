import { isTrue, listOf, mapOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { stackTags } from '../../loading/stack-tags.ts';
import { readTags } from '../../loading/tag-list.ts';
import { epochSeconds } from './wire-shape.ts';
import type { ApiState } from '../../api-state.ts';

export function showApi({ identity, resources, createdAtEpochMs }: ApiState): object {
  const { properties } = resources.api;
  const root = [...resources.resources.values()].find(({ path }) => path === '/');
  const types = binaryTypes(properties);
  return {
    id: identity.apiId,
    name: properties['Name'] ?? identity.name,
    description: properties['Description'],
    createdDate: epochSeconds(createdAtEpochMs),
    binaryMediaTypes: types.length === 0 ? undefined : types,
    minimumCompressionSize: properties['MinimumCompressionSize'],
    apiKeySource: properties['ApiKeySourceType'] ?? 'HEADER',
    endpointConfiguration: showEndpoint(properties),
    disableExecuteApiEndpoint: isTrue(properties['DisableExecuteApiEndpoint']),
    policy: showPolicy(properties['Policy']),
    version: properties['Version'],
    ...showTags(properties, stackTags(identity)),
    rootResourceId: root?.id,
  };
}

/** Returns the endpoint type. An API on AWS has exactly one, but templates write it as a list with one entry. */
export function endpointTypeOf(properties: JsonObject): string {
  const [type = 'EDGE'] = listOf(mapOf(properties, 'EndpointConfiguration'), 'Types').map(String);
  return type;
}

function showEndpoint(properties: JsonObject): object {
  const configuration = mapOf(properties, 'EndpointConfiguration');
  const type = endpointTypeOf(properties);
  const endpoints = listOf(configuration, 'VpcEndpointIds');
  return {
    types: [type],
    ipAddressType: configuration['IpAddressType'] ?? (type === 'PRIVATE' ? 'dualstack' : 'ipv4'),
    vpcEndpointIds: endpoints.length === 0 ? undefined : endpoints,
  };
}

/**
 * Returns the policy as AWS shows it; undefined if there is none. AWS escapes the policy document once more than JSON
 * requires, and tools undo this.
 */
function showPolicy(policy: unknown): string | undefined {
  if (policy === undefined || policy === null || policy === '') return undefined;
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  return JSON.stringify(text).slice(1, -1);
}

/** Returns the tags as the member `tags`, or an empty object if there are none. */
function showTags(
  properties: JsonObject,
  ofStack: Readonly<Record<string, string>>,
): { readonly tags?: Readonly<Record<string, string>> } {
  const tags = { ...readTags(properties['Tags']), ...ofStack };
  return Object.keys(tags).length === 0 ? {} : { tags };
}

/** Returns the binary media types as AWS shows them. OpenAPI documents write a slash in a type as `~1`. */
export function binaryTypes(properties: JsonObject): readonly string[] {
  return listOf(properties, 'BinaryMediaTypes')
    .filter((type) => typeof type === 'string')
    .map((type) => type.replaceAll('~1', '/'));
}
