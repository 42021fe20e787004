/** Compiles the command, the gateway, the plug-in and what handlers import to the package that npm publishes. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';

const run = promisify(execFile);

/** What tsc does not write: from where in the checkout, to where in the package. */
const COPIED = {
  LICENSE: 'LICENSE',
  'package/README.md': 'README.md',
  'package/launcher.cjs': 'bin/gatewright.cjs',
  'plugin/old-node.cjs': 'plugin/old-node.cjs',
  'plugin/old-node.d.cts': 'plugin/old-node.d.cts',
  'gateway/definition/serverless/serverless-driver.cjs':
    'gateway/definition/serverless/serverless-driver.cjs',
};
/** tsc puts the paths that it rewrites into double quotes. */
const SPECIFIER =
  /^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm;

/**
 * Writes the package's folder anew. `root` is the checkout.
 * @throws Error where a file imports one that is not shipped, or a package that is no dependency
 */
export async function buildPackage(root: string, outputDirectory: string): Promise<Manifest> {
  const manifest = await makeManifest(root);
  await rm(outputDirectory, { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const project = join(root, 'package/tsconfig.build.json');
  await run(process.execPath, [tsc, '--project', project, '--outDir', outputDirectory]);
  for (const [source, target] of Object.entries(COPIED)) {
    await mkdir(dirname(join(outputDirectory, target)), { recursive: true });
    await copyFile(join(root, source), join(outputDirectory, target));
  }
  await chmod(join(outputDirectory, 'bin/gatewright.cjs'), 0o755);
  await writeFile(join(outputDirectory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await checkImports(outputDirectory, manifest);
  return manifest;
}

async function checkImports(directory: string, manifest: Manifest): Promise<void> {
  for await (const file of glob('**/*.js', { cwd: directory })) {
    const text = await readFile(join(directory, file), 'utf8');
    for (const match of text.matchAll(SPECIFIER)) {
      const specifier = match[1] ?? match[2] ?? match[3] ?? '';
      if (!isShipped(specifier, join(directory, file), directory, manifest))
        throw new Error(`${file} imports ${specifier}, which the package neither holds nor depends on`);
    }
  }
}

function isShipped(specifier: string, file: string, directory: string, manifest: Manifest): boolean {
  if (isBuiltin(specifier)) return true;
  if (specifier.startsWith('.')) return existsSync(join(dirname(file), specifier));
  if (specifier.startsWith('#'))
    return existsSync(join(directory, specifier.slice(1).replace(/\.ts$/, '.js')));
  const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';
  return Object.hasOwn(manifest.dependencies, name) || Object.hasOwn(manifest.peerDependencies, name);
}
