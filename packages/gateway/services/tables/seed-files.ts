/**
 * Reads the `--seed FOLDER` folder. Each file is named after a table and contains the table's first items, as JSON,
 * YAML or one JSON object per line. An item is either plain, or in DynamoDB's own form, or a request of a
 * BatchWriteItem.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { parse as parseYaml } from 'yaml';
import { StartError } from '../../core/errors.ts';
import { isItem, toAttributes } from './attribute-values.ts';

export type Seed = {
  readonly file: string;
  /** The file's name without extension, which is a table's name or logical id. */
  readonly table: string;
  readonly items: readonly UnknownMembers[];
};

const ENDINGS = new Set(['.json', '.yml', '.yaml', '.ndjson', '.jsonl']);
const MAX_BYTES = 64 * 1024 * 1024;
const USERS = 'users';

/**
 * Reads the seeds of a folder.
 * @throws StartError if a file cannot be read or is invalid. The message names the file, and the item if it is known
 */
export async function readSeeds(folder: string): Promise<readonly Seed[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw failure(folder, `cannot be read: ${messageOf(error)}`);
  });
  const files = names.filter((name) => ENDINGS.has(extname(name))).toSorted();
  const tables = files.map((name) => ({
    file: join(folder, name),
    table: name.slice(0, -extname(name).length),
  }));
  return Promise.all(
    tables
      .filter(({ table }) => table !== USERS)
      .map(async ({ file, table }) => ({ file, table, items: await readItems(file) })),
  );
}

/**
 * Converts the seeds that a program passes.
 * @throws StartError if an item is invalid. The message names the item
 */
export function toSeeds(tables: Readonly<Record<string, readonly object[]>>): readonly Seed[] {
  return Object.entries(tables).map(([table, items]) => ({
    file: table,
    table,
    items: items.map((item, index) => toItem(table, item, index + 1)),
  }));
}

async function readItems(file: string): Promise<readonly UnknownMembers[]> {
  const { size } = await stat(file);
  if (size > MAX_BYTES) throw failure(file, `has more than ${MAX_BYTES} bytes`);
  const list = toList(file, parseText(file, await readFile(file, 'utf8')));
  return list.map((item, index) => toItem(file, item, index + 1));
}

function parseText(file: string, text: string): unknown {
  try {
    if (/\.ya?ml$/.test(file)) return parseYaml(text);
    if (file.endsWith('.json')) return JSON.parse(text);
  } catch (error) {
    throw failure(file, messageOf(error).split('\n')[0] ?? '');
  }
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      throw failure(file, `line ${index + 1}: ${messageOf(error)}`);
    }
  });
}

/**
 * Reads a list of items, or `{ table: [ { PutRequest: { Item } } ] }`, the input of `aws dynamodb batch-write-item`.
 */
function toList(file: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (isJsonObject(value)) {
    const [requests, ...others] = Object.values(value);
    if (others.length === 0 && Array.isArray(requests)) return requests.map((one: unknown) => unwrap(one));
  }
  throw failure(file, 'does not contain a list of items');
}

function unwrap(request: unknown): unknown {
  const put = membersOf(request)['PutRequest'];
  return isJsonObject(put) ? put['Item'] : request;
}

function toItem(file: string, item: unknown, number: number): UnknownMembers {
  if (isItem(item)) return item;
  if (!isJsonObject(item)) throw failure(file, `item ${number} is not an object`);
  try {
    return toAttributes(item);
  } catch (error) {
    throw failure(file, `item ${number}: ${messageOf(error)}`);
  }
}

function failure(file: string, problem: string): StartError {
  return new StartError('SEED', `--seed: ${file} ${problem}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
