/**
 * Lends packages that Lambda's runtimes include but a project lacks. They are installed once for all projects of the
 * user, from a lock list, into a folder of the gateway. Nothing is added to a project's own folder.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { userFolder } from '@gatewright/aws/user-folder';

import { runInstaller } from './run-installer.ts';
import type { InstallCommand, RunInstaller } from './run-installer.ts';
import type { LockList } from './lock-lists.ts';

export type Lent =
  | { readonly kind: 'lent'; readonly folder: string }
  /** The packages cannot be given to the function. `reason` is a part of a sentence. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface Lender {
  /** Returns the folder of a list; undefined if the list is not installed. */
  find(list: LockList): string | undefined;
  /**
   * Installs the packages of a list, unless they are already installed.
   * @param commandIn returns the command that installs them into a folder; undefined if there is no installer
   */
  lend(list: LockList, commandIn: (folder: string) => Promise<InstallCommand | undefined>): Promise<Lent>;
}

type LendingOptions = {
  readonly folder: string;
  /**
   * Whether packages may be installed. It is false under `--no-install`, and for programs that do not request
   * installation. Only packages that are already installed are then used.
   */
  readonly installs: boolean;
  readonly inform: (sentence: string) => void;
  readonly run?: RunInstaller;
  /** The time in milliseconds in which an installation must end. */
  readonly limitMs?: number;
  readonly maxBytes?: number;
  readonly nowMs?: () => number;
};

const LIMIT_MS = 60_000;
/**
 * The time in milliseconds after which a failed installation is tried again, because the network may be available by
 * then.
 */
const RETRY_AFTER_MS = 60_000;
const MAX_BYTES = 300 * 1024 ** 2;
const OWN_MODE = 0o700;
const OTHERS_WRITE = 0o022;

export function lentFolder(environment: Readonly<Record<string, string | undefined>>): string {
  return join(userFolder(environment), 'lent');
}

/** Lends nothing and installs nothing. */
export const NO_LENDING: Lender = {
  find: () => undefined,
  lend: () => Promise.resolve({ kind: 'refused', reason: 'the gateway does not install packages' }),
};

export class Lending implements Lender {
  readonly #options: LendingOptions;
  /** The installations of this run by the name of their list. */
  readonly #lent = new Map<string, { readonly lent: Promise<Lent>; failedAtMs?: number }>();

  constructor(options: LendingOptions) {
    this.#options = options;
  }

  find(list: LockList): string | undefined {
    const folder = this.#folderOf(list);
    if (strangenessOf(this.#options.folder) !== undefined) return undefined;
    return existsSync(join(folder, list.proof)) ? folder : undefined;
  }

  lend(list: LockList, commandIn: Parameters<Lender['lend']>[1]): Promise<Lent> {
    const folder = this.find(list);
    if (folder !== undefined) return Promise.resolve({ kind: 'lent', folder });
    const { nowMs = () => performance.now() } = this.#options;
    const known = this.#lent.get(list.name);
    if (known !== undefined && nowMs() - (known.failedAtMs ?? Infinity) < RETRY_AFTER_MS) return known.lent;
    const installation: NonNullable<typeof known> = { lent: this.#install(list, commandIn) };
    this.#lent.set(list.name, installation);
    void installation.lent.then(({ kind }) => {
      if (kind === 'refused') installation.failedAtMs = nowMs();
    });
    return installation.lent;
  }

  /** Returns the folder of a list. A changed list with the same name gets another folder. */
  #folderOf({ name, file }: LockList): string {
    const hash = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
    return join(this.#options.folder, `${name}-${hash}`);
  }

  async #install(list: LockList, commandIn: Parameters<Lender['lend']>[1]): Promise<Lent> {
    const { folder, installs, inform, run = runInstaller, limitMs = LIMIT_MS } = this.#options;
    const strangeness = strangenessOf(folder);
    if (strangeness !== undefined) return refused(strangeness);
    if (!installs)
      return refused(
        'the gateway installs no packages, because of --no-install or because the program does not set `install: true`',
      );
    const unfinished = join(folder, `new-${randomBytes(6).toString('hex')}`);
    try {
      mkdirSync(unfinished, { recursive: true, mode: OWN_MODE });
      // In a shared folder, another process may have created the folder first.
      const made = strangenessOf(folder);
      if (made !== undefined) return refused(made);
      const command = await commandIn(unfinished);
      if (command === undefined) return refused('no installer was found');
      inform(
        `installing ${list.what} in ${folder}, once for all projects, because Lambda's runtime includes it …`,
      );
      const failure = await run(command, unfinished, limitMs);
      if (failure !== undefined) return refused(failure);
      if (!existsSync(join(unfinished, list.proof))) return refused(`${command.file} installed nothing`);
      keep(unfinished, this.#folderOf(list));
      this.#makeRoom();
    } catch (error) {
      return refused(error instanceof Error ? error.message : String(error));
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
    const found = this.find(list);
    return found === undefined
      ? refused(`${folder} does not contain the installed packages`)
      : { kind: 'lent', folder: found };
  }

  /**
   * Removes the oldest folders until the remaining folders are below the size limit. The oldest folders contain
   * packages in versions that are no longer used, or unfinished installations.
   */
  #makeRoom(): void {
    const { folder, maxBytes = MAX_BYTES } = this.#options;
    const entries = readdirSync(folder).map((name) => {
      const path = join(folder, name);
      return { path, bytes: bytesOf(path), changedMs: statSync(path).mtimeMs };
    });
    let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    for (const entry of entries.toSorted((a, b) => a.changedMs - b.changedMs)) {
      if (bytes <= maxBytes) return;
      rmSync(entry.path, { recursive: true, force: true });
      bytes -= entry.bytes;
    }
  }
}

/** Renames the finished folder to its final name, unless another gateway has completed that folder first. */
function keep(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

function refused(reason: string): Lent {
  return { kind: 'refused', reason };
}

/**
 * Checks that a folder belongs to this user and that no other user can write to it. Attack: another user creates the
 * folder or replaces it with a link, so that this user's functions run foreign code.
 * @returns the reason why the folder must not be used; undefined if it belongs to this user or does not exist yet
 */
function strangenessOf(folder: string): string | undefined {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  const own = process.getuid?.();
  if (stats === undefined) return undefined;
  if (!stats.isDirectory() || (own !== undefined && stats.uid !== own))
    return `${folder} is not a folder that belongs to this user`;
  // The file mode is not checked on Windows, which does not have such modes.
  if (own !== undefined && (stats.mode & OTHERS_WRITE) !== 0)
    return `other users can write to ${folder} (mode ${(stats.mode & 0o777).toString(8)}): check its contents, then run: chmod go-w ${folder}`;
  return undefined;
}

export function bytesOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
