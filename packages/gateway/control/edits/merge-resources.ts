/**
 * Merges two sets of a REST API's resources: definitions of the second replace their equivalents in the
 * first.
 */
import { REST_TYPES } from '../resource-types/rest-types.ts';
import { locationKey } from '../export/documentation.ts';
import { HELD_PARTS, holdParts, partsOf } from '../api-parts.ts';
import { mapOf, textOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { ApiType } from '../resource-types/api-type.ts';
import type { HeldPart } from '../api-parts.ts';
import type { ApiResources } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';

const TYPES: readonly ApiType[] = Object.values(REST_TYPES);
const REFERENCES = TYPES.flatMap(({ referredBy = [] }) => referredBy);

/** Resources with a known path, name or type keep its id; references in the second set follow. */
export function mergeResources(base: ApiResources, added: ApiResources): ApiResources {
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
