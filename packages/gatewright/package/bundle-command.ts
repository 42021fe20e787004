/**
 * Bundles the command into few files. Without a bundle, Node spends half of the startup time on finding and linking a
 * thousand modules.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { build, transform } from 'esbuild';
import type { BuildOptions, Plugin } from 'esbuild';
import { writeStart } from './bundle-start.ts';
import { SCOPE } from './manifest.ts';

/** The folder in which the launcher looks for the bundle. */
const FOLDER = 'packages/gatewright/command/bundled';
const OWN_PLACE = 'import.meta.url';
/** The CommonJS equivalent of `import.meta.url`. */
const OWN_FILE = `process.getBuiltinModule('node:url').pathToFileURL(__filename)`;
/**
 * Temporary identifiers. They represent the location of a file, and everything else that the file reads from
 * `import.meta`, until they are replaced.
 */
const MARKED = { [OWN_PLACE]: '__ownPlace__', 'import.meta': '__ownMeta__' } as const;
/** Small third-party packages that every run loads. */
export const JOINED = ['commander', 'ws', 'yaml'];
const OWN_PREFIXES = [SCOPE, '#shared/'];

/**
 * Bundles the command in a built package, from our files in that package. It writes
 * `packages/gatewright/command/bundled/main.js` and its parts. Other packages are still imported. The original files
 * are not removed, because the plug-in, `gatewright/testing` and threads load them.
 * @throws Error if a file determines its place in a way that differs in the bundle
 */
export async function bundleCommand(packageDirectory: string, root: string): Promise<void> {
  const folder = join(packageDirectory, FOLDER);
  const entry = (name: string): string => join(packageDirectory, `packages/gatewright/command/${name}.js`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const shared = {
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'esnext',
    logLevel: 'silent',
    metafile: true,
    write: false,
    // The names of classes and functions are kept, because errors and log lines contain them.
    keepNames: true,
  } as const satisfies BuildOptions;
  const commands = await build({
    ...shared,
    entryPoints: { main: entry('main') },
    chunkNames: 'part-[hash]',
    charset: 'utf8',
    plugins: [preservePaths({ packageDirectory, root, place: OWN_PLACE, joined: [] })],
  });
  const start = await build({
    ...shared,
    entryPoints: { start: entry('start-main') },
    chunkNames: 'start-[hash]',
    plugins: [preservePaths({ packageDirectory, root, place: OWN_FILE, joined: JOINED })],
  });
  const warnings = [...commands.warnings, ...start.warnings];
  if (warnings.length > 0)
    throw new Error(`the command cannot be bundled: ${warnings.map(({ text }) => text).join('; ')}`);
  for (const { path, contents } of commands.outputFiles) await writeFile(path, contents);
  await writeStart(folder, start);
}

type Places = {
  readonly packageDirectory: string;
  /** The folder in which third-party packages are installed. */
  readonly root: string;
  /** The expression that gives the bundle its own location. */
  readonly place: string;
  /** Third-party packages that are part of the bundle. */
  readonly joined: readonly string[];
};

function preservePaths({ packageDirectory, root, place, joined }: Places): Plugin {
  const folder = join(packageDirectory, FOLDER);
  const pathFrom = (file: string): string => {
    const path = relative(folder, file).split(sep).join('/');
    return path.startsWith('.') ? path : `./${path}`;
  };
  return {
    name: 'keep-places',
    setup(hooks) {
      hooks.onResolve({ filter: /^[^./]/ }, ({ path, kind, pluginData }) =>
        kind === 'entry-point' || pluginData === JOINED || OWN_PREFIXES.some((own) => path.startsWith(own))
          ? undefined
          : joined.includes(path)
            ? hooks.resolve(path, { kind, resolveDir: root, pluginData: JOINED })
            : { path, external: true },
      );
      hooks.onResolve({ filter: /^\..*\.cjs$/ }, ({ path, resolveDir }) => ({
        path: pathFrom(join(resolveDir, path)),
        external: true,
      }));
      hooks.onLoad({ filter: /\.js$/ }, async ({ path }) => {
        if (!path.startsWith(packageDirectory)) return undefined;
        // esbuild replaces `import.meta.url` in code only. A text search would also find it in string literals.
        const { code } = await transform(await readFile(path, 'utf8'), { define: MARKED });
        if (code.includes(MARKED['import.meta']))
          throw new Error(`${path} uses more of import.meta than ${OWN_PLACE}, so it cannot be bundled`);
        const own = `new URL(${JSON.stringify(pathFrom(path))}, ${place}).href`;
        return { contents: code.replaceAll(MARKED[OWN_PLACE], own), resolveDir: dirname(path) };
      });
    },
  };
}
