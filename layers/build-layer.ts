/** Bundles the layer's packages for `/opt/nodejs/node_modules`, where ESM imports find them (docs/decisions/0003-layer.md). */
import { copyFile, glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';
import { LAYER_PACKAGES, specifierOf } from './contents.ts';
import type { LayerPackage } from './contents.ts';

export const LAYER_DIRECTORY = '.build/layer';
/** Code that two packages share. A package of its own, so that it has one place whoever imports it. */
const SHARED_CHUNKS = 'gatewright-shared-chunks';
/** Some of the SDK's dependencies are CommonJS and require Node's modules, which an ES module cannot. */
const REQUIRE =
  "import { createRequire as layerRequire } from 'node:module'; const require = layerRequire(import.meta.url);";

/**
 * Writes the layer's folder anew: one pre-bundled ES module per imported subpath, a package.json and the
 * licence per package. `root` is the folder with package.json and node_modules.
 * @throws Error when a source file would ship twice.
 */
export async function buildLayer(root: string): Promise<Metafile> {
  const directory = join(root, LAYER_DIRECTORY);
  // Built aside and put in place at the end: a gateway may be running functions from the folder.
  const draft = `${directory}-${process.pid}`;
  const modules = join(draft, 'nodejs', 'node_modules');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: LAYER_PACKAGES.flatMap(({ name, subpaths }) =>
      subpaths.map((subpath) => ({ in: specifierOf(name, subpath), out: join(name, fileNameOf(subpath)) })),
    ),
    outdir: modules,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    chunkNames: `${SHARED_CHUNKS}/[hash]`,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    // Identifiers stay: the SDK and its users tell errors by their names.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  assertShippedOnce(metafile);
  for (const layerPackage of LAYER_PACKAGES) await describePackage(root, modules, layerPackage);
  await replaceDirectory(directory, draft);
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

function fileNameOf(subpath: string): string {
  return subpath === '.' ? 'index' : subpath.slice(2);
}

/** @throws Error naming the file that is in two outputs. */
export function assertShippedOnce(metafile: Metafile): void {
  const seen = new Map<string, string>();
  for (const [output, { inputs }] of Object.entries(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const other = seen.get(input);
      if (bytesInOutput > 0 && other !== undefined)
        throw new Error(`${input} ships twice: in ${other} and ${output}`);
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
  const exports = Object.fromEntries(subpaths.map((subpath) => [subpath, `./${fileNameOf(subpath)}.mjs`]));
  const manifest = { name, version, license, type: 'module', exports };
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for await (const file of glob('LICEN[CS]E*', { cwd: source }))
    await copyFile(join(source, file), join(target, file));
}

async function readManifest(directory: string): Promise<{ version: string; license: string }> {
  const manifest: unknown = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const { version, license } = manifest as { version: string; license: string };
  return { version, license };
}
