/**
 * Bundles `start` into one CommonJS file. Code that only some runs load is put into separate parts. The same code in ES
 * modules would take three times as long to load, because Node finds and links each file, and reads all exports for
 * each import of a built-in module.
 */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';
import type { BuildResult, Metafile, OutputFile, Plugin } from 'esbuild';

/** The maximum length of a line in characters. Lines are short because error messages contain the whole line. */
const LINE_CHARS = 120;

/** Matches the import of a part that is loaded on demand, as esbuild writes it. */
const LATER = /\bimport\("\.\/([^"/]+)\.js"\)/g;
const REQUIRED = /\brequire\("\.\/([^"/]+)\.cjs"\)/g;
const START = 'start';

/** The parts into which esbuild splits `start`, by the names of their files. */
type Parts = ReadonlyMap<string, Part>;
type Part = Pick<Metafile['outputs'][string], 'imports' | 'exports'> & { readonly text: string };

/**
 * Writes `start.cjs` and its parts.
 * @param split esbuild's output for `start.js`, which consists of ES modules
 */
export async function writeStart(
  folder: string,
  { outputFiles, metafile }: BuildResult<{ write: false; metafile: true }>,
): Promise<void> {
  const parts = partsOf(outputFiles, metafile);
  const always = loadedWith(`${START}.js`, parts);
  const joined = await joinParts(parts, always);
  const [odd] = /.{0,40}[^\0-\x7f]+/.exec(joined) ?? [];
  if (odd !== undefined)
    throw new Error(`the bundle of start contains a character that is not ASCII: ${odd}`);
  const write = (name: string, text: string) => writeFile(join(folder, `${name}.cjs`), text);
  await write(START, joined);
  for (const [name, { text }] of parts)
    if (!always.has(name)) await write(nameOf(name), await toCommonJs(text, always));
}

function partsOf(files: readonly OutputFile[], { outputs }: Metafile): Parts {
  const described = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  return new Map(
    files.map(({ path, text }) => {
      const { imports = [], exports = [] } = described.get(basename(path)) ?? {};
      return [basename(path), { imports, exports, text }];
    }),
  );
}

/** Returns the names of a part and of all parts that it imports, in any order. */
function loadedWith(name: string, parts: Parts, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(name)) return loaded;
  loaded.add(name);
  for (const { path, kind } of parts.get(name)?.imports ?? [])
    if (kind === 'import-statement' && parts.has(basename(path))) loadedWith(basename(path), parts, loaded);
  return loaded;
}

/**
 * Joins all code that most runs need into one scope. Each part exports the names that other parts need when they are
 * loaded later.
 */
async function joinParts(parts: Parts, always: ReadonlySet<string>): Promise<string> {
  const exported = [...always].filter((name) => name !== `${START}.js`);
  const entry = [
    ...exported.map((name) => `export * as ${exportName(name)} from './${name}';`),
    `import './${START}.js';`,
  ].join('\n');
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: '/', sourcefile: `${START}.cjs` },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'esnext',
    logLevel: 'silent',
    plugins: [readParts(parts, always)],
  });
  const { code } = await transform(withoutOwnNames(outputFiles[0]?.text ?? ''), {
    // This also removes comments. Some of them contain non-ASCII characters, which would double the memory of the whole
    // text.
    minifyWhitespace: true,
    lineLimit: LINE_CHARS,
    platform: 'node',
    target: 'esnext',
  });
  return requireParts(code, always);
}

/**
 * Removes the calls to the `keepNames` helper that only give a function the name that it already has. There are
 * thousands of such calls.
 */
const withoutOwnNames = (text: string): string => text.replaceAll(/^ *__name\d*\((\w+), "\1"\);\n/gm, '');

function readParts(parts: Parts, joined: ReadonlySet<string>): Plugin {
  return {
    name: 'parts',
    setup(hooks) {
      hooks.onResolve({ filter: /.*/ }, ({ path, kind }) =>
        joined.has(basename(path)) && kind === 'import-statement'
          ? { path: basename(path), namespace: 'part' }
          : { path, external: true },
      );
      hooks.onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
        contents: parts.get(path)?.text ?? '',
        resolveDir: '/',
      }));
    },
  };
}

async function toCommonJs(text: string, always: ReadonlySet<string>): Promise<string> {
  const { code } = await transform(text.replace(/(from\s*|import\s*)"\.\/([^"/]+)\.js"/g, '$1"./$2.cjs"'), {
    format: 'cjs',
    platform: 'node',
    target: 'esnext',
  });
  return requireParts(code, always);
}

const nameOf = (file: string): string => basename(file, '.js');
const exportName = (file: string): string => nameOf(file).replaceAll('-', '_');

/** Replaces imports of parts. Parts that are joined are taken from the loaded bundle and have no files. */
const requireParts = (text: string, always: ReadonlySet<string>): string =>
  text
    .replace(LATER, 'Promise.resolve().then(() => require("./$1.cjs"))')
    .replace(REQUIRED, (required, part: string) =>
      always.has(`${part}.js`) && part !== START ? `require("./${START}.cjs").${exportName(part)}` : required,
    );
