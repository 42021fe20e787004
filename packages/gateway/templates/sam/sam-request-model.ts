/**
 * Converts `Models` of an API, and `RequestModel` and `RequestParameters` of an Api event, to the request settings of
 * the document.
 */
import { isJsonList, isJsonObject, isTrue, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { INTEGRATION } from './sam-document.ts';
import type { SamExpansion, SamRoute } from './sam-expansion.ts';

const PARAMETER = /^method\.request\.(querystring|path|header)\.(.+)$/;
const VALIDATORS = 'x-amazon-apigateway-request-validators';

export function modelDefinitions(
  expansion: SamExpansion,
  apiId: string,
  models: Json | undefined,
): JsonObject {
  if (models === undefined) return {};
  if (!isJsonObject(models))
    return expansion.fail(apiId, `Models must be a mapping of schemas, not ${JSON.stringify(models)}`);
  const entries = Object.entries(models).map(([name, schema]) => {
    if (!isJsonObject(schema) || schema['type'] === undefined)
      return expansion.fail(apiId, `Models.${name} must be a schema with a type, such as type: object`);
    return [name.toLowerCase(), schema] as const;
  });
  return Object.fromEntries(entries);
}

type RequestRules = {
  readonly members: JsonObject;
  readonly integration: JsonObject;
  readonly validators: JsonObject;
};

/** Returns the requirements of an event for its requests. `isSwagger` determines how the body is described. */
export function requestRules(
  expansion: SamExpansion,
  models: JsonObject,
  route: SamRoute,
  isSwagger: boolean,
): RequestRules {
  const body = bodyRules(expansion, models, route, isSwagger);
  const parameters = parameterRules(expansion, route);
  const all = [...body.parameters, ...parameters.map(({ parameter }) => parameter)];
  const cached = parameters.flatMap(({ cacheKey }) => (cacheKey === undefined ? [] : [cacheKey]));
  return {
    members: { ...body.members, ...(all.length === 0 ? {} : { parameters: all }) },
    integration: cached.length === 0 ? {} : { cacheKeyParameters: cached },
    validators: body.validators,
  };
}

type BodyRules = {
  readonly members: JsonObject;
  readonly parameters: readonly JsonObject[];
  readonly validators: JsonObject;
};

function bodyRules(
  expansion: SamExpansion,
  models: JsonObject,
  { ownerId, eventName, properties }: SamRoute,
  isSwagger: boolean,
): BodyRules {
  const request = properties['RequestModel'];
  if (request === undefined) return { members: {}, parameters: [], validators: {} };
  const name = membersOf(request)['Model'];
  if (!isJsonObject(request) || typeof name !== 'string' || !Object.hasOwn(models, name.toLowerCase()))
    return expansion.fail(
      ownerId,
      `event ${eventName}: RequestModel.Model must be the name of a model of the API, not ${JSON.stringify(name ?? null)}`,
    );
  const reference = name.toLowerCase();
  const required = request['Required'] === undefined ? {} : { required: request['Required'] };
  const checks = validatorOf(request);
  const more = checks === undefined ? {} : { 'x-amazon-apigateway-request-validator': checks.name };
  const validators = checks === undefined ? {} : { [checks.name]: checks.definition };
  if (isSwagger) {
    const schema = { $ref: `#/definitions/${reference}` };
    return { members: more, parameters: [{ in: 'body', name: reference, schema, ...required }], validators };
  }
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${reference}` } } };
  return { members: { ...more, requestBody: { content, ...required } }, parameters: [], validators };
}

function validatorOf(request: JsonObject): { name: string; definition: JsonObject } | undefined {
  const { ValidateBody: body, ValidateParameters: parameters } = request;
  if (body === undefined && parameters === undefined) return undefined;
  const [isBody, isParameters] = [isTrue(body), isTrue(parameters)];
  const name = isBody
    ? isParameters
      ? 'body-and-params'
      : 'body-only'
    : isParameters
      ? 'params-only'
      : 'no-validation';
  return { name, definition: { validateRequestBody: isBody, validateRequestParameters: isParameters } };
}

type ParameterRule = { readonly parameter: JsonObject; readonly cacheKey: string | undefined };

function parameterRules(expansion: SamExpansion, route: SamRoute): readonly ParameterRule[] {
  const written = route.properties['RequestParameters'] ?? [];
  const items = isJsonList(written) ? written : [written];
  return items.map((item, index) => {
    const [name, settings]: readonly [Json, Json] = isJsonObject(item)
      ? (Object.entries(item)[0] ?? ['', {}])
      : [item, {}];
    const [, place, key] = typeof name === 'string' ? (PARAMETER.exec(name) ?? []) : [];
    if (typeof name !== 'string' || place === undefined || key === undefined || !isJsonObject(settings))
      return expansion.failAtEvent(
        route,
        ['RequestParameters', ...(isJsonList(written) ? [String(index)] : [])],
        `RequestParameters must be named method.request.querystring.NAME, method.request.path.NAME or method.request.header.NAME, not ${JSON.stringify(name)}`,
      );
    return {
      parameter: {
        in: place === 'querystring' ? 'query' : place,
        name: key,
        required: settings['Required'] ?? false,
        type: 'string',
      },
      cacheKey: settings['Caching'] === true ? name : undefined,
    };
  });
}

export function putValidators(document: JsonObject, validators: JsonObject): JsonObject {
  if (Object.keys(validators).length === 0) return document;
  const known = mapOf(document, VALIDATORS);
  return { ...document, [VALIDATORS]: { ...validators, ...known } };
}

export function withIntegration(definition: JsonObject, members: JsonObject): JsonObject {
  const integration = mapOf(definition, INTEGRATION);
  return { ...definition, [INTEGRATION]: { ...integration, ...members } };
}
