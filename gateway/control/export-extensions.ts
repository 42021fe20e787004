/** What an exported REST API has beside its paths, under the names by which a document is imported again. */
import { mapOf, textOf } from '../definition/json-values.ts';
import type { JsonObject } from '../definition/model.ts';
import type { ApiResources } from './api-state.ts';

/** A document, or a part of it, as it is being written. */
export type Draft = Record<string, unknown>;

const PREFIX = 'x-amazon-apigateway-';
const OF_API = {
  ApiKeySourceType: 'api-key-source',
  BinaryMediaTypes: 'binary-media-types',
  MinimumCompressionSize: 'minimum-compression-size',
  Policy: 'policy',
} as const;

/** Validators, gateway responses, and what the API itself says. */
export function exportExtensions({ api, validators, gatewayResponses }: ApiResources): Draft {
  const ofApi = Object.entries(OF_API).flatMap(([property, name]) => {
    const value = api.properties[property];
    return value === undefined ? [] : [[`${PREFIX}${name}`, value] as const];
  });
  const byName = [...validators.values()].map(({ id, properties }): [string, Draft] => [
    textOf(properties, 'Name') || id,
    {
      validateRequestBody: isOn(properties, 'ValidateRequestBody'),
      validateRequestParameters: isOn(properties, 'ValidateRequestParameters'),
    },
  ]);
  const byType = gatewayResponses.map(({ properties }): [string, Draft] => [
    textOf(properties, 'ResponseType'),
    {
      ...(properties['StatusCode'] === undefined ? {} : { statusCode: properties['StatusCode'] }),
      responseParameters: mapOf(properties, 'ResponseParameters'),
      responseTemplates: mapOf(properties, 'ResponseTemplates'),
    },
  ]);
  return {
    ...Object.fromEntries(ofApi),
    ...(byName.length === 0 ? {} : { [`${PREFIX}request-validators`]: Object.fromEntries(byName) }),
    ...(byType.length === 0 ? {} : { [`${PREFIX}gateway-responses`]: Object.fromEntries(byType) }),
  };
}

/** The validator of a method. */
export function exportValidator(method: JsonObject, { validators }: ApiResources): Draft {
  const validator = validators.get(textOf(method, 'RequestValidatorId'));
  if (validator === undefined) return {};
  return { [`${PREFIX}request-validator`]: textOf(validator.properties, 'Name') || validator.id };
}

function isOn(properties: JsonObject, name: string): boolean {
  return properties[name] === true || properties[name] === 'true';
}
