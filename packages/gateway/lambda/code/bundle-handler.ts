import { build } from 'esbuild';
import type { BuildOptions, Plugin } from 'esbuild';
import { DefinitionError } from '../../core/errors.ts';
import { isNodeRuntime } from '../../core/stack/function.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import { findHandlerFile } from './handler-file.ts';

type Asked = Pick<FunctionDefinition, 'handler' | 'place' | 'code' | 'runtime'>;

/**
 * Bundles the module of a function's handler and its imports into one string. Imports that `KEEP_UNRESOLVED` leaves
 * unchanged are not included. The module is not run. Returns undefined for code that is missing, in another language or
 * in an archive, or that does not build.
 */
export async function bundleHandler(definition: Asked): Promise<string | undefined> {
  const { code, runtime } = definition;
  if (!isNodeRuntime(runtime) || code.kind === 'archive') return undefined;
  try {
    const from: BuildOptions =
      code.kind === 'inline'
        ? { stdin: { contents: code.source, resolveDir: process.cwd() } }
        : {
            entryPoints: [findHandlerFile(definition, code.directory).file],
            absWorkingDir: code.directory,
          };
    const { outputFiles } = await build({
      ...from,
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
      loader: { '.node': 'empty' },
      plugins: [KEEP_UNRESOLVED],
    } as const);
    return outputFiles.map(({ text }) => text).join('\n');
  } catch (error) {
    // Other checks report a missing handler and code that does not build.
    if (error instanceof DefinitionError || isBuildFailure(error)) return undefined;
    throw error;
  }
}

function isBuildFailure(error: unknown): boolean {
  return error instanceof Error && Array.isArray(Reflect.get(error, 'errors'));
}

/**
 * Leaves imports unchanged if they are supplied at run time by a layer or are not installed, and the imports of AWS's
 * SDK, which is large.
 */
const KEEP_UNRESOLVED: Plugin = {
  name: 'keep-unresolved',
  setup(hooks) {
    hooks.onResolve({ filter: /^(?:@aws-sdk\/|aws-sdk(?:\/|$)|\/opt\/)/ }, ({ path }) => ({
      path,
      external: true,
    }));
    hooks.onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
      if (kind === 'entry-point' || pluginData === KEEP_UNRESOLVED) return undefined;
      const found = await hooks.resolve(path, { kind, resolveDir, importer, pluginData: KEEP_UNRESOLVED });
      return found.errors.length > 0 ? { path, external: true } : found;
    });
  },
};
