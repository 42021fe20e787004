/** The imports between files, with the imported names. */
import { resolveSpecifier } from './resolve-specifier.ts';
import type { Manifests } from './resolve-specifier.ts';
import type { SourceModule } from './source-modules.ts';

export type Tree = {
  readonly modules: readonly SourceModule[];
  readonly manifests: Manifests;
  /** Every file that git tracks, or that `git add` would add. */
  readonly paths: readonly string[];
  /** Templates and CommonJS files, which name exports that no module imports. */
  readonly others: ReadonlyMap<string, string>;
};

export type Arrow = { readonly from: string; readonly to: string; readonly names: ReadonlySet<string> };

/** Returns one arrow for each pair of importing and imported file, however many imports there are. */
export function findArrows({ modules, manifests }: Tree): readonly Arrow[] {
  const paths = new Set(modules.map(({ path }) => path));
  return modules.flatMap(({ path: from, imports }) => {
    const names = new Map<string, Set<string>>();
    for (const one of imports) {
      const to = resolveSpecifier(manifests, from, one.specifier);
      if (to === undefined || to === from || !paths.has(to)) continue;
      const known = names.get(to) ?? new Set();
      for (const name of one.names) known.add(name);
      names.set(to, known);
    }
    return [...names].map(([to, imported]) => ({ from, to, names: imported }));
  });
}
