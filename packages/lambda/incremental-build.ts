/** The bundle of a function, of which a save builds only what was saved where it can. */
import type { BuildResult } from 'esbuild';

import {
  findImports,
  type LocatedOptions,
  type PackageImports,
  prebundle,
  type PrebundledPackages,
} from './prebundled-packages.ts';
import { RepeatedBuild } from './repeated-build.ts';

/** The events that waited for a save come first. */
const PREPARE_AFTER_MS = 250;
/** Smaller bundles are built as fast (docs/design/hot-path §4). */
const PREBUNDLED_FROM_BYTES = 100_000;

/** Without `packages`, they are in the result. */
type Incremental = BuildResult & { readonly packages?: PrebundledPackages };

type Own = { readonly of: string; readonly build: RepeatedBuild; readonly packages: PrebundledPackages };

export class IncrementalBuild {
  readonly #options: LocatedOptions;
  readonly #folder: string;
  readonly #isEsbuild: boolean;
  readonly #whole: RepeatedBuild;
  /** Of the last whole build. */
  #imports: PackageImports = new Map();
  #own: Own | undefined;
  /** Imports that cannot be bundled apart. */
  #refused: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  /**
   * @param folder for files of its own
   * @param isEsbuild a service that names esbuild gets what esbuild makes
   */
  constructor(options: LocatedOptions, folder: string, isEsbuild: boolean) {
    this.#options = options;
    this.#folder = folder;
    this.#isEsbuild = isEsbuild;
    this.#whole = new RepeatedBuild(options, isEsbuild);
  }

  /**
   * @param isChanged a build that is running may have read what has changed since
   * @throws BuildFailure of esbuild, also once `signal` is aborted
   */
  async run(isChanged: boolean, signal?: AbortSignal): Promise<Incremental> {
    const own = isChanged ? this.#own : undefined;
    if (own?.packages.isCurrent() === true) {
      const result = await own.build.run(isChanged, signal).catch(() => undefined);
      if (result !== undefined && own.packages.coversImports(result.metafile))
        return { ...result, packages: own.packages };
      // The sources import another package, or the whole build reports what is wrong.
      signal?.throwIfAborted();
    }
    return await this.#runWhole(isChanged, signal);
  }

  async #runWhole(isChanged: boolean, signal?: AbortSignal): Promise<BuildResult> {
    const result = await this.#whole.run(isChanged, signal);
    const { metafile, outputFiles = [] } = result;
    const isLarge = outputFiles.some(({ contents }) => contents.length > PREBUNDLED_FROM_BYTES);
    this.#imports = isLarge && metafile !== undefined ? findImports(this.#options, metafile) : new Map();
    return result;
  }

  /** After a save, since another may follow. */
  prepareSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.prepare(), PREPARE_AFTER_MS).unref();
  }

  /** Bundles the packages, from which later runs are shorter. */
  async prepare(): Promise<void> {
    const before = this.#own;
    const of = JSON.stringify([...this.#imports].toSorted());
    if (
      this.#imports.size === 0 ||
      of === this.#refused ||
      (before?.of === of && before.packages.isCurrent())
    )
      return;
    const packages = await prebundle(this.#options, this.#imports, this.#folder, this.#isEsbuild).catch(
      () => 'refused' as const,
    );
    this.#own = undefined;
    await before?.build.dispose();
    if (packages === 'refused') this.#refused = of;
    if (typeof packages === 'string' || this.#isDisposed) return;
    const alias = { ...this.#options.alias, ...packages.alias };
    const build = new RepeatedBuild({ ...this.#options, alias }, this.#isEsbuild);
    this.#own = { of, build, packages };
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    await Promise.all([this.#whole.dispose(), this.#own?.build.dispose()]);
  }
}
