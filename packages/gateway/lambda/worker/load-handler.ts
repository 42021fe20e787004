/** Loads a handler's module and finds the handler in it, with Lambda's init errors. */
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { HandlerCode, InstanceStart } from '../thread/instance-start.ts';
import { installCommand } from '../code/package-manager.ts';
import { explainMissing, packageNameOf } from '../code/runtime-packages.ts';
import { type Handler, hasCallbacks } from './contract.ts';
import { evaluateBundles, type ReadBundle } from './evaluate-bundle.ts';
import { RuntimeError } from './failure.ts';
import type { LoadedModules } from './modules.ts';
import { type StreamOptions, streamOptionsOf } from './response-stream.ts';

const CHECK_WITHIN_MS = 2_000;

export type LoadedHandler = {
  readonly call: Handler;
  /** How the handler streams its response; undefined if it returns the response. */
  readonly streams: StreamOptions | undefined;
  /**
   * Whether the handler is an async function. A function that only returns a promise is not one. If the project compiles
   * to a target before ES2017, its functions are not async on AWS, but they are here, because the gateway bundles the
   * sources itself.
   */
  readonly isAsync: boolean;
};

/**
 * Loads the handler.
 * @throws RuntimeError HandlerNotFound, UserCodeSyntaxError, ImportModuleError, CallbackHandlerDeprecated if the
 * handler cannot be loaded; any error that the module throws
 */
export async function loadHandler(
  start: InstanceStart,
  bundles: readonly ReadBundle[],
  modules: LoadedModules,
): Promise<LoadedHandler> {
  const module = await loadModule(start, bundles, modules);
  const path = start.handler
    .slice(start.handler.lastIndexOf('/') + 1)
    .split('.')
    .slice(1);
  const handler = lookUp(module, path) ?? lookUp(lookUp(module, ['default']), path);
  if (handler === undefined || handler === null) {
    throw new RuntimeError('HandlerNotFound', `${start.handler} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw new RuntimeError('HandlerNotFound', `${start.handler} is not a function`);
  }
  const streams = streamOptionsOf(handler);
  if (streams === undefined && !hasCallbacks(start.runtime) && handler.length >= 3) {
    throw new RuntimeError(
      'CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.',
    );
  }
  const call: Handler = (...args) => {
    const result: unknown = Reflect.apply(handler, undefined, args);
    return result;
  };
  // AWS's client compares the same name, which bound methods and proxies of async functions also have.
  const made: unknown = Reflect.get(handler, 'constructor');
  return { call, streams, isAsync: typeof made === 'function' && made.name === 'AsyncFunction' };
}

async function loadModule(
  start: InstanceStart,
  bundles: readonly ReadBundle[],
  modules: LoadedModules,
): Promise<unknown> {
  try {
    return await evaluate(start.code, bundles);
  } catch (error) {
    if (error instanceof SyntaxError) {
      const failure = new RuntimeError('UserCodeSyntaxError', String(error));
      if (error.stack !== undefined) failure.stack = `${findPlace(error.stack, modules)}${error.stack}`;
      throw failure;
    }
    const code = codeOf(error);
    if (!(error instanceof Error) || (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND')) {
      throw error;
    }
    error.message += hintFor(error.message, start);
    // For a missing module, Lambda wraps the error of `require` but passes on the error of `import`.
    throw code === 'MODULE_NOT_FOUND' ? new RuntimeError('ImportModuleError', String(error)) : error;
  }
}

/**
 * Finds the location of a syntax error. For CommonJS, V8 puts the location at the start of the stack. For an ES module,
 * Node shows the location only if the process ends.
 */
function findPlace(stack: string, { lastUrl }: LoadedModules): string {
  const url = lastUrl();
  if (!stack.startsWith('SyntaxError') || url?.startsWith('file:') !== true) return '';
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { stderr } = spawnSync(process.execPath, ['--check', fileURLToPath(url)], {
    timeout: CHECK_WITHIN_MS,
    encoding: 'utf8',
    env: {},
  });
  // The result is empty if the module itself compiles. The error then comes from other code that the module has
  // evaluated.
  return /^(?:file:|\/|[A-Z]:)[^\n]*:\d+\n[^]*?\n\n(?=SyntaxError)/.exec(stderr)?.[0] ?? '';
}

async function evaluate(code: HandlerCode, bundles: readonly ReadBundle[]): Promise<unknown> {
  if (code.kind === 'file') {
    const url = pathToFileURL(code.file).href;
    // A `.mjs` file is loaded with `import`. `require` loads both module systems, but it cannot load ES modules with a
    // top-level await.
    if (code.file.endsWith('.mjs')) return import(url);
    try {
      return createRequire(url)(code.file) as unknown;
    } catch (error) {
      if (codeOf(error) !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
      return import(url);
    }
  }
  return evaluateBundles(code, bundles);
}

function lookUp(module: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      (typeof value === 'object' || typeof value === 'function') && value !== null
        ? Reflect.get(value, key)
        : undefined,
    module,
  );
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function hintFor(message: string, start: InstanceStart): string {
  const name = /Cannot find (?:package|module) '([^']+)'/.exec(message)?.[1] ?? '';
  const file = start.code.kind === 'file' ? start.code.file : undefined;
  const reason = explainMissing(name, start.runtime, file, true);
  if (reason !== undefined) return ` (${reason})`;
  const absent = start.layers.filter((layer) => layer.directory === undefined).map((layer) => layer.arn);
  if (absent.length === 0) {
    const isPackage = file !== undefined && /^(?:@[\w~-][\w.~-]*\/)?[\w~-]/.test(name);
    return isPackage ? ` (run ${installCommand(packageNameOf(name), file, { isElsewhere: true })})` : '';
  }
  return ` (the module may come from a layer that is not on this machine: ${absent.join(', ')})`;
}
