/** Packages that only some scripts need, and no clone: `lab/tools/<name>/`, installed from its own lock file when first asked for. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INSTALL_DEADLINE_MS = 240_000;
/** Written at the end, so an installation that was cut off is made again. */
const STAMP = 'node_modules/.installed-from';

/** Where its packages are, once they are installed. */
export function toolFolder(name: string, tools = import.meta.dirname): string {
  return join(tools, name);
}

/** @returns why that was not possible, or undefined */
export function installTool(name: string, tools = import.meta.dirname): string | undefined {
  const folder = toolFolder(name, tools);
  const lock = join(folder, 'package-lock.json');
  const stamp = join(folder, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(lock, 'utf8')) return undefined;
  // npm scripts run with --silent would silence the reason, too.
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const install = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: INSTALL_DEADLINE_MS });
  if (install.status === 0) {
    copyFileSync(lock, stamp);
    return undefined;
  }
  const reason = install.error?.message ?? install.stderr.split('\n').find((line) => line.includes('error'));
  return `npm ci in lab/tools/${name} failed: ${reason ?? 'no reason given'}`;
}
