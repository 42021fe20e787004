import { type Dirent, type FSWatcher, readdirSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Editors write a file in several steps; they count as one change. */
const SETTLE_MS = 15;

/** Folders watched for one unbundled function; more would exhaust the system's watches. */
const FOLDER_LIMIT = 500;

/** What to watch for one function: exactly these files, or a folder's own code. */
export type WatchedSources =
  | { readonly kind: 'files'; readonly files: readonly string[] }
  /** `code` matches the names of code files; absent = files of Node.js. */
  | { readonly kind: 'folder'; readonly folder: string; readonly code?: RegExp };

type Interest = {
  readonly files: ReadonlySet<string> | undefined;
  readonly folders: ReadonlySet<string>;
  readonly code: RegExp;
};

const NODE_CODE = /\.(?:[cm]?[jt]sx?|json)$/;

export class SourceWatcher {
  readonly #onChange: (functionNames: readonly string[]) => void;
  readonly #folders = new Map<string, FSWatcher>();
  readonly #interests = new Map<string, Interest>();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange gets the names of the changed functions, once per burst of changes */
  constructor(onChange: (functionNames: readonly string[]) => void) {
    this.#onChange = onChange;
  }

  watch(functionName: string, sources: WatchedSources): void {
    const isList = sources.kind === 'files';
    this.#interests.set(functionName, {
      files: isList ? new Set(sources.files) : undefined,
      code: (isList ? undefined : sources.code) ?? NODE_CODE,
      folders: new Set(isList ? sources.files.map((file) => dirname(file)) : listFolders(sources.folder)),
    });
    this.#update();
  }

  forget(functionName: string): void {
    this.#interests.delete(functionName);
    this.#update();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#interests.clear();
    this.#update();
  }

  #update(): void {
    const wanted = new Set([...this.#interests.values()].flatMap(({ folders }) => [...folders]));
    for (const [folder, watcher] of this.#folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of wanted) if (!this.#folders.has(folder)) this.#open(folder);
  }

  #open(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name !== null) this.#note(folder, join(folder, name));
      });
      watcher.on('error', () => watcher.close());
      this.#folders.set(folder, watcher);
    } catch {
      // The folder is gone; the next build names what is missing.
    }
  }

  #note(folder: string, path: string): void {
    for (const [name, { files, folders, code }] of this.#interests) {
      const isHit = files === undefined ? folders.has(folder) && code.test(basename(path)) : files.has(path);
      if (isHit) this.#changed.add(name);
    }
    if (this.#changed.size === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const names = [...this.#changed];
      this.#changed.clear();
      this.#onChange(names);
    }, SETTLE_MS).unref();
  }
}

/** Packages and generated files are numerous, and not edited. */
const NOT_OWN = /^(?:node_modules|__pycache__|venv|env|vendor|obj|\..*)$/;

export function listFolders(root: string): string[] {
  const found = [root];
  for (const folder of found) {
    if (found.length >= FOLDER_LIMIT) break;
    for (const entry of readEntries(folder)) {
      if (!entry.isDirectory() || NOT_OWN.test(entry.name)) continue;
      found.push(join(folder, entry.name));
    }
  }
  return found.slice(0, FOLDER_LIMIT);
}

/** Empty for a folder that is gone or cannot be read: the next build names what is missing. */
function readEntries(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
