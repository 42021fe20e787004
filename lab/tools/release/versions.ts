/**
 * All packages share one version: the one in the root's package.json. `npm run release -- --set` writes it into the
 * others.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPE, SUITES, WORKSPACES } from '../../../packages/gatewright/package/manifest.ts';

const MANIFESTS = [
  'package.json',
  ...Object.values({ ...WORKSPACES, ...SUITES }).map((folder) => `${folder}/package.json`),
];
/** The manifest of the Python library, whose version is a single line. */
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

/**
 * Returns one sentence for each manifest whose version, or whose dependency on one of our packages, differs from the
 * root's version.
 */
export function findStrayVersions(root: string): readonly string[] {
  const version = versionOf(root);
  const ofPython = PYTHON_VERSION.exec(readFileSync(join(root, PYTHON), 'utf8'))?.[1];
  const python =
    ofPython === version
      ? []
      : [`${PYTHON}: its version is ${ofPython}, but the root package has version ${version}`];
  const manifests = MANIFESTS.flatMap((path) => {
    const { version: own, dependencies = {} } = read(root, path);
    const named = Object.entries(dependencies).filter(([name]) => name.startsWith(SCOPE));
    return [['its version', own] as const, ...named]
      .filter(([, said]) => said !== version)
      .map(([what, said]) => `${path}: ${what} is ${said}, but the root package has version ${version}`);
  });
  return [...manifests, ...python];
}

/** Writes the version into every manifest, and into the ranges by which the packages depend on each other. */
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
