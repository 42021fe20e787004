/** Leaves out of a bundle what the service does not have and Lambda's runtime may. */
import type { Plugin, PluginBuild } from 'esbuild';

export const OF_THE_RUNTIME = /^(?:@aws-sdk\/|@smithy\/|aws-sdk(?:\/|$))/;

/**
 * A package of the AWS SDK that is not installed stays an import of the bundle, as in a deployed function: the instance
 * finds it where the gateway has it, or says why it cannot, instead of a build that fails for it.
 */
export const SDK_PLUGIN: Plugin = {
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
