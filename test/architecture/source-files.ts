/** The files of this repository as the architecture tests see them. */
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

/** Every file below `folder`, sorted; generated and installed folders left out. */
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

/** All TypeScript of ours, fixtures left out. */
export function readSources(): readonly SourceFile[] {
  return listFiles()
    .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('test/fixtures/'))
    .map(readSource);
}

/**
 * The file to which an import in this repository refers, from the repository root; undefined for packages and
 * built-ins.
 */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('#shared/')) return specifier.slice(1);
  // Entries of what users' handlers import have names of their own.
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

/** Specifiers as written, type imports included. */
export function importsOf({ text }: SourceFile): readonly string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** The imports that remain when types are stripped. */
export function runtimeImportsOf({ path, text }: SourceFile): readonly string[] {
  return importsOf({ path, text: text.replace(/^\s*(?:import|export) type\b[^;]*;/gm, '') });
}

/** Files of ours that run when these are loaded, by what imports what; sorted. */
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

/** Lines of code, without blank and comment lines, as the lint rule `max-lines` counts them. */
export function countCodeLines(text: string): number {
  const withoutBlocks = text.replace(/^\s*\/\*[\s\S]*?\*\/\s*$/gm, '');
  return withoutBlocks.split('\n').filter((line) => line.trim() !== '' && !/^\s*\/\//.test(line)).length;
}
