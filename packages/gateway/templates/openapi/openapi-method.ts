import { isJsonList, mapOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { DocumentPath, Found, OpenApiDocument, Operation } from './openapi-document.ts';
import type { ImportedModels } from './openapi-models.ts';
import { INTEGRATION } from './openapi-integration.ts';
import { present } from '../sam/sam-expansion.ts';

const LOCATIONS: Readonly<Record<string, string>> = {
  header: 'method.request.header.',
  path: 'method.request.path.',
  query: 'method.request.querystring.',
};

/**
 * Returns the parameters of the path, which AWS adds even if the document does not declare them (localstack/localstack,
 * test_apigateway_import.snapshot.json, swagger-mock-cors.json, recorded). A parameter that the integration maps is not
 * added: AWS checks the mapping against the parameters that the document declares, and refuses the import
 * (https://repost.aws/knowledge-center/api-gateway-proxy-path-parameter-error).
 */
function inPath({ path, value }: Operation): readonly (readonly [name: string, isRequired: true])[] {
  const integration = mapOf(value, INTEGRATION);
  const mapped = new Set(Object.values(mapOf(integration, 'requestParameters')));
  return [...path.matchAll(/\{([^}+]+)\+?\}/g)]
    .map(([, name = '']) => [`${LOCATIONS['path']}${name}`, true] as const)
    .filter(([name]) => !mapped.has(name));
}

/**
 * Returns `RequestParameters`, which maps each name to whether a validator requires the parameter. AWS does not read
 * cookies and forms.
 */
export function requestParameters(document: OpenApiDocument, operation: Operation): JsonObject | undefined {
  const entries: (readonly [string, boolean])[] = [];
  for (const parameter of operation.parameters) {
    const prefix = LOCATIONS[document.text(parameter, 'in') ?? ''];
    const name = document.text(parameter, 'name');
    if (prefix === undefined) continue;
    if (name === undefined)
      return document.fail(parameter.at, 'Invalid OpenAPI input. A parameter needs a name');
    entries.push([`${prefix}${name}`, document.text(parameter, 'required') === 'true']);
  }
  const declared = new Set(entries.map(([name]) => name));
  entries.push(...inPath(operation).filter(([name]) => !declared.has(name)));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

export function requestModels(
  document: OpenApiDocument,
  operation: Operation,
  models: ImportedModels,
): JsonObject | undefined {
  const entries =
    document.version === '2.0'
      ? swaggerBody(document, operation, models)
      : contentModels(document, document.object([...operation.at, 'requestBody']), (schema, at) =>
          models.nameOf(schema, at),
        );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function swaggerBody(
  document: OpenApiDocument,
  operation: Operation,
  models: ImportedModels,
): (readonly [string, string])[] {
  const body = operation.parameters.find((parameter) => document.text(parameter, 'in') === 'body');
  if (body === undefined) return [];
  const model = models.nameOf(body.value['schema'], [...body.at, 'schema']);
  return model === undefined ? [] : mediaTypes(document, operation, 'consumes').map((type) => [type, model]);
}

function mediaTypes(
  document: OpenApiDocument,
  operation: Operation,
  member: 'consumes' | 'produces',
): readonly string[] {
  const listed = operation.value[member] ?? document.root[member];
  const types = isJsonList(listed) ? listed.filter((type) => typeof type === 'string') : [];
  return types.length === 0 ? ['application/json'] : types;
}

function contentModels(
  document: OpenApiDocument,
  holder: Found | undefined,
  nameOf: (schema: Json | undefined, at: DocumentPath) => string | undefined,
): (readonly [string, string])[] {
  const content = holder && document.object([...holder.at, 'content']);
  if (content === undefined) return [];
  return Object.keys(content.value).flatMap((type) => {
    const media = document.require([...content.at, type]);
    const model = nameOf(media.value['schema'], [...media.at, 'schema']);
    return model === undefined ? [] : [[type, model] as const];
  });
}

/**
 * Returns `MethodResponses`, with one response per status. The key `default` is omitted, because it is not a status
 * that a client could get.
 */
export function methodResponses(
  document: OpenApiDocument,
  operation: Operation,
  models: ImportedModels,
): Json | undefined {
  const responses = document.object([...operation.at, 'responses']);
  if (responses === undefined) return undefined;
  return Object.keys(responses.value)
    .filter((status) => /^[1-5]\d\d$/.test(status))
    .map((status) => {
      const response = document.require([...responses.at, status]);
      const headers = Object.keys(mapOf(response.value, 'headers'));
      const parameters = headers.map((name) => [`method.response.header.${name}`, false] as const);
      const named = responseModels(document, operation, response, models);
      return present({
        StatusCode: status,
        ResponseParameters: parameters.length === 0 ? undefined : Object.fromEntries(parameters),
        ResponseModels: named.length === 0 ? undefined : Object.fromEntries(named),
      });
    });
}

function responseModels(
  document: OpenApiDocument,
  operation: Operation,
  response: Found,
  models: ImportedModels,
): (readonly [string, string])[] {
  if (document.version === '3.0')
    return contentModels(document, response, (schema, at) => models.knownName(schema, at));
  const model = models.knownName(response.value['schema'], [...response.at, 'schema']);
  return model === undefined ? [] : mediaTypes(document, operation, 'produces').map((type) => [type, model]);
}
