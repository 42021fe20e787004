import { existsSync, mkdirSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { distantFolderOf, ownFolderOf } from '@gatewright/aws/own-folder-of';
import { packagedFolders } from '../templates/packaged-folders.ts';

const OWN_MODE = 0o700;

/**
 * Decides where Gatewright's folder of a project is, before the first run creates it. If a deployment packages the
 * whole directory, the folder is created below the user's own folder, so that it is not packaged.
 * @returns the folder below the user's own folder; undefined if the call did not create it
 */
export async function placeOwnFolder(
  directory: string,
  sources: readonly string[],
): Promise<string | undefined> {
  if (existsSync(ownFolderOf(directory))) return undefined;
  const folders = (await Promise.all(sources.map((source) => packagedFolders(resolve(source))))).flat();
  if (!folders.some((folder) => isIn(resolve(directory), folder))) return undefined;
  const far = distantFolderOf(directory);
  mkdirSync(far, { recursive: true, mode: OWN_MODE });
  return far;
}

function isIn(path: string, folder: string): boolean {
  const from = relative(folder, path);
  return from !== '..' && !from.startsWith(`..${sep}`);
}
