/**
 * Installs packages that only some scripts need. Their folder `lab/tools/<name>/` has its own lock file. They are
 * installed when first used, and a normal clone does not install them.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INSTALL_DEADLINE_MS = 240_000;
/** The stamp is written last, so that an interrupted installation is repeated. */
const STAMP = 'node_modules/.installed-from';

/** Returns the folder that contains a tool's packages once they are installed. */
export function toolFolder(name: string, tools = import.meta.dirname): string {
  return join(tools, name);
}

/** @returns why the installation failed, or undefined */
export function installTool(name: string, tools = import.meta.dirname): string | undefined {
  const folder = toolFolder(name, tools);
  const lock = join(folder, 'package-lock.json');
  const stamp = join(folder, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(lock, 'utf8')) return undefined;
  // `--loglevel` is set because an npm script run with --silent would suppress the reason of a failure.
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const install = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: INSTALL_DEADLINE_MS });
  if (install.status === 0) {
    copyFileSync(lock, stamp);
    return undefined;
  }
  const reason = install.error?.message ?? install.stderr.split('\n').find((line) => line.includes('error'));
  return `npm ci in lab/tools/${name} failed: ${reason ?? 'no reason given'}`;
}
