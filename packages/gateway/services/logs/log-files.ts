/**
 * Writes log groups to files such as `.gatewright/logs/aws_apigateway_orders.log`. The older parts of a log are in the
 * same folder and have the suffixes `.1` to `.3`.
 */
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import type { LogGroups } from '../../core/ports.ts';

type LogFileOptions = {
  readonly directory: string;
  readonly report: (message: string) => void;
  /** The size in bytes at which a file is rotated. */
  readonly maxFileBytes?: number;
};

interface LogFiles extends LogGroups {
  flush(): Promise<void>;
  /** Writes the waiting lines to the files. Lines that arrive later are lost. */
  close(): Promise<void>;
}

const MAX_FILE_BYTES = 10 * 1024 * 1024;
/** The number of rotated files per group. Together with the current file, a group needs at most 40 MB. */
const KEPT_FILES = 3;
/** The maximum number of characters that wait for a slow disk. Further text is dropped. */
const MAX_PENDING_CHARACTERS = 4 * 1024 * 1024;
/**
 * The maximum number of groups that are written. A limit is needed because the names of the groups come from templates.
 */
const MAX_FILES = 256;

/**
 * Creates the log files. The lines of one event loop turn are written together. If the process crashes, lines that have
 * not been written yet are lost.
 */
export function createLogFiles(options: LogFileOptions): LogFiles {
  const files = new Map<string, LogFile>();
  const fileOf = (group: string): LogFile | undefined => {
    const known = files.get(group);
    if (known !== undefined || files.size >= MAX_FILES) return known;
    const file = new LogFile(join(options.directory, fileNameOf(group)), options);
    files.set(group, file);
    return file;
  };
  return {
    write: (group, line) => fileOf(group)?.write(line),
    async flush() {
      await Promise.all([...files.values()].map((file) => file.flush()));
    },
    async close() {
      await Promise.all([...files.values()].map((file) => file.close()));
    },
  };
}

/**
 * Returns the file name of a group. A group name may contain slashes and dots, but the file must stay inside the
 * folder: `/aws/api/..` → `aws_api_...log`.
 */
export function fileNameOf(group: string): string {
  const name = group
    .replace(/^\/+/, '')
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 200);
  return `${name === '' ? '_' : name}.log`;
}

class LogFile {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #report: (message: string) => void;
  #pending = '';
  #dropped = 0;
  #handle: FileHandle | undefined;
  #sizeBytes = 0;
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(path: string, { report, maxFileBytes = MAX_FILE_BYTES }: LogFileOptions) {
    this.#path = path;
    this.#maxBytes = maxFileBytes;
    this.#report = report;
  }

  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#pending.length > MAX_PENDING_CHARACTERS) {
      this.#dropped += 1;
      return;
    }
    this.#pending += `${line}\n`;
    this.#writing ??= this.#drain();
  }

  async flush(): Promise<void> {
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    this.#isClosed = true;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  /** Performs one write at a time, so that lines stay in order. New lines are part of the next write. */
  async #drain(): Promise<void> {
    try {
      await new Promise(setImmediate);
      while (this.#pending !== '') {
        const text =
          this.#dropped === 0 ? this.#pending : `${this.#pending}${this.#dropped} log lines dropped\n`;
        this.#pending = '';
        this.#dropped = 0;
        await this.#append(text);
      }
    } catch (error) {
      this.#isClosed = true;
      this.#pending = '';
      this.#report(
        `${this.#path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      );
    } finally {
      this.#writing = undefined;
    }
  }

  async #append(text: string): Promise<void> {
    if (this.#sizeBytes >= this.#maxBytes) await this.#setAside();
    this.#handle ??= await this.#open();
    const { bytesWritten } = await this.#handle.write(text);
    this.#sizeBytes += bytesWritten;
  }

  /**
   * Opens the file so that only its owner can read it. The template defines what the access log contains, which may
   * include keys and claims.
   */
  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#path), { recursive: true });
    const handle = await open(this.#path, 'a', 0o600);
    this.#sizeBytes = (await handle.stat()).size;
    return handle;
  }

  async #setAside(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
    for (let age = KEPT_FILES; age > 1; age -= 1)
      await renameIfThere(`${this.#path}.${age - 1}`, `${this.#path}.${age}`);
    await renameIfThere(this.#path, `${this.#path}.1`);
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
