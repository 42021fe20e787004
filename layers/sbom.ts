/**
 * Lists the shipped packages as CycloneDX: for each function, the layer and each npm package, with the license and
 * checksum from the lock file. The file contains no time and no serial number, so that equal inputs give equal files.
 * @see https://cyclonedx.org/docs/1.6/json/
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

type LockedPackage = {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

/** Keys are folders such as `node_modules/yaml` or `packages/base/aws`. */
export type Lock = Readonly<Record<string, LockedPackage>>;

type Shipped = {
  readonly name: string;
  readonly version: string;
  readonly type: 'application' | 'library';
};

const FOLDER = 'node_modules/';

export async function readLock(root: string): Promise<Lock> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Lock;
  };
  return packages;
}

/** Returns the folders of the packages that have files in a bundle, found by esbuild's input paths. */
export function bundledFolders(lock: Lock, inputs: Iterable<string>): readonly string[] {
  const folders = new Set<string>();
  for (const input of inputs) {
    const at = input.lastIndexOf(FOLDER);
    if (at === -1) continue;
    const [first = '', second = ''] = input.slice(at + FOLDER.length).split('/');
    const name = first.startsWith('@') ? `${first}/${second}` : first;
    const start = input.indexOf(FOLDER);
    const folder = `${input.slice(start, at)}${FOLDER}${name}`;
    if (lock[folder] !== undefined) folders.add(folder);
  }
  return [...folders].sort();
}

/** Returns the folders of the named packages and their dependencies, as Node resolves them from the root. */
export function neededFolders(lock: Lock, names: Iterable<string>): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string, from: string): void => {
    const folder = resolve(lock, name, from);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = lock[folder] ?? {};
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) visit(needed, folder);
  };
  for (const name of names) visit(name, '');
  return [...found].sort();
}

/**
 * Searches upwards from the folder of the dependent package; a workspace resolves to the target of its link.
 */
function resolve(lock: Lock, name: string, from: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf(`/${FOLDER}`), 0))) {
    const folder = `${at === '' ? '' : `${at}/`}${FOLDER}${name}`;
    const entry = lock[folder];
    if (entry !== undefined) return entry.link === true ? entry.resolved : folder;
    if (at === '') return undefined;
  }
}

export function nameOf(folder: string, lock: Lock): string {
  const at = folder.lastIndexOf(FOLDER);
  if (at !== -1) return folder.slice(at + FOLDER.length);
  const link = Object.entries(lock).find(
    ([, { link: isLink, resolved }]) => isLink === true && resolved === folder,
  );
  return link === undefined ? folder : nameOf(link[0], lock);
}

/** @throws Error for a package without version or license in the lock file */
export function printSbom(shipped: Shipped, lock: Lock, folders: readonly string[]): string {
  const { name, version, type } = shipped;
  const components = folders.map((folder) => componentOf(nameOf(folder, lock), lock[folder] ?? {}));
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type, name, version, 'bom-ref': `${name}@${version}` } },
    components,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function componentOf(name: string, { version, license, integrity }: LockedPackage): object {
  const isOurs = name.startsWith('@gatewright/');
  const licence = license ?? (isOurs ? 'MIT' : undefined);
  if (version === undefined || licence === undefined)
    throw new Error(`the lock file has no version or no licence for the package ${name}`);
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type: 'library',
    name,
    version,
    purl,
    'bom-ref': purl,
    licenses: [licence.includes(' ') ? { expression: licence } : { license: { id: licence } }],
    ...(integrity?.startsWith('sha512-') === true
      ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }] }
      : {}),
  };
}
