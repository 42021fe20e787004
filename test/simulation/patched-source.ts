/** The quota code with some of its text replaced, as modules beside the shipped ones. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from '../architecture/source-files.ts';
import type { Mutant } from './patch.ts';
import type { Shipped } from './shipped.ts';
import { loadShipped } from './shipped.ts';

type PatchedSource = Disposable & { readonly shipped: Shipped };

const SHARED = pathToFileURL(join(REPOSITORY, 'shared/')).href;
let loaded = 0;

/** @throws when a patch's text is not in the source exactly once: the source has moved on, and so must the mutant */
export async function loadMutant(mutant: Mutant): Promise<PatchedSource> {
  const sources = patchSources(mutant);
  loaded += 1;
  // Node keeps modules by address: with this behind it, an address is the mutant's own.
  const mark = `?mutant=${loaded}`;
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context);
      const isMutants = context.parentURL?.endsWith(mark) === true && found.url.startsWith(SHARED);
      return isMutants ? { ...found, url: `${found.url}${mark}` } : found;
    },
    load: (url, context, next) => {
      const source = url.endsWith(mark) ? sources.get(url.slice(0, -mark.length)) : undefined;
      return source === undefined
        ? next(url, context)
        : { format: 'module-typescript', source, shortCircuit: true };
    },
  });
  const dispose = (): void => hooks.deregister();
  try {
    return { shipped: await loadShipped(mark), [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** What the patched files say, by their addresses. */
function patchSources(mutant: Mutant): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { file, find, replace } of mutant.patches) {
    const path = join(REPOSITORY, file);
    const { href } = pathToFileURL(path);
    const parts = (sources.get(href) ?? readFileSync(path, 'utf8')).split(find);
    if (parts.length !== 2)
      throw new Error(`mutant "${mutant.name}": ${file} has ${parts.length - 1} times: ${find}`);
    sources.set(href, parts.join(replace));
  }
  return sources;
}
