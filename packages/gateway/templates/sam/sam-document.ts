/**
 * Creates and changes OpenAPI documents as SAM writes them. Every API becomes a document to which routes, security and
 * CORS are added. A path or method may be an `Fn::If`. Additions then apply to both of its branches.
 */
import { isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import { NO_ROUTE } from '../openapi/openapi-document.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

/** The headers of the response to a preflight request, with the members of `Cors` from which SAM generates them. */
export const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Origin': 'AllowOrigin',
  'Access-Control-Allow-Headers': 'AllowHeaders',
  'Access-Control-Allow-Methods': 'AllowMethods',
  'Access-Control-Max-Age': 'MaxAge',
  'Access-Control-Allow-Credentials': 'AllowCredentials',
} as const;

export const ANY_METHOD = 'x-amazon-apigateway-any-method';
export const INTEGRATION = 'x-amazon-apigateway-integration';

const SECTIONS = {
  schemes: { swagger: ['securityDefinitions'], openapi: ['components', 'securitySchemes'] },
  models: { swagger: ['definitions'], openapi: ['components', 'schemas'] },
} as const;

export function emptyDocument(kind: 'rest' | 'http'): JsonObject {
  const title = { Ref: 'AWS::StackName' };
  return kind === 'rest'
    ? { swagger: '2.0', info: { version: '1.0', title }, paths: {} }
    : { openapi: '3.0.1', info: { version: '1.0', title }, paths: {} };
}

export function isDocument(value: Json | undefined): value is JsonObject {
  return (
    isJsonObject(value) &&
    isJsonObject(value['paths']) &&
    (value['swagger'] ?? value['openapi']) !== undefined
  );
}

/** Moves sections with Swagger's names to where an OpenAPI 3 document has them, as SAM does. */
export function withOpenApiSections(document: JsonObject): JsonObject {
  if (document['swagger'] !== undefined) return document;
  const { securityDefinitions, definitions, ...rest } = document;
  const moved = {
    ...(isJsonObject(securityDefinitions) && { securitySchemes: securityDefinitions }),
    ...(isJsonObject(definitions) && { schemas: definitions }),
  };
  if (Object.keys(moved).length === 0) return document;
  const components = mapOf(rest, 'components');
  return { ...rest, components: { ...components, ...moved } };
}

export function methodKey(method: string): string {
  const lower = method.toLowerCase();
  return lower === 'any' ? ANY_METHOD : lower;
}

/** Returns `{ "Fn::If": [condition, value, nothing] }`. */
export function onlyIf(condition: string, value: Json): JsonObject {
  return { 'Fn::If': [condition, value, { Ref: 'AWS::NoValue' }] };
}

function mapBranches(value: Json, change: (branch: JsonObject) => Json): Json {
  if (!isJsonObject(value)) return value;
  const choice = value['Fn::If'];
  if (Array.isArray(choice)) {
    const [condition = null, ...branches] = choice as readonly Json[];
    return { 'Fn::If': [condition, ...branches.map((branch) => mapBranches(branch, change))] };
  }
  return value['Ref'] === 'AWS::NoValue' ? value : change(value);
}

export function branchesOf(value: Json | undefined): readonly JsonObject[] {
  const found: JsonObject[] = [];
  if (value !== undefined)
    mapBranches(value, (branch) => {
      found.push(branch);
      return branch;
    });
  return found;
}

export function pathsOf(document: JsonObject): JsonObject {
  return mapOf(document, 'paths');
}

export function mapPaths(document: JsonObject, change: (item: JsonObject, path: string) => Json): JsonObject {
  const entries = Object.entries(pathsOf(document)).map(([path, item]) => [
    path,
    mapBranches(item, (branch) => change(branch, path)),
  ]);
  return { ...document, paths: Object.fromEntries(entries) as JsonObject };
}

export function methodNames(item: JsonObject): readonly string[] {
  return Object.keys(item).filter((name) => !NO_ROUTE.includes(name) && name !== 'Fn::If');
}

export function mapMethods(
  document: JsonObject,
  change: (definition: JsonObject, key: string, path: string) => Json,
): JsonObject {
  return mapPaths(document, (item, path) => {
    const changed = methodNames(item).map((name) => [
      name,
      mapBranches(item[name] ?? null, (definition) =>
        definition[INTEGRATION] === undefined ? definition : change(definition, methodKey(name), path),
      ),
    ]);
    return { ...item, ...(Object.fromEntries(changed) as JsonObject) };
  });
}

export function hasIntegration(document: JsonObject, path: string, key: string): boolean {
  return branchesOf(pathsOf(document)[path]).some((item) =>
    methodNames(item)
      .filter((name) => methodKey(name) === key)
      .some((name) => branchesOf(item[name]).some((definition) => definition[INTEGRATION] !== undefined)),
  );
}

/** Adds a method to a path. Its definition overrides members of the same method in the document. */
export function putMethod(document: JsonObject, path: string, key: string, definition: Json): JsonObject {
  const paths = pathsOf(document);
  const item = mapBranches(paths[path] ?? {}, (branch) => {
    const written = branch[key];
    const isMerged = isJsonObject(written) && written['Fn::If'] === undefined && isJsonObject(definition);
    return { ...branch, [key]: isMerged ? { ...written, ...definition } : definition };
  });
  return { ...document, paths: { ...paths, [path]: isJsonObject(item) ? item : { [key]: definition } } };
}

export function definitionsOf(document: JsonObject, kind: keyof typeof SECTIONS): JsonObject {
  const keys = SECTIONS[kind][document['swagger'] === undefined ? 'openapi' : 'swagger'];
  const found = keys.reduce((value: Json | undefined, key) => membersOf(value)[key], document);
  return membersOf(found);
}

export function putDefinitions(
  document: JsonObject,
  kind: keyof typeof SECTIONS,
  added: JsonObject,
): JsonObject {
  if (Object.keys(added).length === 0) return document;
  const all = { ...definitionsOf(document, kind), ...added };
  if (document['swagger'] !== undefined) return { ...document, [SECTIONS[kind].swagger[0]]: all };
  const components = mapOf(document, 'components');
  return { ...document, components: { ...components, [SECTIONS[kind].openapi[1]]: all } };
}
