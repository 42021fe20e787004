/** Reads what an authorizer identifies a caller by. */
import { contextVariable } from './context-variables.ts';
import { lastHeader } from './header-list.ts';
import { lastQueryValue } from './query-text.ts';
import type { RoutedFacts } from './request-facts.ts';

type Source = {
  readonly kind: 'header' | 'querystring' | 'stageVariable' | 'context';
  readonly name: string;
};

/** The value of each source in order; undefined when one is missing or empty (then 401, docs/aws §4.1, §4.2). */
export function readIdentity(sources: readonly Source[], facts: RoutedFacts): string[] | undefined {
  const values: string[] = [];
  for (const source of sources) {
    const value = readSource(source, facts);
    if (value === undefined || value === '') return undefined;
    values.push(value);
  }
  return values;
}

function readSource(source: Source, facts: RoutedFacts): string | undefined {
  switch (source.kind) {
    case 'header':
      return lastHeader(facts.rawHeaders, source.name);
    case 'querystring':
      return lastQueryValue(facts.rawQuery, source.name);
    case 'stageVariable':
      return facts.stage.variables?.[source.name];
    case 'context':
      return contextVariable(facts, source.name);
  }
}
