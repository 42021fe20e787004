/** Parses and decodes query strings (docs/aws §2.1, §2.3). */
import { decodeQueryText } from '@gatewright/aws/percent-encoding';
import { getEntry, putEntry } from '../routing/text-map.ts';
import type { TextMap } from '../routing/text-map.ts';
import type { MultiMap } from './request-headers.ts';

export type QueryMaps = {
  /** The last value of each name. */
  readonly single: TextMap;
  readonly multi: MultiMap;
};

/**
 * The separators between query parameters. AWS documents `;` as a separator as well. All code that reads queries uses
 * this pattern, so that an authorizer's identity source and the event have the same values. If the values differed, one
 * caller could receive the cached result of another caller.
 */
const SEPARATOR = /[&;]/;

/** Returns decoded names and values; undefined for an empty query. */
export function readQuery(rawQuery: string): QueryMaps | undefined {
  if (rawQuery === '') return undefined;
  const maps: QueryMaps = { single: {}, multi: {} };
  let isEmpty = true;
  for (const pair of rawQuery.split(SEPARATOR)) {
    if (pair === '') continue;
    isEmpty = false;
    const [name, value] = readPair(pair);
    putEntry(maps.single, name, value);
    const values = getEntry(maps.multi, name);
    if (values === undefined) putEntry(maps.multi, name, [value]);
    else values.push(value);
  }
  return isEmpty ? undefined : maps;
}

/** Reads the query for payload 2.0, in which all values of a name are joined by commas. */
export function readJoinedQuery(rawQuery: string): TextMap | undefined {
  const maps = readQuery(rawQuery);
  if (maps === undefined) return undefined;
  const joined: TextMap = {};
  for (const [name, values] of Object.entries(maps.multi)) putEntry(joined, name, values.join(','));
  return joined;
}

/** Returns the last value of one parameter, decoded. Names are case-sensitive. */
export function lastQueryValue(rawQuery: string, name: string): string | undefined {
  const maps = readQuery(rawQuery);
  return maps && getEntry(maps.single, name);
}

/** Returns all values of one parameter, decoded and in order. */
export function allQueryValues(rawQuery: string, name: string): readonly string[] {
  const maps = readQuery(rawQuery);
  return (maps && getEntry(maps.multi, name)) ?? [];
}

/** Splits a pair into name and value. A name without `=` has an empty value. */
function readPair(pair: string): readonly [name: string, value: string] {
  const equals = pair.indexOf('=');
  if (equals === -1) return [decodeQueryText(pair), ''];
  return [decodeQueryText(pair.slice(0, equals)), decodeQueryText(pair.slice(equals + 1))];
}
