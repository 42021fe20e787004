/**
 * Handles `Cors` of an `AWS::Serverless::Api`. It adds an OPTIONS method with a mock integration to every path that
 * does not have an OPTIONS method.
 * @see
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-corsconfiguration.html
 */
import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import {
  ANY_METHOD,
  INTEGRATION,
  mapPaths,
  methodKey,
  methodNames,
  PREFLIGHT_HEADERS,
} from './sam-document.ts';
import type { SamExpansion } from './sam-expansion.ts';

type Member = (typeof PREFLIGHT_HEADERS)[keyof typeof PREFLIGHT_HEADERS];
const MEMBERS: readonly string[] = Object.values(PREFLIGHT_HEADERS);
const WILDCARD = "'*'";
const ALL_METHODS = 'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT';

/**
 * Adds the OPTIONS methods to a document.
 * @throws DefinitionError for a setting that SAM refuses: an unknown member, or credentials for every origin
 */
export function addCors(
  expansion: SamExpansion,
  apiId: string,
  document: JsonObject,
  cors: Json | undefined,
  isGenerated: boolean,
): JsonObject {
  if (cors === undefined || cors === '' || cors === null) return document;
  const settings = readCors(expansion, apiId, cors);
  if (settings['AllowCredentials'] === true && settings['AllowOrigin'] === WILDCARD)
    return expansion.fail(apiId, "Cors: AllowCredentials cannot be true if AllowOrigin is '*' or not set");
  // API Gateway treats /path and /path/ as one resource, so only the first path gets the method.
  const owners = new Map<string, string>();
  return mapPaths(document, (item, path) => {
    const resource = path === '/' ? path : path.replace(/\/+$/, '');
    const owner = owners.get(resource) ?? path;
    owners.set(resource, owner);
    const hasOwn = methodNames(item).some((name) => methodKey(name) === 'options');
    if (owner !== path || hasOwn) return item;
    const method = preflightMethod(settings, item);
    return { ...item, options: isGenerated ? underConditions(item, method) : method };
  });
}

/** Drops the method if the conditions of all other methods are false. SAM then drops the path. */
function underConditions(item: JsonObject, method: JsonObject): Json {
  const conditions = methodNames(item).map((name) => {
    const choice = membersOf(item[name])['Fn::If'];
    return isJsonList(choice) ? choice[0] : undefined;
  });
  if (conditions.length === 0 || conditions.includes(undefined)) return method;
  const names = [...new Set(conditions)].filter((name) => typeof name === 'string');
  return names.reduce((otherwise: Json, name): Json => ({ 'Fn::If': [name, method, otherwise] }), NO_VALUE);
}

const NO_VALUE: JsonObject = { Ref: 'AWS::NoValue' };

function readCors(expansion: SamExpansion, apiId: string, cors: Json): JsonObject {
  const isFunction =
    isJsonObject(cors) && Object.keys(cors).some((key) => key === 'Ref' || key.startsWith('Fn::'));
  if (typeof cors === 'string' || isFunction) return { AllowOrigin: cors };
  if (!isJsonObject(cors))
    return expansion.fail(apiId, `Cors must be a string or a mapping, not ${JSON.stringify(cors)}`);
  const unknown = Object.keys(cors).find((key) => !MEMBERS.includes(key));
  if (unknown !== undefined) expansion.fail(apiId, `unknown property ${unknown} in Cors`);
  return { AllowOrigin: WILDCARD, ...cors };
}

function preflightMethod(settings: JsonObject, item: JsonObject): JsonObject {
  const values: Readonly<Record<Member, Json | undefined>> = {
    AllowOrigin: settings['AllowOrigin'],
    AllowHeaders: settings['AllowHeaders'],
    AllowMethods: settings['AllowMethods'] ?? `'${allowedMethods(item)}'`,
    MaxAge: settings['MaxAge'],
    AllowCredentials: settings['AllowCredentials'] === true ? "'true'" : undefined,
  };
  const headers = Object.entries(PREFLIGHT_HEADERS).map(([name, member]) => [name, values[member]] as const);
  const set = headers.filter(
    (header): header is [string, Json] => header[1] !== undefined && header[1] !== '',
  );
  return {
    summary: 'CORS support',
    consumes: ['application/json'],
    produces: ['application/json'],
    [INTEGRATION]: {
      type: 'mock',
      requestTemplates: { 'application/json': '{\n  "statusCode" : 200\n}\n' },
      responses: {
        default: {
          statusCode: '200',
          responseParameters: Object.fromEntries(
            set.map(([name, value]) => [`method.response.header.${name}`, value]),
          ),
          responseTemplates: { 'application/json': '{}\n' },
        },
      },
    },
    responses: {
      200: {
        description: 'Default response for CORS method',
        headers: Object.fromEntries(set.map(([name]) => [name, { type: 'string' }])),
      },
    },
  };
}

function allowedMethods(item: JsonObject): string {
  // SAM lists all members of a path, including members that are not methods, such as `parameters`.
  const names = Object.keys(item);
  if (names.includes(ANY_METHOD)) return ALL_METHODS;
  return [...new Set([...names, 'options'].map((name) => name.toUpperCase()))].toSorted().join(',');
}
