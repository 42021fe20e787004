/**
 * `import * as wrap from 'wrap'; wrap()`: TypeScript without `esModuleInterop` compiles the import to
 * `wrap = require('wrap')`, a function, where esbuild makes a namespace object.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import type { Message, Plugin } from 'esbuild';

import { findTsconfig, loadTypeScript, readOptions } from './project-typescript.ts';

/** From this module kind (`node16`) and version on, `esModuleInterop` is implied. */
const NODE_16 = 100;
const IMPLIED_FROM_VERSION = 6;

/** Called namespaces that the project's own compiler makes functions: names by file. */
export function findCalledNamespaces(
  warnings: readonly Message[],
  root: string,
): ReadonlyMap<string, ReadonlySet<string>> {
  const called = new Map<string, Set<string>>();
  for (const { id, location } of warnings) {
    if (id !== 'call-import-namespace' || location === null || !/\.[cm]?tsx?$/.test(location.file)) continue;
    const file = resolve(root, location.file);
    if (!called.has(file) && !isValueOfRequire(file)) continue;
    const bytes = Buffer.from(location.lineText).subarray(location.column, location.column + location.length);
    called.set(file, (called.get(file) ?? new Set()).add(bytes.toString()));
  }
  return called;
}

function isValueOfRequire(file: string): boolean {
  const tsconfig = findTsconfig(dirname(file));
  const typescript = tsconfig === undefined ? undefined : loadTypeScript(file);
  if (tsconfig === undefined || typescript === undefined) return false;
  const { esModuleInterop, module } = readOptions(typescript, tsconfig);
  if (typeof esModuleInterop === 'boolean') return !esModuleInterop;
  const isImplied = typeof module === 'number' && module >= NODE_16;
  return !isImplied && Number.parseInt(typescript.version, 10) < IMPLIED_FROM_VERSION;
}

export function importingByRequire(called: ReadonlyMap<string, ReadonlySet<string>>): Plugin {
  return {
    name: 'namespace-calls',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?tsx?$/ }, ({ path }) => {
        const names = called.get(path);
        if (names === undefined) return undefined;
        const contents = readFileSync(path, 'utf8').replaceAll(
          /\bimport\s*\*\s*as\s+([\w$]+)\s+from\s*("[^"\n]*"|'[^'\n]*')/g,
          (text, name: string, from: string) =>
            names.has(name) ? `import ${name} = require(${from})` : text,
        );
        return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
      });
    },
  };
}
