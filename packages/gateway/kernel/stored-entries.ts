/**
 * Entries that survive a restart, such as messages of queues, events in progress, and positions in streams. With
 * `--data`, each change is written to a file as one line before the caller continues.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { StartError } from '../core/errors.ts';

export interface StoredEntries {
  put(key: string, value: UnknownMembers): void;
  delete(key: string): void;
  /** Returns the entries with this key prefix, in the order in which they were first stored. */
  list(prefix: string): readonly (readonly [key: string, value: UnknownMembers])[];
  close(): void;
}

export const NO_STORED_ENTRIES: StoredEntries = {
  put: () => undefined,
  delete: () => undefined,
  list: () => [],
  close: () => undefined,
};

/** The minimum number of outdated lines at which the file is compacted. */
const COMPACT_FROM = 20_000;

/**
 * Opens the file of stored entries. It needs no lock of its own, because the embedded DynamoDB's lock prevents a second
 * gateway from using the folder.
 * @throws StartError DATA_DIRECTORY if the file cannot be used
 */
export function openStoredEntries(path: string): StoredEntries {
  try {
    return new FileEntries(path);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StartError('DATA_DIRECTORY', `${path} cannot be used: ${message}`);
  }
}

class FileEntries implements StoredEntries {
  readonly #path: string;
  readonly #entries = new Map<string, UnknownMembers>();
  #lines = 0;
  #file: number;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#read();
    this.#file = this.#rewrite();
  }

  put(key: string, value: UnknownMembers): void {
    this.#entries.set(key, value);
    this.#append({ key, value });
  }

  delete(key: string): void {
    if (this.#entries.delete(key)) this.#append({ key });
  }

  list(prefix: string): readonly (readonly [key: string, value: UnknownMembers])[] {
    return [...this.#entries].filter(([key]) => key.startsWith(prefix));
  }

  close(): void {
    closeSync(this.#file);
  }

  #append(line: UnknownMembers): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
    this.#lines += 1;
    if (this.#lines - this.#entries.size < COMPACT_FROM || this.#lines < 2 * this.#entries.size) return;
    closeSync(this.#file);
    this.#file = this.#rewrite();
  }

  /** Reads the entries. A truncated last line is skipped, because its change was never acknowledged. */
  #read(): void {
    if (!existsSync(this.#path)) return;
    for (const line of readFileSync(this.#path, 'utf8').split('\n')) {
      const entry = parseJsonObject(line);
      const { key, value } = entry ?? {};
      if (typeof key !== 'string') continue;
      if (isJsonObject(value)) this.#entries.set(key, value);
      else this.#entries.delete(key);
    }
  }

  /**
   * Writes the current entries to a new file, which then replaces the old file atomically. If the process is killed
   * meanwhile, nothing is lost.
   */
  #rewrite(): number {
    const text = [...this.#entries].map(([key, value]) => `${JSON.stringify({ key, value })}\n`).join('');
    // Messages contain users' data, so only the owner may read the file.
    writeFileSync(`${this.#path}.new`, text, { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#lines = this.#entries.size;
    return openSync(this.#path, 'a', 0o600);
  }
}
