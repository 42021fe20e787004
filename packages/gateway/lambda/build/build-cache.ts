import { hash } from '@gatewright/aws/file-marks';
import { type CacheFolder, readCached, writeCached } from '@gatewright/aws/cache-files';
import { type BuildOptions, type Metafile, version } from 'esbuild';

import { type BuildInputs, isUnchanged, markBuild } from './build-inputs.ts';
import { printOptions } from './describe-build.ts';

/**
 * The version of the cache format. Increase this number whenever the format changes, or whenever the checks that allow
 * a build to be reused change.
 */
const FORMAT = 3;
/**
 * The maximum number of cache entries. Each function has one entry for its exports, and after its first call another
 * entry for its bundle.
 */
const MOST_FILES = 4_000;
const MOST_BYTES = 100_000_000;
/** The text that replaces the path of the run's folder in stored results, because the folder differs in each run. */
const RUN = '<run>';

/** The time in milliseconds before results are stored, so that storing them does not delay startup. */
const STORE_AFTER_MS = 1_000;

const unstored: (() => void)[] = [];

/**
 * Stores a result after startup, when nobody waits for the gateway. Each turn of the event loop stores only one result.
 */
export function storeLater(store: () => void): void {
  unstored.push(store);
  if (unstored.length === 1) setTimeout(storeNext, STORE_AFTER_MS).unref();
}

function storeNext(): void {
  unstored[0]?.();
  unstored.shift();
  if (unstored.length > 0) setImmediate(storeNext);
}

type CachedBuild = { readonly inputs: BuildInputs; readonly made: unknown };

type BuildQuery = { readonly what: string; readonly options: BuildOptions };

export class BuildCache {
  readonly #place: CacheFolder;
  readonly #runDirectory: string;

  /** @param folder the folder of the cache, which only its owner can read */
  constructor(folder: string, runDirectory: string) {
    this.#place = { folder, mostFiles: MOST_FILES, mostBytes: MOST_BYTES };
    this.#runDirectory = runDirectory;
  }

  /**
   * Returns the result of `make`, or the stored result of an earlier run if the input files are unchanged. A stored
   * result is not validated, because the same code wrote it.
   * @param keepBy runs the function that stores the result, at once or later
   */
  async make<T>(
    query: BuildQuery,
    make: () => Promise<{ readonly made: T; readonly metafile: Metafile | undefined }>,
    keepBy: (keep: () => void) => void = (keep) => keep(),
  ): Promise<T> {
    const found = this.find(query);
    if (found !== undefined) return found as T;
    const startedEpochMs = Date.now();
    const { made, metafile } = await make();
    keepBy(() => this.keep(query, startedEpochMs, metafile, made));
    return made;
  }

  find(query: BuildQuery): unknown {
    const text = readCached(this.#place, this.#nameOf(query));
    if (text === undefined) return undefined;
    const kept = JSON.parse(text.replaceAll(RUN, this.#quotedRun)) as CachedBuild;
    return isUnchanged(kept.inputs) ? kept.made : undefined;
  }

  keep(query: BuildQuery, startedEpochMs: number, metafile: Metafile | undefined, made: unknown): void {
    const inputs = metafile && this.#mark(metafile, query.options, startedEpochMs);
    if (inputs === undefined) return;
    const text = JSON.stringify({ inputs, made });
    // A result that already contains the placeholder is not stored, because it could not be restored.
    if (!text.includes(RUN))
      writeCached(this.#place, this.#nameOf(query), text.replaceAll(this.#quotedRun, RUN));
  }

  #mark(metafile: Metafile, options: BuildOptions, startedEpochMs: number): BuildInputs | undefined {
    try {
      return markBuild(metafile, options, { startedEpochMs, runDirectory: this.#runDirectory });
    } catch {
      // A file is missing or unreadable, so the function is built again the next time.
      return undefined;
    }
  }

  get #quotedRun(): string {
    return JSON.stringify(this.#runDirectory).slice(1, -1);
  }

  #nameOf({ what, options }: BuildQuery): string {
    const messages = printOptions(options);
    const { NODE_PATH: paths = '', ESBUILD_BINARY_PATH: binary = '' } = process.env;
    return hash([String(FORMAT), version, paths, binary, what, messages.replaceAll(this.#quotedRun, RUN)]);
  }
}
