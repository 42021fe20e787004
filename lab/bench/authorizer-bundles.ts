/**
 * Bundles each candidate into files that a process can start from: either everything in one bundle, or a bundle that
 * loads its packages from the layer.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { LAYER_PACKAGES } from '../../layers/contents.ts';
import type { BuildOptions, Plugin } from 'esbuild';
import { buildLayer, LAYER_DIRECTORY } from '../../layers/build-layer.ts';
import { bundleFunctions, startFilesOf } from '../../layers/bundle-functions.ts';
import { LAYER_MODULES } from '../../layers/stack-parts.ts';
import type { Keys, Program } from './authorizer-candidates.ts';
import { BUILD } from './targets.ts';

/**
 * `alone`: packages are bundled too, as in a stack of one part. `layer`: packages are in the layer, as this stack is
 * deployed.
 */
export type Form = 'alone' | 'layer';

export type Bundle = {
  /** Absolute path of the file that a process imports. */
  readonly file: string;
  /** Bytes that are read before the first call. */
  readonly bytes: number;
  readonly gzipBytes: number;
};

const FOLDER = join(BUILD, 'authorizer');
const SDK = ['@aws-sdk/*'];
const LAYER = [...SDK, ...LAYER_PACKAGES.flatMap(({ name }) => [name, `${name}/*`])];
/** Defines `require`, because some packages are CommonJS and require Node's modules. */
const REQUIRE = 'const require = (name) => process.getBuiltinModule(name.replace(/^node:/, ""));';

/**
 * Replaces our key fetcher with one that returns the keys at once, as if the issuer needed no time. The modules that
 * the adapter loads during init are still loaded.
 */
const KEYS_IN_MEMORY: Plugin = {
  name: 'keys-in-memory',
  setup(esbuild) {
    esbuild.onLoad({ filter: /[\\/]key-set-fetcher\.ts$/ }, () => ({
      contents: `process.getBuiltinModule('node:https');
        export const createKeySetFetcher = () => ({ fetch: async () => process.env.BENCH_KEY_SET });`,
    }));
  },
};

/**
 * Builds the layer and puts it where the bundles find it.
 * @throws Error if the layer cannot be built
 */
export function prepareLayer(root: string): void {
  const built = spawnSync(process.execPath, ['layers/build.ts'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the layer cannot be built: ${built.stderr}`);
  const folder = join(FOLDER, 'layer');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, '.build/layer/nodejs/node_modules'), join(folder, 'node_modules'), { recursive: true });
}

/** @param label names the checkout of the candidate if there is more than one checkout */
export async function bundle(candidate: Program, form: Form, keys: Keys, label = ''): Promise<Bundle> {
  const folder = join(FOLDER, label, form, keys, candidate.name.replace(/[^a-z-]+/g, '-'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  if ('entry' in candidate) return await bundleAsDeployed(candidate, form, keys, folder);
  const options = optionsFor(candidate, keys, form === 'layer' ? LAYER : SDK);
  const { metafile } = await build({ ...options, absWorkingDir: FOLDER, outdir: folder, metafile: true });
  const file = join(folder, 'index.mjs');
  const start = startFilesOf(metafile, relative(FOLDER, file)).map((path) =>
    readFileSync(join(FOLDER, path)),
  );
  return weighStart(file, start);
}

/** Bundles an authorizer with the code that packs the stack. */
async function bundleAsDeployed(
  { entry, resolveDir }: Program & { readonly entry: string },
  form: Form,
  keys: Keys,
  folder: string,
): Promise<Bundle> {
  const [built] = await bundleFunctions(resolveDir, {
    pattern: relative(resolveDir, entry),
    packagesFrom: form === 'alone' ? await packagesOf(resolveDir) : undefined,
    plugins: pluginsFor(keys),
  });
  if (built === undefined) throw new Error(`the function file ${entry} does not exist`);
  for (const [path, code] of built.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
  const start = built.startFiles.map((path) => built.files.get(path) ?? new Uint8Array());
  return weighStart(join(folder, `functions/${built.name}.mjs`), start);
}

const layers = new Map<string, Promise<string>>();

/** Returns the folder with the packages of a checkout, laid out as in its layer. The folder is built once. */
function packagesOf(root: string): Promise<string> {
  const known = layers.get(root);
  if (known !== undefined) return known;
  const modules = buildLayer(root).then(() => join(root, LAYER_DIRECTORY, LAYER_MODULES));
  layers.set(root, modules);
  return modules;
}

function weighStart(file: string, start: readonly Uint8Array[]): Bundle {
  return {
    file,
    bytes: start.reduce((sum, code) => sum + code.length, 0),
    gzipBytes: start.reduce((sum, code) => sum + gzipSync(code, { level: 9 }).length, 0),
  };
}

function pluginsFor(keys: Keys): Plugin[] {
  return keys === 'memory' ? [KEYS_IN_MEMORY] : [];
}

/** Returns the size in bytes of one file that bundles everything, including the SDK. */
export async function weighProgram(candidate: Program): Promise<number> {
  const options = { ...optionsFor(candidate, 'fetched', []), splitting: false, outdir: FOLDER };
  const { outputFiles } = await build({ ...options, write: false });
  return outputFiles[0]?.contents.length ?? 0;
}

function optionsFor(candidate: Program, keys: Keys, external: readonly string[]): BuildOptions {
  const entry =
    'entry' in candidate
      ? { entryPoints: [{ in: candidate.entry, out: 'index' }] }
      : {
          stdin: {
            contents: candidate.source(keys),
            resolveDir: candidate.resolveDir,
            sourcefile: 'index.js',
          },
        };
  return {
    ...entry,
    entryNames: 'index',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: [...external],
    banner: { js: REQUIRE },
    plugins: pluginsFor(keys),
    logLevel: 'error',
  };
}
