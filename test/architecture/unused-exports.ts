/** Finds exports that no module of the product imports, because a reader would look for an importer in vain. */
import { posix } from 'node:path';
import { findArrows } from './arrows.ts';
import { isEntry, isTest } from './module-kinds.ts';
import type { Tree } from './arrows.ts';

export type LonelyExport = {
  readonly path: string;
  readonly name: string;
  /** The tests that import it. */
  readonly tests: readonly string[];
  /** Whether its own module uses it, too. */
  readonly isUsedAtHome: boolean;
};

export function findLonelyExports(tree: Tree): readonly LonelyExport[] {
  const importers = new Map<string, string[]>();
  for (const { from, to, names } of findArrows(tree))
    for (const name of names) {
      const key = `${to}: ${name}`;
      importers.set(key, [...(importers.get(key) ?? []), from]);
    }
  return tree.modules
    .filter(({ path }) => !isEntry(path))
    .flatMap(({ path, exports, count }) =>
      exports.flatMap((name): LonelyExport[] => {
        const from = [`${path}: ${name}`, `${path}: *`].flatMap((key) => importers.get(key) ?? []);
        if (name === 'default' || from.some((one) => !isTest(one)) || isNamedBeside(tree, path, name))
          return [];
        return [{ path, name, tests: from, isUsedAtHome: count(name) > 1 }];
      }),
    );
}

/** Whether the template of a handler or a CommonJS file uses the name, which imports do not show. */
function isNamedBeside({ others }: Tree, path: string, name: string): boolean {
  const word = new RegExp(`\\b${name}\\b`);
  return [...others].some(([other, text]) => posix.dirname(other) === posix.dirname(path) && word.test(text));
}
