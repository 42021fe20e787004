/**
 * Finds the sources of a project, and the sources of a function that is not written in JavaScript. The sources of such
 * a function are the files from which its package is built, without dependencies.
 */
import { dirname, extname, join, resolve } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { entriesOf, readIfReadable } from '@gatewright/aws/readable-files';
import { runtimeFamily } from '../../core/stack/function.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';

export type HandlerSource = {
  readonly file: string;
  readonly text: string;
};

type Asked = Pick<FunctionDefinition, 'runtime' | 'handler' | 'place' | 'code'>;

/** The file name extensions of source files in languages other than JavaScript. */
const ENDINGS = ['.py', '.rb', '.go', '.rs', '.java', '.kt', '.cs'];
const ENDINGS_OF: Readonly<Record<string, readonly string[]>> = {
  python: ['.py'],
  ruby: ['.rb'],
  go: ['.go'],
  java: ['.java', '.kt'],
  dotnet: ['.cs'],
  provided: ['.go', '.rs'],
};
/** Matches folders that contain no sources of a function, but build output, dependencies or tests. */
const NO_SOURCES =
  /^(?:\..*|node_modules|vendor|target|build|bin|obj|dist|tests?|spec|venv|site-packages|__pycache__)$/;
const TEST_FILES = /_test\.go$|Tests?\.(?:java|kt|cs)$/;
const FILES_LIMIT = 2_000;
const MAX_DEPTH = 16;

const SOURCES = new Set([...ENDINGS, '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.jsx', '.tsx']);

const FOLDERS_LIMIT = 500;

/**
 * Returns the sources of a project in every language, for all functions. The sources nearest to the folder come first.
 */
export function readProjectSources(folder: string): readonly HandlerSource[] {
  const folders = [folder];
  const files: string[] = [];
  for (const here of folders)
    for (const entry of entriesOf(here)) {
      const path = join(here, entry.name);
      if (entry.isDirectory() && !NO_SOURCES.test(entry.name) && folders.length < FOLDERS_LIMIT)
        folders.push(path);
      else if (entry.isFile() && SOURCES.has(extname(entry.name)) && files.length < FILES_LIMIT)
        files.push(path);
    }
  return files.map(read);
}

/** Returns the sources of a package. The result is empty if there is only compiled code or an archive. */
export function readPackageSources({ runtime, handler, place, code }: Asked): readonly HandlerSource[] {
  if (code.kind === 'inline') return [{ file: place.file, text: code.source }];
  if (code.kind === 'archive') return [];
  const family = runtimeFamily(runtime) ?? 'provided';
  const follow = FOLLOWED[family];
  if (follow !== undefined) return follow(handler, code.directory);
  const endings = ENDINGS_OF[family] ?? ENDINGS;
  const own = filesBelow(code.directory, endings);
  const files = family === 'java' || family === 'dotnet' ? own : [...own, ...goPackages(own, code.directory)];
  return [...new Set(files)].map(read);
}

function read(file: string): HandlerSource {
  return { file, text: readIfReadable(file) ?? '' };
}

function filesBelow(folder: string, endings: readonly string[], depth = 0): readonly string[] {
  if (depth > MAX_DEPTH) return [];
  return entriesOf(folder)
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return NO_SOURCES.test(entry.name) ? [] : filesBelow(path, endings, depth + 1);
      return entry.isFile() && endings.includes(extname(entry.name)) && !TEST_FILES.test(entry.name)
        ? [path]
        : [];
    })
    .slice(0, FILES_LIMIT);
}

const FOLLOWED: Readonly<Record<string, (handler: string, directory: string) => readonly HandlerSource[]>> = {
  python: (handler, directory) =>
    followImports([handler.replace(/\.[^.]*$/, '').replaceAll('.', '/')], directory, pythonImports, [
      '.py',
      '/__init__.py',
    ]),
  ruby: (handler, directory) =>
    followImports([handler.replace(/\..*$/, '')], directory, rubyImports, ['.rb']),
};

/**
 * Follows imports from the handler's file, because files of other functions next to it do not belong to this function.
 */
function followImports(
  modules: readonly string[],
  directory: string,
  importsOf: (text: string, folder: string, directory: string) => readonly string[],
  endings: readonly string[],
): readonly HandlerSource[] {
  const found = new Map<string, HandlerSource>();
  const asked = modules.map((module) => join(directory, module));
  for (const base of asked) {
    const file = endings.map((ending) => `${base}${ending}`).find(isFile);
    if (file === undefined || found.has(file) || found.size >= FILES_LIMIT) continue;
    const source = read(file);
    found.set(file, source);
    asked.push(...importsOf(source.text, dirname(file), directory));
  }
  return [...found.values()];
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() === true;
}

const PYTHON_IMPORT =
  /^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)|import[ \t]+([^\n#]+))/gm;

/**
 * Returns the files that a Python module may import. In `from .a import b`, `b` may be a module inside `a` or a name
 * that `a` defines, so the paths of both are returned.
 */
function pythonImports(text: string, folder: string, directory: string): readonly string[] {
  return [...text.matchAll(PYTHON_IMPORT)].flatMap(([, from, names = '', whole = '']) => {
    const listed = (from === undefined ? whole : names).split(/[\s(),]+as[\s]+\w+|[(),\s]+/).filter(Boolean);
    if (from === undefined) return listed.map((name) => join(directory, name.replaceAll('.', '/')));
    const dots = /^\.*/.exec(from)?.[0].length ?? 0;
    const base = dots === 0 ? directory : resolve(folder, ...Array.from({ length: dots - 1 }, () => '..'));
    const module = join(base, from.slice(dots).replaceAll('.', '/'));
    return [module, ...listed.map((name) => join(module, name))];
  });
}

function rubyImports(text: string, folder: string, directory: string): readonly string[] {
  const named = [
    ...text.matchAll(/^\s*(require_relative|require|load)\s*\(?\s*['"]([^'"\n]+?)(?:\.rb)?['"]/gm),
  ];
  return named.flatMap(([, how, name = '']) =>
    how === 'require_relative' ? [join(folder, name)] : [join(directory, name), join(directory, 'lib', name)],
  );
}

/** Returns the files of the packages of the same Go module that the given files import, such as `internal/…`. */
function goPackages(own: readonly string[], directory: string): readonly string[] {
  const module = findGoModule(directory);
  if (module === undefined) return [];
  const found = new Set<string>();
  const asked = [...own];
  for (const file of asked) {
    if (!file.endsWith('.go')) continue;
    for (const [, path = ''] of (readIfReadable(file) ?? '').matchAll(/"([^"\n]+)"/g)) {
      if (!path.startsWith(`${module.name}/`)) continue;
      const folder = join(module.folder, path.slice(module.name.length + 1));
      if (found.has(folder)) continue;
      found.add(folder);
      asked.push(...filesBelow(folder, ['.go'], MAX_DEPTH));
    }
  }
  return asked.slice(own.length);
}

function findGoModule(directory: string): { readonly name: string; readonly folder: string } | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const file = join(folder, 'go.mod');
    if (isFile(file)) {
      const name = /^module\s+(\S+)/m.exec(readIfReadable(file) ?? '')?.[1];
      return name === undefined ? undefined : { name, folder };
    }
    if (dirname(folder) === folder) return undefined;
  }
}
