/** Reads the identity sources of an authorizer. */
import { contextVariable } from './context-variables.ts';
import { allQueryValues } from './query-text.ts';
import { readHeaderValues } from './request-headers.ts';
import type { RoutedFacts } from './request-facts.ts';

type Source = {
  readonly kind: 'header' | 'querystring' | 'stageVariable' | 'context';
  readonly name: string;
};

/**
 * How a name with several values is read. An authorizer reads such a name as the API type's events show it, which is
 * either the last value or all values joined (docs/aws §2.6, §3.3).
 */
type Duplicates = 'last' | 'joined';

/**
 * Returns how repeated names are read. HTTP APIs join the values, whereas REST and WebSocket APIs use the last value.
 */
export function duplicatesOf(payload: string): Duplicates {
  return payload.startsWith('http') ? 'joined' : 'last';
}

/**
 * Returns the value of each source in order. Returns undefined if a value is missing or empty; the reply is then 401
 * (docs/aws §4.1, §4.2).
 */
export function readIdentity(
  sources: readonly Source[],
  facts: RoutedFacts,
  duplicates: Duplicates,
): string[] | undefined {
  return chooseValues(
    sources.map((source) => readSource(source, facts)),
    duplicates,
  );
}

function chooseValues(all: readonly (readonly string[])[], duplicates: Duplicates): string[] | undefined {
  const values: string[] = [];
  for (const ofSource of all) {
    const value = duplicates === 'joined' && ofSource.length > 1 ? ofSource.join(',') : ofSource.at(-1);
    if (value === undefined || value === '') return undefined;
    values.push(value);
  }
  return values;
}

/**
 * Returns the values and the cache key; undefined if the identity is incomplete. The key contains every value of every
 * source, because the event contains all of them. With a smaller key, a request with two credentials could receive the
 * result that was cached for the first credential alone.
 */
export function readKeyedIdentity(
  sources: readonly Source[],
  facts: RoutedFacts,
  duplicates: Duplicates,
): { readonly values: readonly string[]; readonly key: string } | undefined {
  const all = sources.map((source) => readSource(source, facts));
  const values = chooseValues(all, duplicates);
  if (values === undefined) return undefined;
  return { values, key: all.some(isLossy) ? JSON.stringify([all, facts.rawQuery]) : printKey(all) };
}

/**
 * Whether a value may have been decoded from bytes that are not UTF-8. Such values can be equal although the bytes
 * differ. The cache key then also contains the query as sent, because the function's event contains it.
 */
function isLossy(values: readonly string[]): boolean {
  return values.some((value) => value.includes('\ufffd'));
}

/**
 * Formats a cache key. A single value stays unchanged. Several values become JSON, so that ["a\nb","c"] and
 * ["a","b\nc"] have different keys. A pair of credentials must never receive the result of another pair, or of a single
 * value that looks like such a list.
 */
function printKey(all: readonly (readonly string[])[]): string {
  const [only] = all.length === 1 && all[0]?.length === 1 ? all[0] : [];
  return only === undefined || only.startsWith('[') ? JSON.stringify(all) : only;
}

function readSource(source: Source, facts: RoutedFacts): readonly string[] {
  switch (source.kind) {
    case 'header':
      return readHeaderValues(facts, source.name);
    case 'querystring':
      return allQueryValues(facts.rawQuery, source.name);
    case 'stageVariable':
      return listOf(facts.stage.variables?.[source.name]);
    case 'context':
      return listOf(contextVariable(facts, source.name));
  }
}

function listOf(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
