/** Caches path grants within an instance, because callers to whom the same rules apply get the same grants. */
import type { RulesInForce } from './apply-rules.ts';
import type { CompiledDocument } from '../compiled-document.ts';
import type { PathGrantsResult, toPathGrants } from './path-grants.ts';

/**
 * Maximum number of entries per document. Each entry belongs to a set of rules that apply together, so there are about
 * as many entries as combinations of roles.
 */
export const CACHE_LIMIT = 256;
/** Maximum number of characters that the cached grants of one document contain in total. */
export const CACHE_LIMIT_CHARACTERS = 2 ** 20;

type Kept = { readonly result: PathGrantsResult; readonly characters: number };

/** Entries are ordered with the least recently used first. */
type CachedPaths = { readonly byRules: Map<string, Kept>; characters: number };

const documents = new WeakMap<CompiledDocument, CachedPaths>();

/**
 * Returns the result of `make`, cached by document, `merge` and exactly these rules. Results that depend on values of
 * the principal are never cached, so the cache contains no personal data.
 */
export function cachedPaths(
  document: CompiledDocument,
  { rules }: RulesInForce,
  merge: boolean,
  make: () => ReturnType<typeof toPathGrants>,
): PathGrantsResult {
  const kept = documents.get(document) ?? { byRules: new Map<string, Kept>(), characters: 0 };
  documents.set(document, kept);
  const key = `${rules.map(({ index }) => index).join()}${merge ? ' merged' : ''}`;
  const known = kept.byRules.get(key);
  if (known !== undefined) {
    kept.byRules.delete(key);
    kept.byRules.set(key, known);
    return known.result;
  }
  const { result, isPersonal } = make();
  if (!isPersonal) store(kept, key, result);
  return result;
}

function store(kept: CachedPaths, key: string, result: PathGrantsResult): void {
  let characters = key.length;
  if (result.kind === 'grants')
    for (const text of [...result.grants.allow, ...result.grants.deny]) characters += text.length;
  kept.byRules.set(key, { result, characters });
  kept.characters += characters;
  for (const [oldest, { characters: freed }] of kept.byRules) {
    if (kept.byRules.size <= CACHE_LIMIT && kept.characters <= CACHE_LIMIT_CHARACTERS) break;
    kept.byRules.delete(oldest);
    kept.characters -= freed;
  }
}
