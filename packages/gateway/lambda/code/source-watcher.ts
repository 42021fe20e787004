import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

import { statOf } from '@gatewright/aws/file-marks';
import { isInstalled } from './installed-files.ts';
import { entriesOf } from '@gatewright/aws/readable-files';
import { isWrittenByGatewright } from '@gatewright/aws/written-files';

/**
 * The time in milliseconds without a change after which a burst of changes is over. Some editors write a file in
 * several steps, which count as one change.
 */
const SETTLE_MS = 15;

/**
 * The time in milliseconds without a change after which a burst may be over. Work for the change then begins, and
 * starts again if further changes follow. If one file was saved, and nothing indicates that more is written, the burst
 * is over.
 */
const PAUSE_MS = 2;

/** A file of at least this many bytes may be written in parts, with pauses between them. */
const LARGE_BYTES = 65_536;

/**
 * The maximum number of folders that are watched for one unbundled function. More folders would use up the system's
 * watches.
 */
const FOLDER_LIMIT = 500;

/** The maximum number of files outside of its folder that are watched for one function, because it has loaded them. */
const LOADED_LIMIT = 1_000;

/**
 * The watched files of one function. They are given as a list of files, or as the folder of the function's own code.
 */
export type WatchedSources =
  | { readonly kind: 'files'; readonly files: readonly string[] }
  /**
   * A folder, which may not exist yet. `code` matches the names of code files; if it is absent, code files of Node.js
   * are watched.
   */
  | { readonly kind: 'folder'; readonly folder: string; readonly code?: RegExp };

type Interest = {
  readonly files: ReadonlySet<string>;
  /** Files in other folders that instances have loaded. They remain watched when the code is built again. */
  readonly loaded: Set<string>;
  readonly root: string | undefined;
  readonly code: RegExp;
  /** The root and the folders below it that are watched; empty if the root does not exist. */
  folders: ReadonlySet<string>;
};

const NODE_CODE = /\.(?:[cm]?[jt]sx?|json)$/;

function isCodeFile(code: RegExp, name: string): boolean {
  return code.test(name) && !isWrittenByGatewright(name);
}

type SourceListener = {
  /**
   * Called when no further change has followed for a short time, so that a burst may be over. It is called at most once
   * per burst, before `onChange`.
   */
  readonly onPause?: (functionNames: readonly string[]) => void;
  /**
   * Called once when a burst of changes is over, with the names of the changed functions. `isAfterPause` means that
   * nothing has changed since the call to `onPause`.
   */
  readonly onChange: (functionNames: readonly string[], isAfterPause: boolean) => void;
  /** Called once for each folder or file that cannot be watched, with a sentence about it. */
  readonly onUnwatched?: (functionName: string, message: string) => void;
};

export class SourceWatcher {
  readonly #listener: SourceListener;
  readonly #folders = new Map<string, FSWatcher>();
  readonly #interests = new Map<string, Interest>();
  readonly #changed = new Set<string>();
  /** The files that changed in the current burst. */
  readonly #files = new Set<string>();
  /** The file whose burst ended at its first pause. It is undefined once `SETTLE_MS` have passed after that end. */
  #endedEarly: string | undefined;
  /**
   * Files that changed again within `SETTLE_MS` after their burst had ended at its first pause, because their editor
   * writes in several steps.
   */
  readonly #writtenInSteps = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #pauseTimer: NodeJS.Timeout | undefined;
  #earlyTimer: NodeJS.Timeout | undefined;
  /** Whether `onPause` has been called for the current burst of changes. */
  #hasPaused = false;
  readonly #told = new Set<string>();

  constructor(listener: SourceListener) {
    this.#listener = listener;
  }

  watch(functionName: string, sources: WatchedSources): void {
    const isList = sources.kind === 'files';
    const folders = isList ? [] : listFolders(sources.folder);
    this.#interests.set(functionName, {
      files: new Set(isList ? sources.files : []),
      loaded: this.#interests.get(functionName)?.loaded ?? new Set(),
      root: isList ? undefined : sources.folder,
      code: (isList ? undefined : sources.code) ?? NODE_CODE,
      folders: new Set(folders),
    });
    if (!isList && folders.length === FOLDER_LIMIT)
      this.#tell(functionName, `only the first ${FOLDER_LIMIT} folders in ${sources.folder} are watched`);
    this.#update();
  }

  /**
   * Watches files that an instance has loaded or read, unless they are watched already or belong to an installed
   * package. The code of a function that was built is not watched, because all of its sources are already known and the
   * loaded code is its output.
   */
  watchLoaded(functionName: string, files: readonly string[]): void {
    const interest = this.#interests.get(functionName);
    if (interest === undefined) return;
    const { root, loaded, folders, code } = interest;
    const elsewhere = files.filter((file) => {
      const isCode = isCodeFile(code, basename(file));
      return !isInstalled(file) && !(isCode && (root === undefined || folders.has(dirname(file))));
    });
    for (const file of elsewhere.slice(0, LOADED_LIMIT - loaded.size)) loaded.add(file);
    if (elsewhere.some((file) => !loaded.has(file)))
      this.#tell(
        functionName,
        `only the first ${LOADED_LIMIT} files that the function has loaded from other folders are watched`,
      );
    this.#update();
  }

  #tell(functionName: string, problem: string): void {
    const message = `${problem}: after changes to other files, press r in the terminal of gatewright start`;
    if (this.#told.has(functionName + message)) return;
    this.#told.add(functionName + message);
    this.#listener.onUnwatched?.(functionName, message);
  }

  forget(functionName: string): void {
    this.#interests.delete(functionName);
    this.#update();
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#pauseTimer);
    clearTimeout(this.#earlyTimer);
    this.#interests.clear();
    this.#update();
  }

  #update(): void {
    const wanted = new Set([...this.#interests.values()].flatMap(foldersOf));
    for (const [folder, watcher] of this.#folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of wanted) if (!this.#folders.has(folder)) this.#open(folder);
  }

  #open(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        if (name === null) return;
        const path = join(folder, name);
        // A watched folder was removed and may have been created again. Its watcher must be replaced, because it still
        // refers to the removed folder.
        if (event === 'rename' && this.#folders.has(path)) this.#lose(path);
        this.#note(folder, path);
      });
      watcher.on('error', () => watcher.close());
      this.#folders.set(folder, watcher);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      // A folder that no longer exists is ignored here, because the next build reports it.
      if (code === 'ENOENT') return;
      for (const [name, interest] of this.#interests)
        if (foldersOf(interest).includes(folder)) this.#tell(name, `${folder} cannot be watched (${code})`);
    }
  }

  #lose(path: string): void {
    for (const interest of this.#interests.values()) interest.folders = without(interest.folders, path);
    this.#update();
  }

  /**
   * Watches new folders. Returns whether one of them already contains code, which may have been written before it was
   * watched.
   */
  #hasGrown(interest: Interest, path: string): boolean {
    const { root, folders, code } = interest;
    if (root === undefined || !(isWithin(path, root) || isWithin(root, path))) return false;
    const isBelow = path !== root && isWithin(path, root);
    if ((isBelow && NOT_OWN.test(basename(path))) || statOf(path)?.isDirectory() !== true) return false;
    interest.folders = new Set(listFolders(root));
    this.#update();
    const added = [...interest.folders].filter((folder) => !folders.has(folder));
    return added.some((folder) => entriesOf(folder).some((entry) => isCodeFile(code, entry.name)));
  }

  #note(folder: string, path: string): void {
    for (const [name, interest] of this.#interests) {
      const { files, loaded, folders, code } = interest;
      const isCode = folders.has(folder) && isCodeFile(code, basename(path));
      if (files.has(path) || loaded.has(path) || isCode || this.#hasGrown(interest, path)) {
        this.#changed.add(name);
        this.#files.add(path);
      }
    }
    if (this.#changed.size === 0) return;
    if (path === this.#endedEarly) this.#writtenInSteps.add(path);
    clearTimeout(this.#timer);
    clearTimeout(this.#pauseTimer);
    const isAfterPause = !this.#hasPaused;
    if (isAfterPause) this.#pauseTimer = setTimeout(() => this.#pause(), PAUSE_MS).unref();
    this.#timer = setTimeout(() => this.#end(isAfterPause), SETTLE_MS).unref();
  }

  #pause(): void {
    this.#hasPaused = true;
    this.#listener.onPause?.([...this.#changed]);
    const [file, ...others] = this.#files;
    if (file === undefined || others.length > 0 || this.#writtenInSteps.has(file) || !isWhole(file)) return;
    clearTimeout(this.#timer);
    this.#endedEarly = file;
    clearTimeout(this.#earlyTimer);
    this.#earlyTimer = setTimeout(() => (this.#endedEarly = undefined), SETTLE_MS).unref();
    this.#end(true);
  }

  #end(isAfterPause: boolean): void {
    const names = [...this.#changed];
    this.#changed.clear();
    this.#files.clear();
    this.#hasPaused = false;
    this.#listener.onChange(names, isAfterPause);
  }
}

/**
 * Returns whether a file seems to be complete. Until an editor is done, the file may be empty or renamed, and a large
 * file may have only its first parts.
 */
function isWhole(file: string): boolean {
  const stats = statOf(file);
  return stats?.isFile() === true && stats.size > 0 && stats.size < LARGE_BYTES;
}

/** Returns the folders without a removed folder and its subfolders. A recreated folder needs a new watcher. */
function without(folders: ReadonlySet<string>, lost: string): ReadonlySet<string> {
  return new Set([...folders].filter((folder) => !isWithin(folder, lost)));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

/**
 * Returns the folders to watch. If the root does not exist, the nearest existing folder above it is watched instead,
 * because the missing folders will be created in that folder.
 */
function foldersOf({ files, loaded, root, folders }: Interest): readonly string[] {
  const ofFiles = [...files, ...loaded].map((file) => dirname(file));
  if (root === undefined || folders.size > 0) return [...ofFiles, ...folders];
  let above = dirname(root);
  while (!existsSync(above)) above = dirname(above);
  return [...ofFiles, above];
}

/**
 * Matches folders of packages and generated files. They are not watched, because they contain many files that nobody
 * edits.
 */
const NOT_OWN = /^(?:node_modules|__pycache__|venv|env|vendor|obj|\..*)$/;

export function listFolders(root: string): string[] {
  const found = statOf(root)?.isDirectory() === true ? [root] : [];
  for (const folder of found) {
    if (found.length >= FOLDER_LIMIT) break;
    for (const entry of entriesOf(folder)) {
      if (!entry.isDirectory() || NOT_OWN.test(entry.name)) continue;
      found.push(join(folder, entry.name));
    }
  }
  return found.slice(0, FOLDER_LIMIT);
}
