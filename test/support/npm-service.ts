/** A service as a user of the npm package has it: in a folder of its own, with the package and osls installed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildPackage } from '../../package/build-package.ts';
import { SCOPE } from '../../package/manifest.ts';
import type { Manifest } from '../../package/manifest.ts';

const CHECKOUT = join(import.meta.dirname, '../..');

export type NpmService = {
  readonly directory: string;
  readonly manifest: Manifest;
  /** Node's arguments in front of those of `serverless`. */
  readonly serverless: readonly string[];
  /** Writes a file below the folder and returns its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
};

type Package = { readonly directory: string; readonly manifest: Manifest };

let compiled: Promise<Package> | undefined;

/** The compiler takes seconds, so services of one process have copies of what it wrote once. */
function compilePackage(): Promise<Package> {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-package-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return buildPackage(CHECKOUT, directory).then((manifest) => ({ directory, manifest }));
}

/**
 * A copy of `fixture`. The compiled package is in its place; beside it stands what its manifest depends on, what the
 * service has installed (`alsoInstalled`), and nothing else.
 */
export async function anNpmService(
  fixture: string,
  alsoInstalled: readonly string[] = [],
): Promise<NpmService> {
  const directory = await mkdtemp(join(tmpdir(), 'gatewright-npm-'));
  await cp(fixture, directory, { recursive: true });
  const modules = join(directory, 'node_modules');
  await mkdir(modules);
  const { directory: source, manifest } = await (compiled ??= compilePackage());
  await cp(source, join(modules, 'gatewright'), { recursive: true });
  const fromElsewhere = Object.keys(manifest.dependencies).filter((name) => !name.startsWith(SCOPE));
  for (const name of [...fromElsewhere, 'serverless', ...alsoInstalled]) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(CHECKOUT, 'node_modules', name), join(modules, name));
  }
  return {
    directory,
    manifest,
    serverless: [join(modules, 'serverless/bin/serverless.js')],
    async write(name, text) {
      const file = join(directory, name);
      await writeFile(file, text);
      return file;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
