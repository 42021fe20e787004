/** If a property as a whole cannot be resolved, resolves those of its members that can be. */
import { DefinitionError } from '../../core/errors.ts';
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { NO_VALUE } from './intrinsics.ts';
import type { Resolved } from './intrinsics.ts';
import type { Path } from './template-source.ts';

type Unknown = { readonly at: Path; readonly error: DefinitionError };

export type KnownMembers = {
  /** The value, with null in place of each member that cannot be resolved, so that items keep their positions. */
  readonly value: Resolved;
  readonly unknown: readonly Unknown[];
};

/** @param resolve resolves a value without members, or an intrinsic function; it throws DefinitionError */
export function resolveKnown(
  value: Json,
  at: Path,
  resolve: (value: Json, at: Path) => Resolved,
): KnownMembers {
  const unknown: Unknown[] = [];
  const read = (one: Json, place: Path): Resolved => {
    if (isJsonList(one))
      return one
        .map((item, index) => read(item, [...place, String(index)]))
        .filter((item) => item !== NO_VALUE);
    if (isJsonObject(one) && !isCall(one))
      return Object.fromEntries(
        Object.entries(one).flatMap(([key, member]) => {
          const found = read(member, [...place, key]);
          return found === NO_VALUE ? [] : [[key, found] as const];
        }),
      );
    try {
      return resolve(one, place);
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      unknown.push({ at: place, error });
      return null;
    }
  };
  return { value: read(value, at), unknown };
}

function isCall(value: object): boolean {
  return Object.keys(value).some((key) => /^(?:Ref|Condition|Fn::.*)$/.test(key));
}
