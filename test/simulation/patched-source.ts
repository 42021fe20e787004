/** The quota code with some of its text replaced, as modules next to the shipped ones. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  importClosure,
  readSource,
  REPOSITORY,
  resolveImport,
  runtimeImportsOf,
} from '../architecture/source-files.ts';
import type { Mutant } from './patch.ts';
import type { Shipped } from './shipped.ts';
import { loadShipped, SHIPPED_FILES } from './shipped.ts';

type PatchedSource = Disposable & { readonly shipped: Shipped };

let loaded = 0;
let imports: ReadonlyMap<string, readonly string[]> | undefined;

/** @throws when a patch's text is not in the source exactly once: the source has moved on, and so must the mutant */
export async function loadMutant(mutant: Mutant): Promise<PatchedSource> {
  const sources = patchSources(mutant);
  loaded += 1;
  // Node keeps modules by address: with this behind it, an address is the mutant's own.
  const mark = `?mutant=${loaded}`;
  // All others are the shipped ones themselves: most of what a mutant costs is loading.
  const files = filesThatLoad(mutant.patches.map(({ file }) => posix.normalize(file)));
  const urls = new Set([...files].map(urlOf));
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context);
      const isMutants = context.parentURL?.endsWith(mark) === true && urls.has(found.url);
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
    const shipped = await loadShipped((file) => (files.has(file) ? mark : ''));
    return { shipped, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** These, and whatever imports one that is among them. */
function filesThatLoad(patched: readonly string[]): ReadonlySet<string> {
  imports ??= new Map(importClosure(SHIPPED_FILES).map((file) => [file, targetsOf(file)]));
  const found = new Set(patched);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const [file, targets] of imports) if (targets.some((target) => found.has(target))) found.add(file);
  }
  return found;
}

function targetsOf(file: string): readonly string[] {
  return runtimeImportsOf(readSource(file)).flatMap((specifier) => resolveImport(file, specifier) ?? []);
}

function urlOf(file: string): string {
  return pathToFileURL(join(REPOSITORY, file)).href;
}

/** The text of the patched files, by their addresses. */
function patchSources(mutant: Mutant): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { file, find, replace } of mutant.patches) {
    const path = join(REPOSITORY, file);
    const href = urlOf(file);
    const parts = (sources.get(href) ?? readFileSync(path, 'utf8')).split(find);
    if (parts.length !== 2)
      throw new Error(`mutant "${mutant.name}": ${file} has ${parts.length - 1} times: ${find}`);
    sources.set(href, parts.join(replace));
  }
  return sources;
}
