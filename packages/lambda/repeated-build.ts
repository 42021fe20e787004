/** A build that is made again with each save. */
import { type BuildContext, type BuildFailure, type BuildOptions, type BuildResult, context } from 'esbuild';

import { OF_THE_RUNTIME, SDK_PLUGIN } from './sdk-plugin.ts';

export class RepeatedBuild {
  #options: BuildOptions;
  #isLent = false;
  #context: BuildContext | undefined;

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  /** @throws BuildFailure of esbuild */
  async run(): Promise<BuildResult> {
    try {
      return await this.#rebuild();
    } catch (error) {
      if (this.#isLent || !lacksSdk(error)) throw error;
      // Only now: of a client that is installed it would ask about each of a thousand imports, 330 ms of every save.
      const { plugins = [] } = this.#options;
      this.#isLent = true;
      this.#options = { ...this.#options, plugins: [...plugins, SDK_PLUGIN] };
      await this.dispose();
      return await this.#rebuild();
    }
  }

  async #rebuild(): Promise<BuildResult> {
    this.#context ??= await context(this.#options);
    return await this.#context.rebuild();
  }

  async dispose(): Promise<void> {
    const ended = this.#context;
    this.#context = undefined;
    await ended?.dispose();
  }
}

function lacksSdk(error: unknown): boolean {
  const { errors = [] } = error as Partial<BuildFailure>;
  return errors.some(({ text }) => {
    const [, name] = /^Could not resolve "([^"]+)"/.exec(text) ?? [];
    return name !== undefined && OF_THE_RUNTIME.test(name);
  });
}
