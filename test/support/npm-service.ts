/** A service as users of the npm package have it: in a separate folder, with the package and osls installed. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { buildPackage } from '../../packages/gatewright/package/build-package.ts';
import { SCOPE } from '../../packages/gatewright/package/manifest.ts';
import { packPackage } from '../../packages/gatewright/package/pack.ts';
import type { Manifest } from '../../packages/gatewright/package/manifest.ts';

const CHECKOUT = join(import.meta.dirname, '../..');

export type NpmService = {
  readonly directory: string;
  readonly manifest: Manifest;
  /** The arguments of Node that precede those of `serverless`. */
  readonly serverless: readonly string[];
  /** Writes a file below the folder and returns its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
};

type Package = { readonly directory: string; readonly manifest: Manifest };
type Word = { readonly made?: unknown; readonly failure?: string };

const LOOK_EVERY_MS = 200;

/** In a checkout, osls is installed under the name of the package that it replaces. */
const OSLS = 'serverless';

let compiled: Promise<Package> | undefined;
let packed: Promise<string> | undefined;

/** Compiling and building take half a minute, so all services of the run get copies of one package. */
const compilePackage = (): Promise<Package> =>
  onceInRun('package', async (folder) => {
    const directory = join(folder, 'gatewright');
    return { directory, manifest: await buildPackage(CHECKOUT, directory) };
  });

/** Packing takes nine seconds. */
const packOnce = (source: string): Promise<string> =>
  onceInRun('packed', (folder) => packPackage(source, folder));

/**
 * Makes something in a folder, once for all processes of a run of the suite. The first process makes it. The others
 * wait for its result, which must be JSON, or for its error. A process that runs alone makes its own.
 */
async function onceInRun<Made>(name: string, make: (folder: string) => Promise<Made>): Promise<Made> {
  const ofRun = process.env['GATEWRIGHT_TEST_RUN'];
  if (ofRun === undefined) {
    const folder = mkdtempSync(join(tmpdir(), `gatewright-${name}-`));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return make(folder);
  }
  const [folder, said] = [join(ofRun, name), join(ofRun, `${name}.json`)];
  const isFirst = await mkdir(folder).then(
    () => true,
    () => false,
  );
  if (isFirst) {
    const word: Word = await make(folder).then(
      (made) => ({ made }),
      (error: unknown) => ({
        failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    );
    await writeFile(`${said}.part`, JSON.stringify(word));
    await rename(`${said}.part`, said);
  }
  while (!existsSync(said)) await delay(LOOK_EVERY_MS);
  const { made, failure } = JSON.parse(await readFile(said, 'utf8')) as Word;
  if (failure !== undefined) throw new Error(`the ${name} of this run was not made: ${failure}`);
  return made as Made;
}

/**
 * A copy of `fixture`. The compiled package is installed in it, with the dependencies in the package's manifest, with
 * what the service has installed (`alsoInstalled`), and with nothing else.
 */
export async function anNpmService(
  fixture: string,
  alsoInstalled: readonly string[] = [],
): Promise<NpmService> {
  const directory = await mkdtemp(join(tmpdir(), 'gatewright-npm-'));
  await cp(fixture, directory, { recursive: true, filter: isOfRepository });
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

/**
 * A copy of a folder that has a package.json, outside of the checkout, as `npm install` leaves it: the unpacked tarball
 * of `gatewright`, links to all other dependencies in this package.json and in the package.json of `gatewright`, and
 * nothing else. npm is not used, because it would call a registry.
 */
export async function anInstalledCopy(
  folder: string,
): Promise<{ readonly directory: string; remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'gatewright-copy-'));
  const directory = join(root, basename(folder));
  await cp(folder, directory, { recursive: true, filter: isOfRepository });
  const { directory: source, manifest } = await (compiled ??= compilePackage());
  const tarball = await (packed ??= packOnce(source));
  const modules = join(directory, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  await mkdir(join(modules, 'gatewright'));
  const unpack = ['-xzf', tarball, '-C', join(modules, 'gatewright'), '--strip-components=1'];
  await promisify(execFile)('tar', unpack);
  const text = await readFile(join(directory, 'package.json'), 'utf8');
  const { dependencies = {}, devDependencies = {} } = JSON.parse(text) as Partial<
    Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>
  >;
  const declared = Object.keys({ ...dependencies, ...devDependencies });
  const others = [...Object.keys(manifest.dependencies), ...declared].filter(
    (name) => name !== 'gatewright' && !name.startsWith(SCOPE),
  );
  for (const name of new Set(others)) {
    const target = join(CHECKOUT, 'node_modules', name === 'osls' ? OSLS : name);
    if (!existsSync(target))
      throw new Error(`${folder} depends on ${name}, which is not installed in the checkout`);
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(target, join(modules, name));
  }
  if (declared.includes('gatewright'))
    await symlink('../gatewright/bin/gatewright.cjs', join(modules, '.bin/gatewright'));
  return { directory, remove: () => rm(root, { recursive: true, force: true }) };
}

/** Whether the file belongs to the repository. Files that runs left in the folder are not copied. */
function isOfRepository(path: string): boolean {
  return !/[\\/](?:node_modules|\.gatewright|gatewright[\\/]serverless\.yml|gatewright[\\/]access[\\/]compiled\.json)$/.test(
    path,
  );
}
