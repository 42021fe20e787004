/**
 * The packages by other authors that users install with ours, or that run in functions, with author, version and
 * licence.
 */
import { nameOf, neededFolders, readLock } from '../../layers/sbom.ts';
import { LAYER_PACKAGES } from '../../layers/contents.ts';
import { REPOSITORY } from './source-files.ts';
import type { Lock } from '../../layers/sbom.ts';

export const DEPENDENCIES_PAGE = 'docs/dependencies.md';

/** Permissive licences, which require only that the notice is kept. */
export const ALLOWED_LICENCES: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
];

type Dependency = {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly ships: string;
};

/**
 * Returns the dependencies of the npm packages and of the layer. Workspaces are left out, because they are our own
 * code.
 */
export function listDependencies(lock: Lock): readonly Dependency[] {
  const roots = Object.keys(lock['']?.dependencies ?? {});
  const inPackages = new Set(neededFolders(lock, roots));
  const inLayer = new Set(
    neededFolders(
      lock,
      LAYER_PACKAGES.map(({ name }) => name),
    ),
  );
  return [...new Set([...inPackages, ...inLayer])]
    .filter((folder) => folder.includes('node_modules/'))
    .map((folder) => {
      const { version = '?', license: licence = '?' } = lock[folder] ?? {};
      const ships = [...(inPackages.has(folder) ? ['npm'] : []), ...(inLayer.has(folder) ? ['layer'] : [])];
      return { name: nameOf(folder, lock), version, licence, ships: ships.join(', ') };
    })
    .toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

export async function printDependencies(): Promise<string> {
  const all = listDependencies(await readLock(REPOSITORY));
  const places = [
    ['npm', 'npm package'],
    ['layer', 'Lambda layer'],
    ['npm, layer', 'Both'],
  ] as const;
  const sections = places.flatMap(([ships, title]) => {
    const here = all.filter((one) => one.ships === ships);
    const licences = Map.groupBy(here, ({ licence }) => licence);
    const lines = [...licences]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([licence, packages]) => `- ${licence}: ${printNames(packages)}`);
    return lines.length === 0 ? [] : [`## ${title}`, lines.join('\n')];
  });
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

const INTRODUCTION = `# Third-party packages

These packages are installed with \`gatewright\`, or are part of the Lambda layer. \`npm run schemas\` writes this page from the lock file; a test compares the two, and fails for a licence that is not permissive. Each build writes the same list in the format CycloneDX: into \`.build/sbom\` for the layer and the functions, and as \`sbom.cdx.json\` into each npm package.`;

/** Prints the names. The builds of esbuild are one entry, because npm installs only the build for the machine. */
function printNames(packages: readonly Dependency[]): string {
  const names = packages.map(
    ({ name, version }) => `${name.replace(/^@esbuild\/.*/, '@esbuild/*')}@${version}`,
  );
  return [...new Set(names)].map((name) => `\`${name}\``).join(', ');
}
