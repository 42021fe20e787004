/** Finds the folder with osls's output of an earlier start, because compiling it again takes seconds. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';

const OTHERS_MODE = 0o077;

/**
 * Returns `{}` if nothing was started in the directory, because a command that only reads creates no folder. Also
 * returns `{}` if the folder is a link or writable by other users, who could have changed what is served.
 */
export function serviceCacheFolder(directory: string): { readonly cacheFolder?: string } {
  const folder = join(directory, '.gatewright');
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return {};
  const own = process.getuid?.();
  if (own !== undefined && (stats.uid !== own || (stats.mode & OTHERS_MODE) !== 0)) return {};
  return { cacheFolder: join(folder, 'cache', 'services') };
}
