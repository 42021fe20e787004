/** Local users on disk: the user's own `users.yml`, and with `--data DIR` the users that calls have created. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject } from '@gatewright/aws/json-object';
import { KeyLocks } from '@gatewright/aws/key-locks';
import { DefinitionError, StartError } from '../core/errors.ts';
import type { SavedPool } from './pools/user-pools.ts';
import { parseUsers } from './pools/parse-users.ts';
import type { ParsedUsers } from './pools/parse-users.ts';
import { readSecretFile, writeSecretFile } from '../kernel/files/secret-file.ts';

const KEPT_FILE = 'users.json';
const MAX_BYTES = 1024 * 1024;
const SAVES = new KeyLocks();

/** Reads all users. If two users have the same name, the first is used. Never rejects. */
export async function readUsers(files: readonly string[]): Promise<ParsedUsers> {
  const read = await Promise.all(files.map(readUsersFile));
  const users = new Map<string, ParsedUsers['users'][number]>();
  for (const user of read.flatMap((one) => one.users))
    if (!users.has(user.username)) users.set(user.username, user);
  return { users: [...users.values()], faults: read.flatMap(({ faults }) => faults) };
}

async function readUsersFile(file: string): Promise<ParsedUsers> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > MAX_BYTES) throw new Error('it is longer than 1 MB');
    return parseUsers(text, file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { users: [], faults: [] };
    const reason = error instanceof Error ? error.message : String(error);
    return { users: [], faults: [new DefinitionError({ file }, `cannot be read: ${reason}`)] };
  }
}

/**
 * @returns an empty list if no pools are saved
 * @throws StartError if the file is damaged or cannot be read
 */
export async function loadPools(dataDirectory: string): Promise<readonly SavedPool[]> {
  const path = join(dataDirectory, KEPT_FILE);
  const text = await readSecretFile(path).catch((error: unknown) => {
    throw new StartError('DATA_DIRECTORY', `--data: ${path} cannot be read: ${String(error)}`);
  });
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text, revive);
    if (Array.isArray(value)) return value as readonly SavedPool[];
  } catch {
    // The error is thrown below.
  }
  throw new StartError(
    'KEPT_USERS',
    `${path} is damaged; delete it to start without the users that were created by API calls`,
  );
}

/** Saves the pools with hashes instead of passwords. Calls are executed one after another. */
export async function savePools(dataDirectory: string, pools: readonly SavedPool[]): Promise<void> {
  const path = join(dataDirectory, KEPT_FILE);
  const text = JSON.stringify(pools, replace);
  await SAVES.hold([path], () => writeSecretFile(path, `${text}\n`));
}

export function printPools(pools: readonly SavedPool[]): unknown {
  return JSON.parse(JSON.stringify(pools, replace));
}

/** Reads pools from JSON; undefined if the value is invalid. */
export function parsePools(value: unknown): readonly SavedPool[] | undefined {
  const isPool = (one: unknown): boolean =>
    isJsonObject(one) &&
    typeof one['poolId'] === 'string' &&
    [one['users'], one['sessions']].every((list) => Array.isArray(list) && list.every(isJsonObject)) &&
    Array.isArray(one['groups']) &&
    one['groups'].every(
      (group: unknown) =>
        (isJsonObject(group) && typeof group['name'] === 'string') ||
        (Array.isArray(group) && group.every((text) => typeof text === 'string')),
    );
  if (!Array.isArray(value) || !value.every(isPool)) return undefined;
  return JSON.parse(JSON.stringify(value), revive) as readonly SavedPool[];
}

function replace(_key: string, value: unknown): unknown {
  if (value instanceof Map) return { '@map': [...value] };
  return value instanceof Set ? { '@set': [...value] } : value;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('@map' in value) return new Map(value['@map'] as [string, string][]);
  return '@set' in value ? new Set(value['@set'] as string[]) : value;
}
