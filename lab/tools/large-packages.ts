/**
 * The installed packages of more than 2 MB, each with the reason why a clone needs it. `npm run audit` fails for a
 * package without a reason, so that an installation does not grow unnoticed.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LARGE_BYTES = 2_000_000;

const CALLED = 'tests call the gateway with it';
const CHECKS = 'npm run check needs it';

/** The reasons by package name. A name that ends with `-` or `/` stands for the packages of all operating systems. */
const REASONS: Readonly<Record<string, string>> = {
  '@aws-sdk/client-cognito-identity-provider': CALLED,
  '@aws-sdk/client-iam': 'osls imports it',
  '@aws-sdk/client-s3': CALLED,
  '@aws-sdk/client-ssm': CALLED,
  '@esbuild/': 'bundles functions, packages and the console',
  '@modelcontextprotocol/client': 'tests call MCP servers with it',
  '@modelcontextprotocol/server': 'the example agent-tools runs on it',
  '@oxfmt/binding-': CHECKS,
  '@oxlint-tsgolint/': CHECKS,
  '@oxlint/binding-': CHECKS,
  '@types/node': CHECKS,
  'node-': 'runs all scripts, because the Node of the machine may be older',
  node: 'contains the same file as the Node of this system',
  esbuild: 'contains the same file as the esbuild of this system',
  oxfmt: CHECKS,
  oxlint: CHECKS,
  typescript: 'npm run check needs it, and so do handlers with decorators',
  undici: 'calls HTTP integrations',
  zod: 'the MCP packages import it',
};

type Large = { readonly name: string; readonly bytes: number; readonly reason: string | undefined };

/** Lists the packages of more than 2 MB in a folder `node_modules`, the largest first. */
export function listLargePackages(modules: string): readonly Large[] {
  const counted = new Set<string>();
  return packagesIn(modules)
    .map(({ name, folder }) => ({ name, bytes: bytesOf(folder, counted), reason: reasonFor(name) }))
    .filter(({ bytes }) => bytes > LARGE_BYTES)
    .toSorted((a, b) => b.bytes - a.bytes);
}

function reasonFor(name: string): string | undefined {
  const known = Object.keys(REASONS).find(
    (each) => each === name || (/[/-]$/.test(each) && name.startsWith(each)),
  );
  return known === undefined ? undefined : REASONS[known];
}

type Installed = { readonly name: string; readonly folder: string };

/** Lists packages, including packages that are nested in others. Links to workspaces are skipped. */
function packagesIn(modules: string): readonly Installed[] {
  const folders = foldersIn(modules).filter((name) => !name.startsWith('.'));
  const names = folders.flatMap((name) =>
    name.startsWith('@') ? foldersIn(join(modules, name)).map((each) => `${name}/${each}`) : [name],
  );
  return names.flatMap((name) => {
    const folder = join(modules, name);
    return [{ name, folder }, ...packagesIn(join(folder, 'node_modules'))];
  });
}

function foldersIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    // The folder does not exist.
    return [];
  }
}

/**
 * Returns the bytes of a package without the packages that it contains.
 * @param counted the files that have been counted. `node` and `esbuild` contain hard links to files of other packages,
 * which are counted once
 */
function bytesOf(folder: string, counted: Set<string>): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') bytes += bytesOf(path, counted);
    if (!entry.isFile()) continue;
    const { dev, ino, size } = statSync(path);
    if (!counted.has(`${dev} ${ino}`)) bytes += size;
    counted.add(`${dev} ${ino}`);
  }
  return bytes;
}
