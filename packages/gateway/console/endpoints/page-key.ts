/**
 * The key of the console's page. It stays valid after the run ends, so that an open tab works after a restart. The key
 * is never sent. Instead, the page signs the name of the run with it. This protects against a program of another user
 * that takes over the port while the gateway is down, because an open tab calls the port each second.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { lstatSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readCached, writeCached } from '@gatewright/aws/cache-files';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import { userFolder } from '@gatewright/aws/user-folder';
import { isPageRoute } from './page-routes.ts';
import type { CacheFolder } from '@gatewright/aws/cache-files';

/**
 * Maximum number of keys, one for each folder in which a gateway was started. The least recently used keys are removed
 * first.
 */
const MOST_KEYS = 200;
const MOST_BYTES = 64 * 1024;

export function pageKeyFolder(environment: Readonly<Record<string, string | undefined>>): string {
  return join(userFolder(environment), 'console');
}

export class PageKey {
  /** The public name of the run, which the page signs. It is new with each run. */
  readonly start = randomBytes(16).toString('base64url');
  /** True once all ports listen. The page waits for this. */
  isReady = false;
  readonly #kept: { readonly cache: CacheFolder; readonly name: string } | undefined;
  readonly #report: (sentence: string) => void;
  /** The key of this run, which is used if no key can be stored. It is valid until the run ends. */
  #own: string | undefined;

  /**
   * @param folder the folder of the user's keys; undefined means that the key is valid until the run ends
   * @param directory the directory where the gateway was started, which exists
   */
  constructor(folder: string | undefined, directory: string, report: (sentence: string) => void) {
    this.#report = report;
    this.#kept = folder === undefined ? undefined : placeOf(folder, directory);
  }

  /**
   * Returns the key for a link. A key that other users could have read or written is not trusted and is
   * replaced.
   */
  open(): string {
    const found = this.#read();
    if (found !== undefined) return found;
    if (this.#kept !== undefined) {
      const file = join(this.#kept.cache.folder, this.#kept.name);
      if (isThere(file))
        this.#report(
          `${file} is damaged, is a link, belongs to another user or is accessible to others, so the console has a new key`,
        );
    }
    return this.renew();
  }

  /** Replaces the key. If the new key can be stored, all gateways of this folder refuse the previous key at once. */
  renew(): string {
    const key = randomBytes(32).toString('base64url');
    this.#own = undefined;
    if (this.#kept !== undefined) {
      const { cache, name } = this.#kept;
      writeCached(cache, name, key);
      if (this.#read() === key) return key;
      this.#report(
        `the key of the console is valid only until this gateway ends; to keep it, make ${cache.folder} a folder that only you can read and write`,
      );
    }
    this.#own = key;
    return key;
  }

  /** @param host the Host header of the browser; a signature for one port is refused at another */
  admits(signature: string, host: string): boolean {
    const key = this.#read();
    if (key === undefined) return false;
    const expected = createHmac('sha256', key).update(`${this.start} ${host.toLowerCase()}`);
    return equalInConstantTime(expected.digest('base64url'), signature);
  }

  /** @param path relative to `/_gatewright/` */
  mayCall(method: string, path: string): boolean {
    return isPageRoute(method, path);
  }

  /** Reads the key. This happens each time, because another command or gateway may have renewed the key. */
  #read(): string | undefined {
    return this.#own ?? (this.#kept && readCached(this.#kept.cache, this.#kept.name));
  }
}

function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // The folder may be inaccessible to this user, which `renew` reports.
    return false;
  }
}

/**
 * Returns where the key is stored. The name of the key depends on the machine and the folder, because home folders are
 * shared between machines and folders are copied.
 */
function placeOf(folder: string, directory: string): { cache: CacheFolder; name: string } {
  // Only the first part of the host name counts, because networks add and change the other parts.
  const [machine] = hostname().toLowerCase().split('.');
  const owner = [machine, realpathSync(directory)];
  const name = createHash('sha256').update(JSON.stringify(owner)).digest('hex').slice(0, 32);
  return { cache: { folder, mostFiles: MOST_KEYS, mostBytes: MOST_BYTES }, name };
}
