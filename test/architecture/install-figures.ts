/** Measures what a user installs with `npm install` for each published package. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type InstallFigures = {
  readonly name: string;
  /** Everything in node_modules, including the package itself and our other packages. */
  readonly packages: number;
  readonly megabytes: number;
  readonly ownMegabytes: number;
};

type Built = { readonly folder: string; readonly name: string; readonly needs: readonly string[] };
type Packed = Built & { readonly tarball: string };

const MEGABYTE = 2 ** 20;
const INSTALL_DEADLINE_MS = 300_000;

/**
 * Returns the disk space as `du` counts it: in blocks, with a file that has several links counted once. Caches that
 * tools store there are left out.
 */
export function megabytesOf(folder: string): number {
  const seen = new Set<number>();
  const weigh = (path: string): number => {
    const { ino, nlink, blocks } = lstatSync(path);
    if (nlink > 1 && seen.has(ino)) return 0;
    seen.add(ino);
    return blocks * 512;
  };
  const walk = (path: string): number =>
    readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
      const inner = join(path, entry.name);
      if (entry.name === '.cache') return sum;
      return sum + (entry.isDirectory() ? walk(inner) : weigh(inner));
    }, weigh(path));
  return Number((walk(folder) / MEGABYTE).toFixed(2));
}

/**
 * Returns the packages in `output`, which is a package itself or contains several (`quota/`, `@scope/velocity/`).
 * @throws Error if it contains no package
 */
export function findBuilt(output: string): readonly Built[] {
  const manifest = join(output, 'package.json');
  if (existsSync(manifest)) {
    const {
      name,
      dependencies = {},
      bundleDependencies = [],
    } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      readonly name: string;
      readonly dependencies?: Readonly<Record<string, string>>;
      readonly bundleDependencies?: readonly string[];
    };
    // Dependencies that a tarball contains are left out, because they would be counted twice.
    const needs = Object.keys(dependencies).filter((needed) => !bundleDependencies.includes(needed));
    return [{ folder: output, name, needs }];
  }
  const folders = existsSync(output)
    ? readdirSync(output, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  const found = folders.flatMap(({ name }) => {
    const inner = join(output, name);
    const isPackage = existsSync(join(inner, 'package.json'));
    return isPackage || name.startsWith('@') ? findBuilt(inner) : [];
  });
  if (found.length === 0) throw new Error(`no package in ${output}: npm run build:package writes it`);
  return found;
}

/** Returns a package, and the packages of this repository that it needs, because the registry does not have them. */
export function withOwnNeeds<Item extends Pick<Built, 'name' | 'needs'>>(
  all: readonly Item[],
  first: Item,
): readonly Item[] {
  const found = new Set([first]);
  for (const { needs } of found) for (const item of all) if (needs.includes(item.name)) found.add(item);
  return [...found];
}

export function weighInstalls(output: string): readonly InstallFigures[] {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-figures-'));
  try {
    const packed = findBuilt(output).map((built): Packed => {
      const args = ['pack', built.folder, '--json', '--pack-destination', folder];
      const [made] = JSON.parse(
        execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
      ) as [{ readonly filename: string }];
      return { ...built, tarball: join(folder, made.filename) };
    });
    return packed.map((one, index) =>
      weighInstall(join(folder, String(index)), one, withOwnNeeds(packed, one)),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function weighInstall(
  folder: string,
  { name, folder: own }: Packed,
  installed: readonly Packed[],
): InstallFigures {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const tarballs = installed.map(({ tarball }) => tarball);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-save', ...tarballs], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: INSTALL_DEADLINE_MS,
  });
  const modules = join(folder, 'node_modules');
  const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, unknown>>;
  };
  return {
    name,
    packages: Object.keys(packages).length,
    megabytes: megabytesOf(modules),
    ownMegabytes: megabytesOf(own),
  };
}
