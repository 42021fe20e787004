/**
 * Finds the folder in which Gatewright keeps credentials, logs and caches of a project: `.gatewright` of the
 * directory, or the user's own folder if the tool that deploys the project would put the whole directory into
 * a package.
 */
import { createHash } from 'node:crypto';
import { lstatSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { userFolder } from './user-folder.ts';

export const OWN_FOLDER = '.gatewright';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the project's folder below the user's folder if it exists, because the first run of the gateway then chose
 * it; otherwise `.gatewright` of the directory. Later, commands such as `init` and `attach` may still create
 * `.gatewright` in the directory, for files that belong to the project.
 */
export function ownFolderOf(directory: string, environment: Environment = process.env): string {
  const far = distantFolderOf(directory, environment);
  return isThere(far) ? far : join(directory, OWN_FOLDER);
}

/** Returns the folder of the project below the folder of the user. */
export function distantFolderOf(directory: string, environment: Environment = process.env): string {
  const real = realPathOf(directory);
  const hash = createHash('sha256').update(real).digest('hex').slice(0, 12);
  const name = basename(real)
    .replaceAll(/[^\w.-]+/g, '-')
    .slice(0, 60);
  return join(userFolder(environment), 'projects', `${name}-${hash}`);
}

function realPathOf(directory: string): string {
  try {
    return realpathSync(directory);
  } catch {
    return directory;
  }
}

/** A symbolic link counts as existing, so that the check of the folder can refuse it. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A part of the path is a file. Creating the folder reports this.
    return false;
  }
}
