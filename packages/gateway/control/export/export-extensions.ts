/** Exports the parts of a REST API other than its paths, under the names that an import uses. */
import { isTrue, mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { lowerFirst } from '@gatewright/aws/violations';
import type { ApiResources } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';

export type Draft = Record<string, unknown>;

const PREFIX = 'x-amazon-apigateway-';
const OF_API = {
  ApiKeySourceType: 'api-key-source',
  BinaryMediaTypes: 'binary-media-types',
  MinimumCompressionSize: 'minimum-compression-size',
  Policy: 'policy',
} as const;

/**
 * Returns the part, or undefined for an empty part, so that the document omits the part. Neither JSON nor YAML can
 * represent undefined.
 */
export function omitEmpty<Part extends object>(part: Part): Part | undefined {
  return Object.keys(part).length === 0 ? undefined : part;
}

export function lowerNames(object: JsonObject): Draft {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [lowerFirst(name), value]));
}

export function nameOf({ logicalId, properties }: ControlResource): string {
  return textOf(properties, 'Name') || logicalId;
}

export function exportExtensions({ api, validators, gatewayResponses }: ApiResources): Draft {
  const ofApi = Object.entries(OF_API).map(([property, name]) => [
    `${PREFIX}${name}`,
    api.properties[property],
  ]);
  const byName = [...validators.values()].map(({ id, properties }): [string, Draft] => [
    textOf(properties, 'Name') || id,
    {
      validateRequestBody: isTrue(properties['ValidateRequestBody']),
      validateRequestParameters: isTrue(properties['ValidateRequestParameters']),
    },
  ]);
  const byType = gatewayResponses.map(({ properties }): [string, Draft] => [
    textOf(properties, 'ResponseType'),
    {
      statusCode: properties['StatusCode'],
      responseParameters: mapOf(properties, 'ResponseParameters'),
      responseTemplates: mapOf(properties, 'ResponseTemplates'),
    },
  ]);
  return {
    ...(Object.fromEntries(ofApi) as Draft),
    [`${PREFIX}request-validators`]: omitEmpty(Object.fromEntries(byName)),
    [`${PREFIX}gateway-responses`]: omitEmpty(Object.fromEntries(byType)),
  };
}

export function exportValidator(method: JsonObject, { validators }: ApiResources): Draft {
  const validator = validators.get(textOf(method, 'RequestValidatorId'));
  if (validator === undefined) return {};
  return { [`${PREFIX}request-validator`]: textOf(validator.properties, 'Name') || validator.id };
}
