/**
 * The folder of a project, `.gatewright` in the directory where the gateway was started or a folder of the user. It
 * contains credentials, logs and caches that only their owner can read.
 */
import { chmod, lstat, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownFolderOf } from '@gatewright/aws/own-folder-of';
import { StartError } from '../../core/errors.ts';

const OWN_MODE = 0o700;
const OTHERS = 0o077;
const INSIDE = ['cache', 'cache/builds', 'cache/compile', 'cache/services', 'logs'];

/**
 * Creates the folder with mode 0700, regardless of the umask, and with its own `.gitignore`. Refuses to use the folder
 * if the folder or a folder inside it is a link. Attack: git preserves links, so a cloned repository could make the
 * gateway write outside of the folder.
 * @throws StartError OWN_FOLDER if the folder cannot be used
 */
export async function makeOwnFolder(directory: string): Promise<string> {
  const path = ownFolderOf(directory);
  try {
    await mkdir(path, { recursive: true, mode: OWN_MODE });
    await refuseLink(path);
    if (((await lstat(path)).mode & OTHERS) !== 0) await chmod(path, OWN_MODE);
    for (const name of INSIDE) await refuseLink(join(path, name));
    await ignoreByGit(path);
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError('OWN_FOLDER', `${path} cannot be used: ${reason}`);
  }
  return path;
}

async function refuseLink(path: string): Promise<void> {
  const stats = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (stats === undefined || stats.isDirectory()) return;
  const what = stats.isSymbolicLink() ? 'a symbolic link' : 'not a folder';
  throw new StartError(
    'OWN_FOLDER',
    `${path} is ${what}; delete it and the gateway will create its own folder`,
  );
}

/** Writes the `.gitignore`. With the flag `wx`, the write neither follows a link nor overwrites an existing file. */
async function ignoreByGit(path: string): Promise<void> {
  try {
    await writeFile(join(path, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
