/** The bundle of a function, of which a save builds only what may have been saved, where it can (docs/design/hot-path §4). */
import type { BuildResult } from 'esbuild';

import {
  findClosedPackages,
  type LocatedOptions,
  prebundle,
  type PrebundledPackages,
} from './prebundled-packages.ts';
import { RepeatedBuild } from './repeated-build.ts';

/** The events that waited for a save come first. */
const PREPARE_AFTER_MS = 250;

/** Without `packages`, they are in the result. */
type Incremental = BuildResult & { readonly packages?: PrebundledPackages };

type Rest = { readonly of: string; readonly build: RepeatedBuild; readonly packages: PrebundledPackages };

export class IncrementalBuild {
  readonly #options: LocatedOptions;
  readonly #isEsbuild: boolean;
  readonly #whole: RepeatedBuild;
  readonly #disposal = new AbortController();
  #latestWhole: BuildResult | undefined;
  /** All but the packages. */
  #rest: Rest | undefined;
  #timer: NodeJS.Timeout | undefined;
  #preparing = Promise.resolve();

  /** @param isEsbuild a service that names esbuild gets what esbuild makes */
  constructor(options: LocatedOptions, isEsbuild: boolean) {
    this.#options = options;
    this.#isEsbuild = isEsbuild;
    this.#whole = new RepeatedBuild(options, isEsbuild);
  }

  /**
   * @param isChanged a build that is running may have read what has changed since
   * @throws BuildFailure of esbuild, also once `signal` is aborted
   */
  async run(isChanged: boolean, signal?: AbortSignal): Promise<Incremental> {
    const rest = isChanged ? this.#rest : undefined;
    if (rest !== undefined) {
      const { packages } = rest;
      const building = rest.build.run(isChanged, signal).catch(() => undefined);
      // While esbuild is at work.
      const isCurrent = packages.isCurrent();
      const result = await building;
      if (isCurrent && result !== undefined && packages.suits(result)) return { ...result, packages };
      // Where the sources are wrong, the whole build says so.
      signal?.throwIfAborted();
    }
    this.#latestWhole = undefined;
    const whole = await this.#whole.run(isChanged, signal);
    this.#latestWhole = whole;
    return whole;
  }

  /** After a save, since another may follow. */
  prepareSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.prepare(), PREPARE_AFTER_MS).unref();
  }

  /** What has begun is completed. */
  endPreparing(): void {
    clearTimeout(this.#timer);
  }

  /** Bundles the packages, without which later runs are shorter. */
  prepare(): Promise<void> {
    // Without, later runs are whole.
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
