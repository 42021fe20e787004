/**
 * Makes writes outside of `/tmp` fail as in Lambda, where the file system is read-only. The functions of `fs` are
 * replaced, because a mount needs privileges. Native code, child programs and threads that a function starts itself use
 * other ways to write, so their writes still succeed.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
 */
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { standIn } from './stand-in.ts';

type Code = keyof typeof ERRORS;
type Refusal = {
  readonly code: Code;
  readonly syscall: string;
  readonly path: string;
  readonly dest?: string | undefined;
};
/** The outcome of a call on a read-only file system: an error or no effect; undefined for a call that may write. */
type Judgement = Refusal | 'nothing' | undefined;
type Judge = (args: readonly unknown[], files: Files) => Judgement;
type Method = (this: unknown, ...args: unknown[]) => unknown;
type Methods = Record<string, Method | undefined>;

const ERRORS = {
  EROFS: [-30, 'read-only file system'],
  EXDEV: [-18, 'cross-device link not permitted'],
  EISDIR: [-21, 'illegal operation on a directory'],
  EEXIST: [-17, 'file already exists'],
  ENOENT: [-2, 'no such file or directory'],
} as const;

/** Folders in which a function may write. `/mnt` contains the file systems of EFS. */
const WRITABLE = ['/tmp', '/dev', '/proc', '/mnt'];
const WRITE_ACCESS = 2;

/**
 * The functions of `fs` that write, each with the outcome on a read-only file system of Linux: some calls first check
 * whether the file exists. A name covers all three forms of a function, such as `mkdir`, `mkdirSync` and
 * `promises.mkdir`.
 */
const JUDGES: Readonly<Record<string, Judge>> = {
  open: ([path, flags], files) => judgeOpening(path, isFlag(flags) ? flags : 'r', files),
  writeFile: ([path, , options], files) => judgeOpening(path, flagOf(options) ?? 'w', files),
  appendFile: ([path, , options], files) => judgeOpening(path, flagOf(options) ?? 'a', files),
  truncate: ([path], files) => judgeOpening(path, 'r+', files),
  mkdir: ([path, options], files) => {
    const found = files.find(path);
    if (found === undefined) return undefined;
    const isRecursive = hasOption(options, 'recursive');
    if (found.exists) return isRecursive && found.isFolder ? 'nothing' : refuse('mkdir', found, 'EEXIST');
    // Node.js reports ENOENT for folders that `recursive` cannot create on a read-only file system.
    return refuse('mkdir', found, isRecursive ? 'ENOENT' : 'EROFS');
  },
  mkdtemp: ([prefix], files) => refuse('mkdtemp', files.find(`${String(prefix)}XXXXXX`)),
  unlink: ([path], files) => refuse('unlink', files.findEntry(path)),
  rmdir: ([path], files) => refuse('rmdir', files.findEntry(path)),
  rm: ([path, options], files) => {
    const found = files.findEntry(path);
    return found?.exists === false && hasOption(options, 'force')
      ? 'nothing'
      : judgeExisting('unlink', found);
  },
  rename: ([from, to], files) => {
    const [source, target] = [files.findEntry(from), files.findEntry(to)];
    if (source === undefined && target === undefined) return undefined;
    const paths = { path: toPath(from), dest: toPath(to) };
    return { code: source && target ? 'EROFS' : 'EXDEV', syscall: 'rename', ...paths };
  },
  copyFile: judgeCopy,
  cp: judgeCopy,
  link: judgeLink('link'),
  symlink: judgeLink('symlink'),
  chmod: ([path], files) => judgeExisting('chmod', files.find(path)),
  chown: ([path], files) => judgeExisting('chown', files.find(path)),
  lchown: ([path], files) => judgeExisting('lchown', files.findEntry(path)),
  utimes: ([path], files) => judgeExisting('utime', files.find(path)),
  lutimes: ([path], files) => judgeExisting('lutime', files.findEntry(path)),
  access: ([path, mode], files) =>
    typeof mode === 'number' && (mode & WRITE_ACCESS) !== 0
      ? judgeExisting('access', files.find(path))
      : undefined,
};

/** @param folders the folders of the function's code, which are read-only even if they are below `/tmp` */
export function makeFilesReadOnly(folders: readonly string[]): void {
  const files = new Files(folders);
  const fs = process.getBuiltinModule('node:fs') as unknown as Methods & { readonly promises: Methods };
  for (const [name, judge] of Object.entries(JUDGES)) {
    replace(fs, name, judge, files, callBack);
    replace(fs, `${name}Sync`, judge, files, throwError);
    replace(fs.promises, name, judge, files, (error) =>
      error === null ? Promise.resolve() : Promise.reject(error),
    );
  }
  syncBuiltinESMExports();
}

function replace(
  owner: Methods,
  name: string,
  judge: Judge,
  files: Files,
  answer: (error: Error | null, args: readonly unknown[]) => unknown,
): void {
  const real = owner[name];
  if (real === undefined) return;
  const guarded: Method = function (...args) {
    const judgement = judge(args, files);
    if (judgement === undefined) return Reflect.apply(real, this, args);
    return answer(judgement === 'nothing' ? null : toError(judgement, guarded), args);
  };
  // The properties of the real function include `util.promisify.custom`.
  owner[name] = standIn(guarded, real);
}

function throwError(error: Error | null): void {
  if (error !== null) throw error;
}

function callBack(error: Error | null, args: readonly unknown[]): void {
  const callback = args.at(-1);
  if (typeof callback !== 'function') throw new TypeError('The "cb" argument must be of type function');
  process.nextTick(() => void Reflect.apply(callback, undefined, [error]));
}

function toError({ code, syscall, path, dest }: Refusal, caller: Method): Error {
  const [errno, text] = ERRORS[code];
  const target = dest === undefined ? '' : ` -> '${dest}'`;
  const error = new Error(`${code}: ${text}, ${syscall} '${path}'${target}`);
  Error.captureStackTrace(error, caller);
  return Object.assign(error, { errno, code, syscall, path, ...(dest !== undefined && { dest }) });
}

/** A path at which the function is not allowed to write. */
type Found = {
  readonly given: string;
  readonly exists: boolean;
  readonly isFolder: boolean;
  readonly hasParent: boolean;
};

class Files {
  readonly #writable: readonly string[];
  readonly #readOnly: readonly string[];

  constructor(folders: readonly string[]) {
    this.#writable = [...WRITABLE, tmpdir()].map(toReal);
    this.#readOnly = folders.map(toReal);
  }

  /** Finds the file that a path refers to, following links. Returns undefined for a file that may be written. */
  find(given: unknown): Found | undefined {
    return this.#find(given, statSync, toReal);
  }

  /** Finds the entry of a folder, which may be a link. Returns undefined for an entry that may be written. */
  findEntry(given: unknown): Found | undefined {
    return this.#find(given, lstatSync, (path) => join(toReal(dirname(path)), basename(path)));
  }

  #find(given: unknown, look: typeof statSync, locate: (path: string) => string): Found | undefined {
    const text = toPath(given);
    if (text === '' || text.includes('\0')) return undefined;
    // A relative path is resolved from the folder of the function's code, even in a thread, because `process.cwd` is
    // replaced in threads.
    const path = resolve(text);
    if (!this.#isReadOnly(locate(path))) return undefined;
    const entry = look(path, { throwIfNoEntry: false });
    const hasParent = entry !== undefined || statSync(dirname(path), { throwIfNoEntry: false }) !== undefined;
    return { given: text, exists: entry !== undefined, isFolder: entry?.isDirectory() === true, hasParent };
  }

  /** The folder nearest to the file decides, because a project may be below `/tmp`, or contain a temporary folder. */
  #isReadOnly(path: string): boolean {
    const writable = longestAround(path, this.#writable);
    return writable === 0 || longestAround(path, this.#readOnly) > writable;
  }
}

function longestAround(path: string, folders: readonly string[]): number {
  const around = folders.filter((folder) => path === folder || path.startsWith(`${folder}${sep}`));
  return Math.max(0, ...around.map(({ length }) => length));
}

/** Resolves the links of a path. If the path does not exist, the links in its existing part are resolved. */
function toReal(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(toReal(parent), basename(path));
  }
}

/** Returns a path as a string, and an empty string for a descriptor and for values that are not paths. */
function toPath(given: unknown): string {
  if (typeof given === 'string') return given;
  if (given instanceof URL) return given.protocol === 'file:' ? fileURLToPath(given) : '';
  return given instanceof Uint8Array ? Buffer.from(given).toString() : '';
}

/** @param code the error in a folder that exists; other folders always give ENOENT */
function refuse(syscall: string, found: Found | undefined, code: Code = 'EROFS'): Refusal | undefined {
  if (found === undefined) return undefined;
  return { code: found.hasParent ? code : 'ENOENT', syscall, path: found.given };
}

function judgeExisting(syscall: string, found: Found | undefined): Refusal | undefined {
  return refuse(syscall, found, found?.exists === true ? 'EROFS' : 'ENOENT');
}

function judgeOpening(path: unknown, flags: string | number, files: Files): Refusal | undefined {
  const { writes, creates, isExclusive } = readFlags(flags);
  const found = writes ? files.find(path) : undefined;
  if (found?.exists === true && isExclusive) return refuse('open', found, 'EEXIST');
  if (found?.isFolder === true) return refuse('open', found, 'EISDIR');
  return refuse('open', found, found?.exists === false && !creates ? 'ENOENT' : 'EROFS');
}

function readFlags(flags: string | number) {
  if (typeof flags === 'string')
    return { writes: /[wa+]/.test(flags), creates: /[wa]/.test(flags), isExclusive: flags.includes('x') };
  const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_EXCL } = process.getBuiltinModule('node:fs').constants;
  const creates = (flags & O_CREAT) !== 0;
  return {
    writes: (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) !== 0,
    creates,
    isExclusive: creates && (flags & O_EXCL) !== 0,
  };
}

function isFlag(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function flagOf(options: unknown): string | number | undefined {
  const flag =
    typeof options === 'object' && options !== null && 'flag' in options ? options.flag : undefined;
  return isFlag(flag) ? flag : undefined;
}

function hasOption(options: unknown, name: 'recursive' | 'force'): boolean {
  return (
    typeof options === 'object' && options !== null && (options as Record<string, unknown>)[name] === true
  );
}

function judgeCopy([from, to]: readonly unknown[], files: Files): Refusal | undefined {
  const found = files.find(to);
  if (found === undefined) return undefined;
  const source = statSync(resolve(toPath(from)), { throwIfNoEntry: false });
  if (source?.isDirectory() === true && !found.exists) return refuse('mkdir', found);
  const code = source === undefined ? 'ENOENT' : 'EROFS';
  return { code, syscall: 'copyfile', path: toPath(from), dest: found.given };
}

function judgeLink(syscall: string): Judge {
  return ([from, to], files) => {
    const found = files.findEntry(to);
    const refusal = refuse(syscall, found, found?.exists === true ? 'EEXIST' : 'EROFS');
    return refusal && { ...refusal, path: toPath(from), dest: toPath(to) };
  };
}
