/**
 * Merges three states of an HTTP or WebSocket API: the template's earlier definition, the state with edits by API
 * calls, and the new definition. A property that the template changed gets the new value. Any other property keeps the
 * value from the API calls.
 */
import { holdParts, partsOf } from '../api-parts.ts';
import { isSameJson } from '@gatewright/aws/equal-json';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ApiResources } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';

export function mergeDefined(was: ApiResources, current: ApiResources, now: ApiResources): ApiResources {
  const properties = mergeProperties(was.api.properties, current.api.properties, now.api.properties);
  return {
    ...now,
    ...holdParts((name) => mergeParts(partsOf(was, name), partsOf(current, name), partsOf(now, name))),
    api: { ...now.api, properties },
  };
}

/**
 * Merges resources by id. A resource that an API call created stays. A resource that an API call deleted stays deleted
 * until its own definition changes.
 */
export function mergeParts<T extends ControlResource>(
  was: readonly T[],
  current: readonly T[],
  now: readonly T[],
): readonly T[] {
  const find = (parts: readonly T[], id: string): T | undefined => parts.find((part) => part.id === id);
  const ids = new Set([...now, ...current].map(({ id }) => id));
  return [...ids].flatMap((id) => {
    const [before, left, said] = [find(was, id), find(current, id), find(now, id)];
    if (said === undefined) return before === undefined && left !== undefined ? [left] : [];
    if (before === undefined) return [said];
    if (left === undefined) return isSameJson(before.properties, said.properties) ? [] : [said];
    return [{ ...said, properties: mergeProperties(before.properties, left.properties, said.properties) }];
  });
}

/**
 * Merges properties. For each property, the result is the template's value if it has changed, otherwise the current
 * value.
 */
export function mergeProperties(was: JsonObject, current: JsonObject, now: JsonObject): JsonObject {
  const names = new Set([...Object.keys(current), ...Object.keys(now)]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = isSameJson(was[name], now[name]) ? current[name] : now[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
