/** Packages that are only there to be compared with: installed on demand, into an ignored folder. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const INSTALL_DEADLINE_MS = 120_000;

/**
 * Installs exact versions once.
 * @returns why the packages cannot take part, or undefined
 */
export function installRivals(
  folder: string,
  dependencies: Readonly<Record<string, string>>,
): string | undefined {
  mkdirSync(folder, { recursive: true });
  const isThere = ([name, version]: readonly [string, string]): boolean => {
    const installed = join(folder, 'node_modules', name, 'package.json');
    return existsSync(installed) && readFileSync(installed, 'utf8').includes(`"${version}"`);
  };
  if (Object.entries(dependencies).every(isThere)) return undefined;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'];
  const install = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: INSTALL_DEADLINE_MS });
  if (install.status === 0) return undefined;
  const reason = install.stderr.split('\n').find((line) => line.includes('error')) ?? install.error?.message;
  const what = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
  return `npm install of ${what.join(', ')} failed: ${reason ?? 'no reason given'}`;
}
