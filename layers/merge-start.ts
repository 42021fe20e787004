/**
 * Merges the files that a function reads at startup into one. esbuild makes a chunk of each part that the entry shares
 * with lazily loaded code, and each file adds 0.5 ms to a cold start. After the merge, lazily loaded chunks import such
 * parts from the entry.
 */
import { posix } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions, Plugin } from 'esbuild';

type SplitBundle = {
  /** Keys are paths. Values are JavaScript, with inline source maps or without source maps. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly entry: string;
  /** The entry, and the chunks that it imports statically. */
  readonly startFiles: readonly string[];
  /** Returns the names that a file exports. */
  readonly exportsOf: (path: string) => readonly string[];
  readonly settings: BuildOptions;
};

/**
 * Namespaces of esbuild. `start` contains the files loaded at the cold start; `from-entry` contains the modules that
 * replace these files in a lazily loaded chunk.
 */
const START = 'start';
const FROM_ENTRY = 'from-entry';

/** Returns the bundle after the chunks that are loaded at startup have been merged into the entry. */
export async function mergeStart(bundle: SplitBundle): Promise<ReadonlyMap<string, Uint8Array>> {
  const { files, entry, startFiles } = bundle;
  const merged = new Map(await rebuild(bundle, entry, entryOf(bundle)));
  for (const [path, code] of files)
    if (!startFiles.includes(path))
      for (const [name, text] of await rebuild(bundle, path, code)) merged.set(name, text);
  return merged;
}

/** Adds the number of the chunk to a name. esbuild's names are short, and may be the same in different chunks. */
function nameOf({ startFiles }: SplitBundle, chunk: string, name: string): string {
  return `${name}_${startFiles.indexOf(chunk)}`;
}

function entryOf(bundle: SplitBundle): string {
  const { entry, startFiles } = bundle;
  const lines = startFiles
    .filter((path) => path !== entry)
    .map((path) => exportLine(bundle, path, relative(entry, path), 'to'));
  return [`export * from './${posix.basename(entry)}';`, ...lines].join('\n');
}

function exportLine(bundle: SplitBundle, chunk: string, from: string, way: 'from' | 'to'): string {
  const names = bundle.exportsOf(chunk).map((name) => {
    const given = nameOf(bundle, chunk, name);
    return way === 'to' ? `${name} as ${given}` : `${given} as ${name}`;
  });
  return `export { ${names.join(', ')} } from '${from}';`;
}

async function rebuild(
  bundle: SplitBundle,
  path: string,
  contents: string | Uint8Array,
): Promise<readonly (readonly [string, Uint8Array])[]> {
  const { outputFiles } = await build({
    ...bundle.settings,
    stdin: { contents, sourcefile: path, resolveDir: '/' },
    outfile: `/${path}`,
    bundle: true,
    platform: 'node',
    plugins: [inMemory(bundle, path)],
    write: false,
    logLevel: 'warning',
  });
  return outputFiles.map((file) => [file.path.slice(1), file.contents]);
}

function inMemory(bundle: SplitBundle, output: string): Plugin {
  const { files, entry, startFiles } = bundle;
  return {
    name: 'merge-start',
    setup(esbuild) {
      esbuild.onResolve({ filter: /.*/ }, ({ path, importer, namespace, kind }) => {
        if (kind === 'entry-point') return undefined;
        if (!path.startsWith('.')) return { path, external: true };
        const wanted = posix.join(posix.dirname(importer), path).replace(/^\//, '');
        if (namespace !== FROM_ENTRY && kind === 'import-statement' && startFiles.includes(wanted))
          return { path: wanted, namespace: output === entry ? START : FROM_ENTRY };
        return { path: relative(output, wanted), external: true };
      });
      esbuild.onLoad({ filter: /.*/, namespace: START }, ({ path }) => ({ contents: files.get(path) ?? '' }));
      esbuild.onLoad({ filter: /.*/, namespace: FROM_ENTRY }, ({ path }) => ({
        contents: exportLine(bundle, path, relative(path, entry), 'from'),
      }));
    },
  };
}

function relative(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith('.') ? path : `./${path}`;
}
