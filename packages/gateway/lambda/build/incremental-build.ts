/**
 * Builds the bundle of a function. If possible, only the parts that may have changed are built again after a save
 * (docs/design/hot-path §4).
 */
import type { BuildResult } from 'esbuild';

import {
  findClosedPackages,
  type LocatedOptions,
  prebundle,
  type PrebundledPackages,
} from './prebundled-packages.ts';
import { RepeatedBuild } from './repeated-build.ts';

/** The delay in milliseconds before preparation starts. Events that waited for a save are processed first. */
const PREPARE_AFTER_MS = 250;

/** The result of a build. If `packages` is absent, the bundle itself contains the packages. */
type Incremental = BuildResult & { readonly packages?: PrebundledPackages };

type Rest = { readonly of: string; readonly build: RepeatedBuild; readonly packages: PrebundledPackages };

export class IncrementalBuild {
  readonly #options: LocatedOptions;
  readonly #isEsbuild: boolean;
  readonly #whole: RepeatedBuild;
  readonly #disposal = new AbortController();
  #latestWhole: BuildResult | undefined;
  /** The build of everything except packages, which is repeated after each save. */
  #rest: Rest | undefined;
  #timer: NodeJS.Timeout | undefined;
  #preparing = Promise.resolve();

  /**
   * @param isEsbuild whether the service itself bundles with esbuild, in which case esbuild's output is used unchanged
   */
  constructor(options: LocatedOptions, isEsbuild: boolean) {
    this.#options = options;
    this.#isEsbuild = isEsbuild;
    this.#whole = new RepeatedBuild(options, isEsbuild);
  }

  /**
   * Builds the bundle.
   * @param isChanged whether files may have changed since a running build read them
   * @throws BuildFailure of esbuild if the code cannot be bundled; if `signal` is aborted, this error or the signal's
   * reason
   */
  async run(isChanged: boolean, signal?: AbortSignal): Promise<Incremental> {
    const rest = isChanged ? this.#rest : undefined;
    if (rest !== undefined) {
      const { packages } = rest;
      const building = rest.build.run(isChanged, signal).catch(() => undefined);
      // This check runs at the same time as esbuild.
      const isCurrent = packages.isCurrent();
      const result = await building;
      if (isCurrent && result !== undefined && packages.suits(result)) return { ...result, packages };
      // If the build of the sources has failed, the complete build that follows reports the errors.
      signal?.throwIfAborted();
    }
    this.#latestWhole = undefined;
    const whole = await this.#whole.run(isChanged, signal);
    this.#latestWhole = whole;
    return whole;
  }

  /** Prepares for the next save. Call it after a save, because another save is then likely. */
  prepareSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.prepare(), PREPARE_AFTER_MS).unref();
  }

  /** Starts no further preparation. Work that has begun is completed. */
  endPreparing(): void {
    clearTimeout(this.#timer);
  }

  /** Bundles the packages separately, so that later builds take less time. */
  prepare(): Promise<void> {
    // If the packages cannot be bundled separately, later builds are complete builds.
    this.#preparing = this.#preparing.then(() => this.#prepare()).catch(() => undefined);
    return this.#preparing;
  }

  async #prepare(): Promise<void> {
    const { signal } = this.#disposal;
    const whole = this.#latestWhole;
    if (whole?.metafile === undefined) return;
    const complete = { ...whole, metafile: whole.metafile };
    const closed = findClosedPackages(this.#options, complete);
    if (closed === undefined) return;
    const of = JSON.stringify([closed.entries, [...closed.files], closed.isStrict]);
    if (this.#rest?.of === of && this.#rest.packages.isCurrent()) return;
    const before = this.#rest;
    this.#rest = undefined;
    await before?.build.dispose();
    const packages = await prebundle(this.#options, closed, complete, this.#isEsbuild, signal);
    if (packages === undefined || signal.aborted) return;
    const build = new RepeatedBuild({ ...this.#options, plugins: [packages.plugin] }, this.#isEsbuild);
    this.#rest = { of, build, packages };
  }

  async dispose(): Promise<void> {
    clearTimeout(this.#timer);
    this.#disposal.abort();
    await this.#preparing;
    await Promise.all([this.#whole.dispose(), this.#rest?.build.dispose()]);
  }
}
