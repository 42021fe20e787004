/** The packages of others that users install with ours, or that run in functions: who, which version, which licence. */
import { nameOf, neededFolders, readLock } from '../../layers/sbom.ts';
import { LAYER_PACKAGES } from '../../layers/contents.ts';
import { REPOSITORY } from './source-files.ts';
import type { Lock } from '../../layers/sbom.ts';

export const DEPENDENCIES_PAGE = 'docs/dependencies.md';

/** Permissive ones, without a duty beyond keeping the notice. */
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

/** Of the npm packages and of the layer; workspaces are ours. */
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
  const rows = listDependencies(await readLock(REPOSITORY)).map(
    ({ name, version, licence, ships }) => [name, version, licence, ships] as const,
  );
  const head = ['package', 'version', 'licence', 'ships in'] as const;
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return `# Packages of others

What an installation of \`gatewright\` brings along, and what the Lambda layer holds. \`npm run docs\` writes this page from
the lock file; a test compares it and the licences with a list of permissive ones. Each build lists the same as CycloneDX:
\`.build/sbom\` for layer and functions, \`sbom.cdx.json\` in each npm package.

${[line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')}
`;
}
