/** A service as a user of the npm package has it: in a folder of its own, with the package and osls installed. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildPackage } from '../../packages/gatewright/package/build-package.ts';
import { SCOPE } from '../../packages/gatewright/package/manifest.ts';
import type { Manifest } from '../../packages/gatewright/package/manifest.ts';

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
type Word = { readonly manifest?: Manifest; readonly failure?: string };

const LOOK_EVERY_MS = 200;

let compiled: Promise<Package> | undefined;

/**
 * The compiler and its companions take half a minute, so all services of a run have copies of what one process wrote.
 * A process alone writes for itself.
 */
async function compilePackage(): Promise<Package> {
  const ofRun = process.env['GATEWRIGHT_TEST_RUN'];
  if (ofRun !== undefined) return onceInRun(join(ofRun, 'package'));
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-package-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return { directory, manifest: await buildPackage(CHECKOUT, directory) };
}

/** Whoever comes first writes; the others wait for its word, which is the manifest, or what went wrong. */
async function onceInRun(folder: string): Promise<Package> {
  const [directory, said] = [join(folder, 'gatewright'), join(folder, 'said.json')];
  const isFirst = await mkdir(folder).then(
    () => true,
    () => false,
  );
  if (isFirst) {
    const word: Word = await buildPackage(CHECKOUT, directory).then(
      (manifest) => ({ manifest }),
      (error: unknown) => ({
        failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    );
    await writeFile(`${said}.part`, JSON.stringify(word));
    await rename(`${said}.part`, said);
  }
  while (!existsSync(said)) await delay(LOOK_EVERY_MS);
  const { manifest, failure } = JSON.parse(await readFile(said, 'utf8')) as Word;
  if (manifest === undefined) throw new Error(`the package was not built: ${failure ?? 'nobody said why'}`);
  return { directory, manifest };
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
