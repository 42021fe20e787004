/** A service as a user of the npm package has it: in a folder of its own, with the package and osls installed. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildPackage } from '../../package/build-package.ts';
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

/** The package is compiled into its place; beside it stands what its manifest depends on, and nothing else. */
export async function anNpmService(): Promise<NpmService> {
  const directory = await mkdtemp(join(tmpdir(), 'gatewright-npm-'));
  const modules = join(directory, 'node_modules');
  await mkdir(modules);
  const manifest = await buildPackage(CHECKOUT, join(modules, 'gatewright'));
  for (const name of [...Object.keys(manifest.dependencies), 'serverless'])
    await symlink(join(CHECKOUT, 'node_modules', name), join(modules, name));
  return {
    directory,
    manifest,
    serverless: [join(modules, 'serverless/bin/serverless.js')],
    async write(name, text) {
      const file = join(directory, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      return file;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
