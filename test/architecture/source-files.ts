/** Reads the files of this repository for the architecture tests. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WORKSPACES } from '../../packages/gatewright/package/manifest.ts';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

const NOT_SOURCE = new Set([
  'node_modules',
  '.git',
  '.build',
  '.serverless',
  '.gatewright',
  '.esbuild',
  'coverage',
]);

export type SourceFile = {
  /** The path from the repository root, with `/`. */
  readonly path: string;
  readonly text: string;
};

/** Lists every file below `folder`, sorted, without generated and installed folders. */
export function listFiles(folder = '.'): readonly string[] {
  const entries = readdirSync(join(REPOSITORY, folder), { withFileTypes: true });
  const found = entries.flatMap((entry) => {
    if (NOT_SOURCE.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? listFiles(path) : [path.split(sep).join('/')];
  });
  return found.sort();
}

export function readSource(path: string): SourceFile {
  return { path, text: readFileSync(join(REPOSITORY, path), 'utf8') };
}

/** All of our TypeScript files, without fixtures. */
export function readSources(): readonly SourceFile[] {
  return listFiles()
    .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('test/fixtures/'))
    .map(readSource);
}

/**
 * Returns the file to which an import in this repository refers, relative to the root, or undefined for packages and
 * built-in modules.
 */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('#shared/')) return specifier.slice(1);
  // The entries that users' handlers import have their own names.
  const entry = /^@gatewright\/handlers\/([a-z-]+)$/.exec(specifier)?.[1];
  if (entry !== undefined && existsSync(join(REPOSITORY, 'shared/entries', `${entry}.ts`)))
    return `shared/entries/${entry}.ts`;
  const ours = /^@gatewright\/([a-z-]+)(?:\/(.+))?$/.exec(specifier);
  if (ours !== null) return `${WORKSPACES[ours[1] ?? ''] ?? `packages/${ours[1]}`}/${ours[2] ?? 'index'}.ts`;
  if (!specifier.startsWith('.')) return undefined;
  return posix.normalize(posix.join(dirname(from), specifier));
}

const IMPORT =
  /^\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\('([^']+)'\)/gm;

/** Returns the specifiers as they are written, including type imports. */
export function importsOf({ text }: SourceFile): readonly string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Returns the imports that remain after types are stripped. */
export function runtimeImportsOf({ path, text }: SourceFile): readonly string[] {
  return importsOf({ path, text: text.replace(/^\s*(?:import|export) type\b[^;]*;/gm, '') });
}

/** Returns our files that run when these files are loaded, found through their imports, and sorted. */
export function importClosure(
  roots: readonly string[],
  read: (path: string) => SourceFile = readSource,
): readonly string[] {
  const found = new Set(roots);
  for (const path of found)
    for (const specifier of runtimeImportsOf(read(path))) {
      const target = resolveImport(path, specifier);
      if (target !== undefined) found.add(target);
    }
  return [...found].sort();
}

/** Counts the lines of code, without blank lines and comment lines, as the lint rule `max-lines` does. */
export function countCodeLines(text: string): number {
  const withoutBlocks = text.replace(/^\s*\/\*[\s\S]*?\*\/\s*$/gm, '');
  return withoutBlocks.split('\n').filter((line) => line.trim() !== '' && !/^\s*\/\//.test(line)).length;
}
