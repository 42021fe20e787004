/** Follows the imports of a handler through the files of its package. No code runs, and no link is followed. */
import { lstatSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, resolve, sep } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';

const MAX_SOURCES = 2_000;
const MAX_SOURCE_BYTES = 500_000;

const OF_FILES = [
  /\brequire\(\s*['"](\.{1,2}\/[^'"\n]+)['"]\s*\)/g,
  /\bfrom\s+['"](\.{1,2}\/[^'"\n]+)['"]/g,
  /\bimport\(?\s*['"](\.{1,2}\/[^'"\n]+)['"]/g,
];
/**
 * Match the imports of packages that always run when the module is loaded: statements at the beginning of a line. An
 * import in a function or a condition may be meant for another environment.
 */
const OF_PACKAGES = [
  /^import\s*['"]([\w@][^'"\n]*)['"]/gm,
  /^(?:import|export)\s[^'"`;=]*?\bfrom\s*['"]([\w@][^'"\n]*)['"]/gm,
  /^(?:(?:const|let|var)\s[^=;]{1,500}=\s*)?(?:[\w.]+\()?require\(\s*['"]([\w@][^'"\n]*)['"]\s*\)/gm,
];
const ENDINGS = ['', '.js', '.mjs', '.cjs', '.json', '/index.js'];

type PackageUse = { readonly specifier: string; readonly importer: string; readonly line: number };

type FollowedImports = {
  /** The imported files outside of the folder, each with the file that imports it first. */
  readonly outside: ReadonlyMap<string, string>;
  /** The imports of packages that always run. */
  readonly packages: readonly PackageUse[];
};

/** Follows the relative imports from the handler's file. A limited number of JavaScript files is read. */
export function followImports(handler: string, directory: string): FollowedImports {
  const outside = new Map<string, string>();
  const packages: PackageUse[] = [];
  const files = new Set([handler]);
  for (const file of files) {
    if (files.size > MAX_SOURCES) break;
    const text = readSource(file);
    packages.push(...packagesIn(text, file));
    for (const specifier of specifiersIn(text)) {
      const target = resolve(dirname(file), specifier);
      if (!isBelow(target, directory)) {
        if (!outside.has(target)) outside.set(target, file);
        continue;
      }
      const found = ENDINGS.map((ending) => `${target}${ending}`).find(isPlainFile);
      if (found !== undefined) files.add(found);
    }
  }
  return { outside, packages };
}

/** Returns the text without comments that fill a line. The number of lines stays the same. */
function readSource(file: string): string {
  if (!/\.[cm]?js$/.test(file) || (statOf(file)?.size ?? 0) > MAX_SOURCE_BYTES) return '';
  return readFileSync(file, 'utf8').replaceAll(/^[^\S\n]*(?:\/\/|\*|\/\*).*$/gm, '');
}

function specifiersIn(text: string): readonly string[] {
  return OF_FILES.flatMap((pattern) => [...text.matchAll(pattern)].map(([, specifier = '']) => specifier));
}

function packagesIn(text: string, importer: string): readonly PackageUse[] {
  return OF_PACKAGES.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(({ 0: statement, 1: specifier = '', index }) =>
      isBuiltin(specifier)
        ? []
        : [{ specifier, importer, line: text.slice(0, index + statement.length).split('\n').length }],
    ),
  );
}

export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

function isPlainFile(path: string): boolean {
  try {
    return lstatSync(path).isFile();
  } catch {
    return false;
  }
}
