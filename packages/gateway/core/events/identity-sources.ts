/** Reads the identity sources of an authorizer. */
import { contextVariable } from './context-variables.ts';
import { allQueryValues } from './query-text.ts';
import type { RoutedFacts } from './request-facts.ts';

type Source = {
  readonly kind: 'header' | 'querystring' | 'stageVariable' | 'context';
  readonly name: string;
};

/** How repeated names are read: as in the events of that API type (docs/aws §2.6, §3.3). */
type Duplicates = 'last' | 'joined';

/** HTTP APIs join values; REST and WebSocket APIs keep the last. */
export function duplicatesOf(payload: string): Duplicates {
  return payload.startsWith('http') ? 'joined' : 'last';
}

/**
 * The value of each source in order; undefined when one is missing or empty (the reply is then 401,
 * docs/aws §4.1, §4.2).
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
 * The values, and the cache key: every value of every source, because the event contains them all. With a
 * smaller key, a request that adds a second credential could get the cached result of the first one alone.
 */
export function readKeyedIdentity(
  sources: readonly Source[],
  facts: RoutedFacts,
  duplicates: Duplicates,
): { readonly values: readonly string[]; readonly key: string } | undefined {
  const all = sources.map((source) => readSource(source, facts));
  const values = chooseValues(all, duplicates);
  if (values === undefined) return undefined;
  return { values, key: printKey(all) };
}

/**
 * A single value stays as it is. Otherwise the key is JSON, which distinguishes ["a\nb","c"] from
 * ["a","b\nc"]: one pair of credentials must never get the result of another, nor may a value that looks like
 * such a list.
 */
function printKey(all: readonly (readonly string[])[]): string {
  const [only] = all.length === 1 && all[0]?.length === 1 ? all[0] : [];
  return only === undefined || only.startsWith('[') ? JSON.stringify(all) : only;
}

function readSource(source: Source, facts: RoutedFacts): readonly string[] {
  switch (source.kind) {
    case 'header':
      return facts.headers.all(source.name);
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
