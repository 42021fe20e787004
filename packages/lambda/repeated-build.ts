import {
  type BuildContext,
  type BuildFailure,
  type BuildOptions,
  type BuildResult,
  context,
  type Plugin,
  type PluginBuild,
} from 'esbuild';

const OF_THE_RUNTIME = /^(?:@aws-sdk\/|@smithy\/|aws-sdk(?:\/|$))/;

/**
 * A missing package of the AWS SDK stays an import of the bundle, as in a deployed function: the instance
 * uses the gateway's copy, or reports why not.
 */
const SDK_PLUGIN: Plugin = {
  name: 'sdk-of-the-runtime',
  setup(build: PluginBuild) {
    const asked = Symbol('asked');
    build.onResolve({ filter: OF_THE_RUNTIME }, async (args) => {
      if (args.pluginData === asked) return undefined;
      const { path, importer, namespace, resolveDir, kind } = args;
      const { errors, external, ...found } = await build.resolve(path, {
        importer,
        namespace,
        resolveDir,
        kind,
        pluginData: asked,
      });
      if (errors.length > 0) return { path, external: true };
      return {
        path: found.path,
        external,
        namespace: found.namespace,
        sideEffects: found.sideEffects,
        suffix: found.suffix,
      };
    });
  },
};

export class RepeatedBuild {
  #options: BuildOptions;
  #isShared = false;
  #context: BuildContext | undefined;

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  /** @throws BuildFailure of esbuild */
  async run(): Promise<BuildResult> {
    try {
      return await this.#rebuild();
    } catch (error) {
      if (this.#isShared || !lacksSdk(error)) throw error;
      // Only after a failure: with an installed client the plug-in would resolve a thousand imports, 330 ms
      // of every save.
      const { plugins = [] } = this.#options;
      this.#isShared = true;
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
