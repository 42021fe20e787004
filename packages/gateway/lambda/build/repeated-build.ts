import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import {
  type BuildContext,
  type BuildFailure,
  type BuildOptions,
  type BuildResult,
  context,
  type Plugin,
} from 'esbuild';

import { UNRESOLVED } from './build-error.ts';
import { findNative, findUnloadable, leavingOutside } from './outside-packages.ts';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Message } from 'esbuild';
import { findTsconfig, loadTypeScript, readOptions } from './project-typescript.ts';

const OF_THE_RUNTIME = /^(?:@aws-sdk\/|@smithy\/|aws-sdk(?:\/|$))/;

type RepeatedOptions = BuildOptions & { readonly absWorkingDir: string };

/**
 * One bundle that is built repeatedly. A plug-in is added only once a build shows that it is needed, because plug-ins
 * are slow. With an installed SDK, a plug-in would resolve a thousand imports, which takes 330 ms of every save.
 */
export class RepeatedBuild {
  readonly #options: RepeatedOptions;
  /** Whether the service itself bundles with esbuild, in which case esbuild's output is used unchanged. */
  readonly #isEsbuild: boolean;
  #unresolved: ReadonlySet<string> = new Set();
  #called: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  #outside: ReadonlySet<string> = new Set();
  #context: Promise<BuildContext> | undefined;
  #running: Promise<BuildResult> | undefined;

  constructor(options: RepeatedOptions, isEsbuild: boolean) {
    this.#options = options;
    this.#isEsbuild = isEsbuild;
  }

  /**
   * Builds the bundle.
   * @param isChanged whether files may have changed since a running build read them
   * @throws BuildFailure of esbuild if the code cannot be bundled; if `signal` is aborted, this error or the signal's
   * reason
   */
  run(isChanged: boolean, signal?: AbortSignal): Promise<BuildResult> {
    const before = this.#running;
    if (before !== undefined && !isChanged) return before;
    // Builds run one after another, because esbuild gives concurrent callers the result of the same build.
    const running = (before?.catch(() => undefined) ?? Promise.resolve()).then(() => this.#run(signal));
    this.#running = running;
    const forget = (): void => {
      if (this.#running === running) this.#running = undefined;
    };
    void running.then(forget, forget);
    return running;
  }

  async #run(signal: AbortSignal | undefined): Promise<BuildResult> {
    const cancel = (): void => void this.#context?.then((context) => context.cancel(), ignore);
    signal?.addEventListener('abort', cancel);
    try {
      return await this.#runUntilComplete(signal);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async #runUntilComplete(signal: AbortSignal | undefined): Promise<BuildResult> {
    for (;;) {
      signal?.throwIfAborted();
      const result = await this.#rebuild().catch((error: unknown) => error as BuildFailure);
      if (this.#addUnresolved(result) || this.#addCalled(result) || this.#addOutside(result)) {
        await this.dispose();
        continue;
      }
      if (result instanceof Error) throw result;
      return result;
    }
  }

  async #rebuild(): Promise<BuildResult> {
    const { plugins = [] } = this.#options;
    const unresolved = [...this.#unresolved];
    const own = [
      ...(unresolved.length > 0 ? [leavingOut(unresolved, this.#isEsbuild)] : []),
      ...(this.#called.size > 0 ? [importingByRequire(this.#called)] : []),
      ...(this.#outside.size > 0 ? [leavingOutside(this.#outside)] : []),
    ];
    this.#context ??= context({ ...this.#options, plugins: [...plugins, ...own] });
    return await (await this.#context).rebuild();
  }

  #addUnresolved({ errors = [] }: Partial<BuildFailure>): boolean {
    const names = errors.flatMap(({ text }) => UNRESOLVED.exec(text)?.[1] ?? []);
    const packages = names.filter((name) => !/^[./]/.test(name));
    const before = this.#unresolved.size;
    this.#unresolved = new Set([...this.#unresolved, ...packages]);
    return this.#unresolved.size > before;
  }

  #addCalled({ warnings = [] }: Partial<BuildFailure>): boolean {
    if (this.#isEsbuild || !warnings.some(({ id }) => id === 'call-import-namespace')) return false;
    const found = findCalledNamespaces(warnings, this.#options.absWorkingDir);
    const isNew = [...found].some(([file, names]) =>
      [...names].some((name) => this.#called.get(file)?.has(name) !== true),
    );
    this.#called = new Map([...this.#called, ...found]);
    return isNew;
  }

  #addOutside({ errors = [], metafile }: Partial<BuildFailure & BuildResult>): boolean {
    if (this.#isEsbuild) return false;
    const { absWorkingDir } = this.#options;
    const found = [
      ...findUnloadable(errors, absWorkingDir),
      ...(metafile === undefined ? [] : findNative(metafile, absWorkingDir)),
    ];
    const before = this.#outside.size;
    this.#outside = new Set([...this.#outside, ...found]);
    return this.#outside.size > before;
  }

  async dispose(): Promise<void> {
    const ended = this.#context;
    this.#context = undefined;
    await ended?.then((context) => context.dispose(), ignore);
  }
}

/** Errors are ignored here, because the build that created the context reports them. */
const ignore = (): void => undefined;

/**
 * Leaves missing packages of the AWS SDK as imports of the bundle, as in a deployed function. When the function runs,
 * the instance uses the gateway's copy, or reports why it cannot use it. A missing package in `require` or `import()`
 * also stays an import, unless the service itself bundles with esbuild. Such a call fails only when it runs, because
 * frameworks load optional packages in this way.
 */
function leavingOut(names: readonly string[], onlySdk: boolean): Plugin {
  const asked = Symbol('asked');
  const filter = new RegExp(`^(?:${names.map(escapeForRegExp).join('|')})$`);
  return {
    name: 'left-out',
    setup(build) {
      build.onResolve({ filter }, async (args) => {
        if (args.pluginData === asked) return undefined;
        const { path, importer, namespace, resolveDir, kind } = args;
        const mayBeMissing = kind !== 'import-statement' && !onlySdk;
        if (!mayBeMissing && !OF_THE_RUNTIME.test(path)) return undefined;
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
}

// Handles `import * as wrap from 'wrap'; wrap()`. TypeScript without `esModuleInterop` compiles this import to
// `wrap = require('wrap')`, which is a function, but esbuild creates a namespace object.

/** The module kind `node16`. From this kind on, TypeScript implies `esModuleInterop`. */
const NODE_16 = 100;
const IMPLIED_FROM_VERSION = 6;

/**
 * Returns the namespaces, by file, that the code calls as functions. They are functions only if the project's own
 * compiler compiles them.
 */
function findCalledNamespaces(
  warnings: readonly Message[],
  root: string,
): ReadonlyMap<string, ReadonlySet<string>> {
  const called = new Map<string, Set<string>>();
  for (const { id, location } of warnings) {
    if (id !== 'call-import-namespace' || location === null || !/\.[cm]?tsx?$/.test(location.file)) continue;
    const file = resolve(root, location.file);
    if (!called.has(file) && !isValueOfRequire(file)) continue;
    const bytes = Buffer.from(location.lineText).subarray(location.column, location.column + location.length);
    called.set(file, (called.get(file) ?? new Set()).add(bytes.toString()));
  }
  return called;
}

function isValueOfRequire(file: string): boolean {
  const tsconfig = findTsconfig(dirname(file));
  const typescript = tsconfig === undefined ? undefined : loadTypeScript(file);
  if (tsconfig === undefined || typescript === undefined) return false;
  const { esModuleInterop, module } = readOptions(typescript, tsconfig);
  if (typeof esModuleInterop === 'boolean') return !esModuleInterop;
  const isImplied = typeof module === 'number' && module >= NODE_16;
  return !isImplied && Number.parseInt(typescript.version, 10) < IMPLIED_FROM_VERSION;
}

function importingByRequire(called: ReadonlyMap<string, ReadonlySet<string>>): Plugin {
  return {
    name: 'namespace-calls',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?tsx?$/ }, ({ path }) => {
        const names = called.get(path);
        if (names === undefined) return undefined;
        const contents = readFileSync(path, 'utf8').replaceAll(
          /\bimport\s*\*\s*as\s+([\w$]+)\s+from\s*("[^"\n]*"|'[^'\n]*')/g,
          (text, name: string, from: string) =>
            names.has(name) ? `import ${name} = require(${from})` : text,
        );
        return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
      });
    },
  };
}
