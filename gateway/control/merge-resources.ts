/** Two sets of an API's resources as one: what the second one defines replaces its like in the first. */
import { locationKey } from './documentation.ts';
import { mapOf, textOf } from './resource-properties.ts';
import type { Json, JsonObject } from '../definition/model.ts';
import type { ApiResources } from './api-state.ts';
import type { ControlResource } from './control-resource.ts';

/** Properties that hold the id of another resource of the API. */
const REFERENCES = ['ResourceId', 'ParentId', 'AuthorizerId', 'RequestValidatorId'];

/** What is known under the same path, name or type keeps its id; references of the second set follow. */
export function mergeResources(base: ApiResources, added: ApiResources): ApiResources {
  const known = new Map<string, string>();
  const pathIds = new Map([...base.resources.values()].map(({ path, id }) => [path, id]));
  for (const { path, id } of added.resources.values()) known.set(id, pathIds.get(path) ?? id);
  const authorizers = mergeNamed([...base.authorizers.values()], [...added.authorizers.values()], known);
  const validators = mergeNamed([...base.validators.values()], [...added.validators.values()], known);
  const follow = <T extends ControlResource>(item: T): T => ({
    ...item,
    properties: Object.fromEntries(
      Object.entries(item.properties).map(([name, value]) => [name, followed(name, value, known)]),
    ),
  });
  const newPaths = [...added.resources.values()].filter(({ path }) => !pathIds.has(path));
  return {
    ...base,
    resources: new Map([...base.resources, ...newPaths.map((item) => [item.id, follow(item)] as const)]),
    methods: replaceLike(base.methods, added.methods.map(follow), methodKey),
    authorizers: new Map(authorizers.map((item) => [item.id, item])),
    validators: new Map(validators.map((item) => [item.id, item])),
    documentation: {
      parts: replaceLike(base.documentation.parts, added.documentation.parts, partKey),
      versions: base.documentation.versions,
    },
    models: replaceLike(base.models, added.models, nameOf),
    gatewayResponses: replaceLike(base.gatewayResponses, added.gatewayResponses, ({ properties }) =>
      textOf(properties, 'ResponseType'),
    ),
  };
}

function followed(name: string, value: Json, known: ReadonlyMap<string, string>): Json {
  return REFERENCES.includes(name) && typeof value === 'string' ? (known.get(value) ?? value) : value;
}

/** Resources by name; an added one takes the id of its namesake, which `known` then tells. */
function mergeNamed(
  base: readonly ControlResource[],
  added: readonly ControlResource[],
  known: Map<string, string>,
): readonly ControlResource[] {
  const ids = new Map(base.map((item) => [nameOf(item), item.id]));
  const renamed = added.map((item) => {
    const id = ids.get(nameOf(item)) ?? item.id;
    known.set(item.id, id);
    return { ...item, id };
  });
  return replaceLike(base, renamed, ({ id }) => id);
}

function replaceLike<T extends ControlResource>(
  base: readonly T[],
  added: readonly T[],
  keyOf: (item: T) => string,
): readonly T[] {
  const keys = new Set(added.map(keyOf));
  return [...base.filter((item) => !keys.has(keyOf(item))), ...added];
}

const partKey = ({ properties }: ControlResource): string => locationKey(mapOf(properties, 'Location'));

const methodKey = ({ properties }: ControlResource): string =>
  `${textOf(properties, 'HttpMethod')} ${textOf(properties, 'ResourceId')}`;

const nameOf = ({ properties }: { readonly properties: JsonObject }): string => textOf(properties, 'Name');
