/** Path grants that an instance has made before: callers under the same rules get the same. */
import type { RulesInForce } from './apply-rules.ts';
import type { CompiledDocument } from '../compiled-document.ts';
import type { PathGrantsResult, toPathGrants } from './path-grants.ts';

/** Per document. Every set of rules that is in force together is one: as many as roles are combined. */
export const KEPT_LIMIT = 256;
/** Per document: a megabyte. */
export const KEPT_LIMIT_CHARACTERS = 2 ** 20;

type Kept = { readonly result: PathGrantsResult; readonly characters: number };

/** In the order in which they were asked for last. */
type KeptPaths = { readonly byRules: Map<string, Kept>; characters: number };

const documents = new WeakMap<CompiledDocument, KeptPaths>();

/**
 * What `make` made before for this very document under exactly these rules. What values of the principal's own take
 * part in is never kept, so what is kept is about nobody.
 */
export function keptPaths(
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
  if (!isPersonal) keep(kept, key, result);
  return result;
}

function keep(kept: KeptPaths, key: string, result: PathGrantsResult): void {
  let characters = key.length;
  if (result.kind === 'grants')
    for (const text of [...result.grants.allow, ...result.grants.deny]) characters += text.length;
  kept.byRules.set(key, { result, characters });
  kept.characters += characters;
  for (const [oldest, { characters: freed }] of kept.byRules) {
    if (kept.byRules.size <= KEPT_LIMIT && kept.characters <= KEPT_LIMIT_CHARACTERS) break;
    kept.byRules.delete(oldest);
    kept.characters -= freed;
  }
}
