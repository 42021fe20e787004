/**
 * Finds the paths of the properties that a message of SAM names, so that the message can be reported with their line.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Path } from '../cloudformation/template-source.ts';

/**
 * Returns the path of the property that a message names, extended by the members that the message names after the
 * property; undefined if it names no property.
 */
export function namedIn(properties: JsonObject, from: Path, message: string): Path | undefined {
  let at = from;
  let inner: Json = properties;
  for (const [word] of message.matchAll(/\w+/g))
    if (isJsonObject(inner) && Object.hasOwn(inner, word)) {
      at = [...at, word];
      inner = inner[word] ?? null;
    }
  return at === from ? undefined : at;
}

/** Returns the path of the first string, or else of the first key, whose name is one of the words. */
export function findNamed(value: Json, at: Path, words: ReadonlySet<string>): Path | undefined {
  if (typeof value === 'string') return words.has(value) ? at : undefined;
  if (!isJsonObject(value)) return undefined;
  const entries = Object.entries(value);
  for (const [key, inner] of entries) {
    const found = findNamed(inner, [...at, key], words);
    if (found !== undefined) return found;
  }
  const [key] = entries.find(([name]) => words.has(name)) ?? [];
  return key === undefined ? undefined : [...at, key];
}
