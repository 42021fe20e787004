/** Reads what an authorizer identifies a caller by. */
import { contextVariable } from './context-variables.ts';
import { allQueryValues } from './query-text.ts';
import type { RoutedFacts } from './request-facts.ts';

type Source = {
  readonly kind: 'header' | 'querystring' | 'stageVariable' | 'context';
  readonly name: string;
};

/** How a name that comes more than once is read: as the events of the API's kind read it (docs/aws §2.6, §3.3). */
type Duplicates = 'last' | 'joined';

/** Of the events of HTTP APIs; those of REST and WebSocket APIs keep the last value. */
export function duplicatesOf(payload: string): Duplicates {
  return payload.startsWith('http') ? 'joined' : 'last';
}

/** The value of each source in order; undefined when one is missing or empty (then 401, docs/aws §4.1, §4.2). */
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
 * The values, and what an answer may be kept under: every value of every source, since the event holds them all. Under less, an
 * answer that was given for one credential would be found by a request that brings another one beside it, or the reverse.
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
 * Mostly the only value as it is. JSON keeps ["a\nb","c"] and ["a","b\nc"] apart: one credential pair must never answer for
 * another, nor a value that is written as such a list for the values in it.
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
