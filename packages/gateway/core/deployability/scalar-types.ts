/**
 * Says how CloudFormation converts scalars: a string of digits becomes a number, and a string such as `True` becomes a
 * boolean, whatever the case of its letters. A boolean never becomes a number, and a number never becomes a boolean.
 * @see https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md E3012
 */
import { asText, isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';

const FLAG = /^(?:true|false)$/i;

/**
 * Replaces a boolean that is written as a string, at a path of a value, with the boolean. Does nothing if another value
 * is at the path.
 */
export function convertFlagText(value: Json, path: readonly string[]): void {
  const holder = path.slice(0, -1).reduce<Json | undefined>((at, key) => partOf(at, key), value) as
    | Record<string, Json>
    | undefined;
  const name = path.at(-1) ?? '';
  const text = asText(partOf(holder, name)) ?? '';
  if (holder !== undefined && FLAG.test(text)) holder[name] = text.toLowerCase() === 'true';
}

/**
 * A boolean that was converted to a number, or a number that was converted to a boolean, although CloudFormation does
 * not convert it.
 */
export type MixedScalar = { readonly path: readonly string[]; readonly written: boolean | number };

/** Finds the booleans that became numbers and the numbers that became booleans. */
export function findMixedScalars(
  written: Json | undefined,
  converted: Json | undefined,
  path: readonly string[] = [],
): readonly MixedScalar[] {
  if (isJsonList(written) || isJsonObject(written))
    return Object.entries(written).flatMap(([key, inner]) =>
      findMixedScalars(inner, partOf(converted, key), [...path, key]),
    );
  const isMixed =
    (typeof written === 'boolean' && typeof converted === 'number') ||
    (typeof written === 'number' && typeof converted === 'boolean');
  return isMixed ? [{ path, written }] : [];
}

function partOf(value: Json | undefined, key: string): Json | undefined {
  if (isJsonList(value)) return value[Number(key)];
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
