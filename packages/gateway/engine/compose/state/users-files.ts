/** Files of local users. The code for their format is loaded only if such a file exists. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ParsedUsers } from '../../../cognito/pools/parse-users.ts';
import type { GatewayOptions } from '../../gateway.ts';

const USERS_FILE = 'users.yml';

/**
 * The names of users files in the `--seed` folder. They may have any extension that `--seed` accepts for table
 * files.
 */
const SEED_FILES = [USERS_FILE, 'users.yaml', 'users.json'];

/** Returns the users files. The file in the gateway's directory comes before the files of `--seed`. */
export function usersFiles(directory: string, seedFolder: string | undefined): readonly string[] {
  const ofSeed = seedFolder === undefined ? [] : SEED_FILES.map((name) => join(seedFolder, name));
  return [...new Set([join(directory, USERS_FILE), ...ofSeed])];
}

/** Reads all files. If two users have the same name, only the first user is added. Never rejects. */
export async function readUsers(files: readonly string[]): Promise<ParsedUsers> {
  const present = await Promise.all(files.map(isPresent));
  if (!present.includes(true)) return { users: [], faults: [] };
  const userFiles = await import('../../../cognito/user-files.ts');
  return userFiles.readUsers(files);
}

/** Whether the file exists. A file that cannot be accessed counts as present, so that reading it reports the error. */
async function isPresent(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
}

export function usersFilesOf({ directory, seed: folder }: GatewayOptions): readonly string[] {
  return usersFiles(directory, folder === undefined ? undefined : resolve(directory, folder));
}
