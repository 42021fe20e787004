/** One version for all packages: that of the root's package.json, which `npm run release -- --set` writes into the others. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPE, SUITES, WORKSPACES } from '../../../packages/gatewright/package/manifest.ts';

const MANIFESTS = [
  'package.json',
  ...Object.values({ ...WORKSPACES, ...SUITES }).map((folder) => `${folder}/package.json`),
];
/** The Python library's, whose version is a line. */
const PYTHON = 'python/pyproject.toml';
const PYTHON_VERSION = /^version = "([^"]*)"$/m;
/** Semantic Versioning 2.0.0, without build metadata, which npm drops. */
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

type Manifest = { readonly version: string; readonly dependencies?: Readonly<Record<string, string>> };

export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

export function versionOf(root: string): string {
  return read(root, 'package.json').version;
}

/** A sentence for each manifest that says another version than the root's, of itself or of a package of ours. */
export function findStrayVersions(root: string): readonly string[] {
  const version = versionOf(root);
  const ofPython = PYTHON_VERSION.exec(readFileSync(join(root, PYTHON), 'utf8'))?.[1];
  const python =
    ofPython === version
      ? []
      : [`${PYTHON}: its version is ${ofPython}, but the root package has ${version}`];
  const manifests = MANIFESTS.flatMap((path) => {
    const { version: own, dependencies = {} } = read(root, path);
    const named = Object.entries(dependencies).filter(([name]) => name.startsWith(SCOPE));
    return [['its version', own] as const, ...named]
      .filter(([, said]) => said !== version)
      .map(([what, said]) => `${path}: ${what} is ${said}, but the root package has ${version}`);
  });
  return [...manifests, ...python];
}

/** Writes the version into every manifest, and the ranges by which they name each other. */
export function setVersion(root: string, version: string): void {
  const python = join(root, PYTHON);
  writeFileSync(python, readFileSync(python, 'utf8').replace(PYTHON_VERSION, `version = "${version}"`));
  for (const path of MANIFESTS) {
    const file = join(root, path);
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text
        .replace(/^( {2}"version": )"[^"]+"/m, `$1"${version}"`)
        .replaceAll(new RegExp(`("${SCOPE}[a-z-]+": )"\\d[^"]*"`, 'g'), `$1"${version}"`),
    );
  }
}

function read(root: string, path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
}
