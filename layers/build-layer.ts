/** Bundles the layer's packages for `/opt/nodejs/node_modules`, where ESM imports find them. */
import { copyFile, glob, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';
import { HOSTED, LAYER_PACKAGES, specifierOf } from './contents.ts';
import type { LayerPackage } from './contents.ts';

export const LAYER_DIRECTORY = '.build/layer';
/** The code that packages load lazily. It is a separate package, so that all importers share one copy. */
const SHARED_CHUNKS = 'gatewright-shared-chunks';
/** Specifier of the module that represents a whole package while the layer is built. */
const WHOLE = 'whole:';
const BUILTIN = 'builtin';
/**
 * Some of the SDK's dependencies are CommonJS and load Node's modules with `require`, which does not exist in an ES
 * module. `createRequire` would add 0.5 ms per file to each cold start.
 */
const REQUIRE = 'const require = (name) => process.getBuiltinModule(name);';

/**
 * Rebuilds the layer's folder: one pre-bundled ES module per package (each file adds 0.5 ms to a cold start), a
 * package.json and the license.
 * @throws Error when a source file would ship twice.
 */
export async function buildLayer(root: string, directory = join(root, LAYER_DIRECTORY)): Promise<Metafile> {
  // The layer is built in a separate folder and moved at the end, because a gateway may be running functions from the
  // layer's folder.
  const draft = `${directory}-${process.pid}`;
  const modules = join(draft, 'nodejs', 'node_modules');
  const metafile: Metafile = { inputs: {}, outputs: {} };
  for (const layerPackage of LAYER_PACKAGES) {
    const built = await bundlePackage(root, modules, layerPackage);
    Object.assign(metafile.inputs, built.inputs);
    Object.assign(metafile.outputs, built.outputs);
  }
  assertShippedOnce(metafile);
  for (const layerPackage of LAYER_PACKAGES) await describePackage(root, modules, layerPackage);
  await replaceDirectory(directory, draft);
  return metafile;
}

/**
 * Packages are bundled one by one: in a single build, all packages would load a common file with esbuild's
 * CommonJS helpers.
 */
async function bundlePackage(root: string, outdir: string, { name }: LayerPackage): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [{ in: `${WHOLE}${name}`, out: join(name, 'index') }],
    plugins: [wholePackages(root), hostedModules(root, name), builtinModules()],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    chunkNames: `${SHARED_CHUNKS}/[hash]`,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    define: name.startsWith('@aws-lambda-powertools/') ? NO_STREAMS : {},
    minifySyntax: true,
    minifyWhitespace: true,
    // The SDK and its users tell errors apart by class name, so the names in the SDK are not minified.
    minifyIdentifiers: !name.startsWith('@aws-sdk/'),
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    logOverride: { 'import-is-undefined': 'error' },
  });
  return metafile;
}

async function replaceDirectory(directory: string, draft: string): Promise<void> {
  const old = `${draft}-old`;
  await rename(directory, old).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  });
  await rename(draft, directory);
  await rm(old, { recursive: true, force: true });
}

/**
 * Creates the modules that represent whole packages. They use `export *`, which does not include default exports, but
 * packages with several subpaths have no default exports (a test checks this).
 */
function wholePackages(root: string): Plugin {
  return {
    name: 'whole-packages',
    setup(esbuild) {
      esbuild.onResolve({ filter: new RegExp(`^${WHOLE}`) }, ({ path, kind }) => {
        const name = path.slice(WHOLE.length);
        const { subpaths = [] } = LAYER_PACKAGES.find((one) => one.name === name) ?? {};
        if (subpaths.length === 1 && name !== HOSTED.host)
          return esbuild.resolve(specifierOf(name, '.'), { resolveDir: root, kind });
        const exported = subpaths.map((subpath) => `export * from '${specifierOf(name, subpath)}';`);
        if (name === HOSTED.host)
          for (const [specifier, names] of Object.entries(HOSTED.modules))
            exported.push(`export { ${names.join(', ')} } from '${specifier}';`);
        return { path: name, namespace: 'whole', pluginData: exported.join('\n') };
      });
      esbuild.onLoad({ filter: /.*/, namespace: 'whole' }, ({ pluginData }) => ({
        contents: String(pluginData),
        resolveDir: root,
      }));
    },
  };
}

/**
 * Replaces imports of the modules in `HOSTED` with imports of the package that contains them, the host. The host itself
 * is not changed.
 */
function hostedModules(root: string, packageName: string): Plugin {
  const isHost = packageName === HOSTED.host;
  return {
    name: 'hosted-modules',
    setup(esbuild) {
      esbuild.onResolve({ filter: /^@aws/ }, ({ path, namespace, kind }) => {
        if (!(path in HOSTED.modules)) return undefined;
        if (!isHost) return { path: HOSTED.host, external: true };
        // The host also exports modules that it does not import itself. They are resolved from the host's folder.
        const resolveDir = join(root, 'node_modules', HOSTED.host);
        return namespace === 'whole' ? esbuild.resolve(path, { resolveDir, kind }) : undefined;
      });
    },
  };
}

/**
 * The names that packages import from each built-in module. Importing a whole built-in module reads all its exports.
 * Reading the exports of `crypto` loads WebCrypto, which adds 2 ms to a cold start; `node:timers` loads another module,
 * which adds 0.5 ms.
 */
const FROM_PROCESS: Readonly<Record<string, readonly string[]>> = {
  crypto: ['createPublicKey', 'createVerify', 'verify'],
  https: ['request'],
  'node:timers': ['setImmediate', 'setTimeout'],
  stream: ['pipeline'],
};
/**
 * Replaces `node:console`, because Powertools creates a Console with both output streams as soon as it is loaded,
 * before anything is printed.
 */
const LAZY_CONSOLE = join(import.meta.dirname, 'lazy-console.ts');
const NO_STREAMS = { 'process.stdout': 'undefined', 'process.stderr': 'undefined' };

/**
 * Replaces `node:console`, and resolves imports of the built-in modules that are listed above. A name that is not
 * listed for its module fails the build, unless a package passes the whole namespace on.
 */
function builtinModules(): Plugin {
  return {
    name: 'builtin-modules',
    setup(esbuild) {
      esbuild.onResolve({ filter: /^node:console$/ }, () => ({ path: LAZY_CONSOLE }));
      esbuild.onResolve({ filter: /^[\w:]+$/ }, ({ path, kind }) =>
        Object.hasOwn(FROM_PROCESS, path) && kind === 'import-statement'
          ? { path, namespace: BUILTIN }
          : undefined,
      );
      esbuild.onLoad({ filter: /.*/, namespace: BUILTIN }, ({ path }) => ({
        contents: `export const { ${(FROM_PROCESS[path] ?? []).join(', ')} } = process.getBuiltinModule('${path}');`,
      }));
    },
  };
}

/** @throws Error if a file is in two outputs; the message names the file */
export function assertShippedOnce(metafile: Metafile): void {
  const seen = new Map<string, string>();
  for (const [output, { inputs }] of Object.entries(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      // The skipped files are a few stateless lines that replace an import statement. Powertools' logger and metrics
      // each contain a copy.
      if (input.startsWith(`${BUILTIN}:`) || input.endsWith('layers/lazy-console.ts')) continue;
      const other = seen.get(input);
      if (bytesInOutput > 0 && other !== undefined)
        throw new Error(`${input} is packaged twice: in ${other} and ${output}`);
      if (bytesInOutput > 0) seen.set(input, output);
    }
  }
}

async function describePackage(
  root: string,
  modules: string,
  { name, subpaths }: LayerPackage,
): Promise<void> {
  const source = join(root, 'node_modules', name);
  const target = join(modules, name);
  const { version, license } = await readManifest(source);
  const exports = Object.fromEntries(subpaths.map((subpath) => [subpath, './index.mjs']));
  const manifest = { name, version, license, type: 'module', exports };
  await writeFile(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for await (const file of glob('LICEN[CS]E*', { cwd: source }))
    await copyFile(join(source, file), join(target, file));
}

async function readManifest(directory: string): Promise<{ version: string; license: string }> {
  const manifest: unknown = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const { version, license } = manifest as { version: string; license: string };
  return { version, license };
}
