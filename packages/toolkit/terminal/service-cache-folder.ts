/**
 * Finds the folder with osls's output from an earlier start. It is reused because compiling the service again takes
 * seconds.
 */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { ownFolderOf } from '@gatewright/aws/own-folder-of';

const OTHERS_MODE = 0o077;

/**
 * Returns `{}` if no gateway was ever started in the directory, because commands that only read must not create a
 * folder. Also returns `{}` if the folder is a link, belongs to another user, or is accessible to other users, because
 * they could have changed its files.
 */
export function serviceCacheFolder(directory: string): { readonly cacheFolder?: string } {
  const folder = ownFolderOf(directory);
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return {};
  const own = process.getuid?.();
  if (own !== undefined && (stats.uid !== own || (stats.mode & OTHERS_MODE) !== 0)) return {};
  return { cacheFolder: join(folder, 'cache', 'services') };
}
