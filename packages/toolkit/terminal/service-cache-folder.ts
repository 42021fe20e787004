/** The place where commands find osls's output of an earlier start, which takes seconds to compile again. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';

const OTHERS_MODE = 0o077;

/**
 * `{}` if nothing was started in the directory, since a command that only reads creates no folder; or if the
 * folder is a link or writable by others, who could have changed what is served.
 */
export function serviceCacheFolder(directory: string): { readonly cacheFolder?: string } {
  const folder = join(directory, '.gatewright');
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return {};
  const own = process.getuid?.();
  if (own !== undefined && (stats.uid !== own || (stats.mode & OTHERS_MODE) !== 0)) return {};
  return { cacheFolder: join(folder, 'cache', 'services') };
}
