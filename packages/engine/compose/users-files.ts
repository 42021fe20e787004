/** Where local users are written. Their format is loaded where one of the files is there. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { UsersRead } from '../../cognito/pools/written-users.ts';
import type { GatewayOptions } from '../gateway.ts';

const USERS_FILE = 'users.yml';

/** As `--seed` finds it: the files of tables may have these endings, too. */
const SEED_FILES = [USERS_FILE, 'users.yaml', 'users.json'];

/** Those of the directory come before those that `--seed` brings along. */
export function usersFiles(directory: string, seedFolder: string | undefined): readonly string[] {
  const ofSeed = seedFolder === undefined ? [] : SEED_FILES.map((name) => join(seedFolder, name));
  return [...new Set([join(directory, USERS_FILE), ...ofSeed])];
}

/** All of them; of two with one name the first holds. Never rejects. */
export async function readUsers(files: readonly string[]): Promise<UsersRead> {
  const present = await Promise.all(files.map(isPresent));
  if (!present.includes(true)) return { users: [], faults: [] };
  const userFiles = await import('../../cognito/user-files.ts');
  return userFiles.readUsers(files);
}

/** A file that cannot be looked at counts: reading it says why. */
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
