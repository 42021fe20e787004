/** Creates APIs for calls, either empty or from an OpenAPI document, and imports documents into existing APIs. */
import { importFault } from './import-fault.ts';
import { Faults } from '../../core/errors.ts';
import { expandDocuments } from '../../templates/openapi/openapi.ts';
import { expandQuickCreate } from '../../core/stack/quick-create.ts';
import { callMadeResource } from './edit-resources.ts';
import { loadApis } from '../loading/load-apis.ts';
import type { JsonObject, Json } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { Account } from '../account.ts';
import type { ApiResources, ApiState } from '../api-state.ts';
import { REST_TYPES } from '../resource-types/rest-types.ts';
import { locationKey } from '../export/documentation.ts';
import { HELD_PARTS, holdParts, partsOf } from '../api-parts.ts';
import { listOf, mapOf, textOf } from '@gatewright/aws/json-object';
import type { ApiType } from '../resource-types/api-type.ts';
import type { HeldPart } from '../api-parts.ts';
import type { ControlResource } from '../control-resource.ts';

type ApiOptions = {
  readonly id: string;
  readonly properties: JsonObject;
  readonly type?: 'AWS::ApiGateway::RestApi' | 'AWS::ApiGatewayV2::Api';
  readonly region: string;
  readonly accountId: string;
  /** The name from which the ids of the API's resources are derived. */
  readonly stackName: string;
  readonly logicalId: string;
};

export type MadeApi = {
  readonly api: ApiState;
  readonly warnings: readonly string[];
};

/** The stack name of APIs that are created with API calls. CloudFormation does not allow this name. */
export const MADE_BY_CALL = 'made by call';

const REST_API = 'AWS::ApiGateway::RestApi';

function loadImported(stack: ResolvedStack, account: Account): readonly ApiState[] {
  try {
    return loadApis([stack], account).apis;
  } catch (error) {
    // The first pass stops at the first fault. A second pass finds all faults, because AWS lists them all.
    const faults = new Faults(true);
    loadApis([stack], account, faults);
    throw importFault(
      error,
      faults.all.map((fault) => fault.error),
    );
  }
}

/**
 * Creates an API that is not served yet. It has a stage only if it is quick-created.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function makeApi(options: ApiOptions, account: Account): MadeApi {
  const { id, properties, logicalId, stackName, region, accountId, type = REST_API } = options;
  const made = callMadeResource(id, properties);
  const resource = { ...made, logicalId, type, physicalId: id, dependsOn: [] };
  const { resources: named, findings } = expandDocuments(
    { stackName, region, accountId },
    new Map([[logicalId, resource]]),
  );
  const resources = expandQuickCreate(stackName, named);
  const stack: ResolvedStack = {
    stackName,
    stage: '',
    region,
    accountId,
    file: 'API call',
    includes: [],
    resources,
    outputs: new Map(),
    metadata: {},
    exports: new Map(),
    functions: [],
    refused: new Map(),
    unsupported: [],
    noEffect: [],
  };
  const [api] = type === REST_API ? loadImported(stack, account) : loadApis([stack], account).apis;
  if (api === undefined) throw new TypeError('the stack of the new API has no API');
  const warnings = findings.map(
    ({ property, consequence, warning }) => warning ?? `${property ?? ''}: ${consequence}`,
  );
  return { api, warnings };
}

/**
 * If an import with `overwrite` does not set these properties, they are deleted, except the name
 * (hashicorp/terraform-provider-aws, internal/service/apigateway/rest_api.go). The gateway does not delete the endpoint
 * configuration and the policy, because without them an API would be open.
 */
const LITERAL = [
  'Name',
  'Description',
  'Version',
  'ApiKeySourceType',
  'BinaryMediaTypes',
  'MinimumCompressionSize',
];

function withoutLiteral(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !LITERAL.includes(name)));
}

/** Returns the properties that the document sets. A merge replaces only these properties (observed for the name). */
function onlyLiteral(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => LITERAL.includes(name)));
}

type ReadDocument = { readonly resources: ApiResources; readonly warnings: readonly string[] };

/**
 * Returns the API after an import. `overwrite` keeps only the parts in the document, and `merge` also keeps all other
 * parts.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function readDocument(
  api: ApiState,
  document: string,
  mode: 'merge' | 'overwrite',
  parameters: JsonObject,
  account: Account,
): ReadDocument {
  const { apiId, region, accountId, stackName, logicalId } = api.identity;
  const { resources: current } = api;
  const isRest = api.identity.protocol === 'rest';
  const literal = withoutLiteral(current.api.properties);
  const kept = isRest ? { ...literal, Parameters: parameters } : parameters;
  const type = isRest ? 'AWS::ApiGateway::RestApi' : 'AWS::ApiGatewayV2::Api';
  const properties = { ...kept, Body: document };
  const options = { id: apiId, properties, region, accountId, stackName, logicalId, type } as const;
  const { api: fresh, warnings } = makeApi(options, account);
  const { resources: next } = fresh;
  const { Name = current.api.properties['Name'] } = next.api.properties;
  const named = isRest && Name !== undefined ? { ...next.api.properties, Name } : next.api.properties;
  const merged = { ...onlyLiteral(current.api.properties), ...named };
  const own = {
    ...current.api,
    properties: mode === 'merge' ? joinBinaryTypes(current.api.properties, merged) : named,
    ...(mode === 'overwrite' && next.api.isImported === true && { isImported: true as const }),
  };
  // An OpenAPI document does not contain documentation versions, so the current versions stay.
  const documentation = { ...next.documentation, versions: current.documentation.versions };
  const resources =
    mode === 'merge' ? mergeResources({ ...current, api: own }, next) : { ...next, api: own, documentation };
  return { resources, warnings };
}

/** A merge keeps the binary media types of the API, and appends the types in the document [obs]. */
function joinBinaryTypes(before: JsonObject, merged: JsonObject): JsonObject {
  const types = new Set([...listOf(before, 'BinaryMediaTypes'), ...listOf(merged, 'BinaryMediaTypes')]);
  return types.size === 0 ? merged : { ...merged, BinaryMediaTypes: [...types] };
}

/**
 * The resource types of a REST API. When two sets of resources are merged, definitions in the second set replace
 * equivalent definitions in the first.
 */
const TYPES: readonly ApiType[] = Object.values(REST_TYPES);
const REFERENCES = TYPES.flatMap(({ referredBy = [] }) => referredBy);

/**
 * Merges two sets of resources. A resource whose path, name or type is known keeps the known id, and references in the
 * second set are updated.
 */
function mergeResources(base: ApiResources, added: ApiResources): ApiResources {
  const known = new Map<string, string>();
  const pathIds = new Map([...base.resources.values()].map(({ path, id }) => [path, id]));
  for (const { path, id } of added.resources.values()) known.set(id, pathIds.get(path) ?? id);
  for (const name of HELD_PARTS) if (isReferredTo(name)) noteNamesakes(name, base, added, known);
  const follow = <T extends ControlResource>(item: T): T => ({
    ...item,
    properties: Object.fromEntries(
      Object.entries(item.properties).map(([name, value]) => [name, followed(name, value, known)]),
    ),
  });
  const newPaths = [...added.resources.values()].filter(({ path }) => !pathIds.has(path));
  return {
    ...base,
    ...holdParts((name) => {
      const [before, items] = [partsOf(base, name), partsOf(added, name).map(follow)];
      if (!isReferredTo(name)) return replaceLike(before, items, keyOf(name));
      return replaceLike(
        before,
        items.map((item) => ({ ...item, id: known.get(item.id) ?? item.id })),
        ({ id }) => id,
      );
    }),
    resources: new Map([...base.resources, ...newPaths.map((item) => [item.id, follow(item)] as const)]),
    documentation: {
      parts: replaceLike(base.documentation.parts, added.documentation.parts, placeOf),
      versions: base.documentation.versions,
    },
  };
}

const typeOf = (name: HeldPart): ApiType | undefined => TYPES.find(({ part }) => part === name);

function isReferredTo(name: HeldPart): boolean {
  return typeOf(name)?.referredBy !== undefined;
}

function noteNamesakes(
  name: HeldPart,
  base: ApiResources,
  added: ApiResources,
  known: Map<string, string>,
): void {
  const nameOf = keyOf(name);
  const ids = new Map(partsOf(base, name).map((item) => [nameOf(item), item.id]));
  for (const item of partsOf(added, name)) known.set(item.id, ids.get(nameOf(item)) ?? item.id);
}

function keyOf(name: HeldPart): (item: ControlResource) => string {
  const { alike = [] } = typeOf(name) ?? {};
  return ({ properties }) => alike.map((property) => textOf(properties, property)).join(' ');
}

function followed(name: string, value: Json, known: ReadonlyMap<string, string>): Json {
  return REFERENCES.includes(name) && typeof value === 'string' ? (known.get(value) ?? value) : value;
}

function replaceLike<T extends ControlResource>(
  base: readonly T[],
  added: readonly T[],
  key: (item: T) => string,
): readonly T[] {
  const keys = new Set(added.map(key));
  return [...base.filter((item) => !keys.has(key(item))), ...added];
}

const placeOf = ({ properties }: ControlResource): string => locationKey(mapOf(properties, 'Location'));
