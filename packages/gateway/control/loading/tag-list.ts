/** Reads tags in the two forms that templates use: a map, or a list of `{Key, Value}`. */
import { isJsonObject, listOf, textOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';

export type Tags = Readonly<Record<string, string>>;

export function readTags(tags: Json | undefined): Tags {
  if (isJsonObject(tags)) return Object.fromEntries(Object.keys(tags).map((key) => [key, textOf(tags, key)]));
  const list = listOf({ Tags: tags ?? null }, 'Tags').filter(isJsonObject);
  return Object.fromEntries(list.map((tag) => [textOf(tag, 'Key'), textOf(tag, 'Value')]));
}

export function tagList(tags: Tags): Json {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
