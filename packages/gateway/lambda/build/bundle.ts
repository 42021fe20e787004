/** Turns a function's definition into code that can be loaded. The code is bundled by esbuild, or used unchanged. */
import { existsSync, readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

import type { Metafile } from 'esbuild';

import { DefinitionError, propertyAt } from '../../core/errors.ts';
import { findLackingExports } from '../code/known-exports.ts';
import { BuildError, keepBuildError, toBuildError } from './build-error.ts';
import type { Compiler } from './compiling.ts';
import { type DecoratorMetadata, findDecoratorMetadata } from './decorator-metadata.ts';
import { readServiceBuild, listRefusedOptions } from './esbuild-options.ts';
import { nodeLayerFolders } from '../code/layer-folders.ts';
import {
  findHandlerFile,
  type HandlerName,
  isBundled,
  isTypeScript,
  MissingHandlerFile,
} from '../code/handler-file.ts';
import {
  checkImports,
  type CheckedImports,
  importsOf,
  type PackageImport,
  readImports,
} from './handler-imports.ts';
import type { HandlerCode } from '../thread/instance-start.ts';
import { BuildCache, storeLater } from './build-cache.ts';
import { describeBuild, type DescribedBuild } from './describe-build.ts';
import type { SdkLending } from '../lent/lend-sdk.ts';
import type { FunctionDefinition, PackedCode } from '../../core/stack/function.ts';
import { describePacked, packedFolder, unpack } from '../code/packed-code.ts';
import { IncrementalBuild } from './incremental-build.ts';
import { describeUncompiled } from './uncompiled.ts';
import type { ProjectBuild, ProjectBuilds } from './project-build.ts';
import { type BundleTexts, mapMbBeside, mapMbOf, StoredBundles, textsOf } from './stored-bundles.ts';
import { taskRootOf } from '../code/task-root.ts';
import type { WebpackBuild } from './webpack-build.ts';

/**
 * The oldest Node.js version for which bundles are compiled. For older versions esbuild cannot compile some syntax,
 * such as async generators. A lower target is not needed, because a newer Node.js runs the code on this machine.
 */
const OLDEST_TARGET = 10;

export type BuiltCode = {
  readonly code: HandlerCode;
  readonly sourceMaps: boolean;
  /** The memory that Node needs for the gateway's own source maps. It does not count against `MemorySize`. */
  readonly mapsMb: number;
  /**
   * The absolute paths of the bundled files, without packages. If undefined, all files in the code's folder are
   * sources.
   */
  readonly sources: readonly string[] | undefined;
  /** The modules of Node.js that the code is known to import. */
  readonly builtins: readonly string[];
};

type Bundle = BundleTexts & {
  readonly sources: readonly string[];
  readonly builtins: readonly string[];
};

/** The handler's file and the options for bundling it. If there are no options, the file runs without being bundled. */
type Located = {
  readonly file: string;
  readonly name: HandlerName;
  readonly options: DescribedBuild | undefined;
  readonly esbuild: Readonly<Record<string, unknown>> | undefined;
  readonly metadata: DecoratorMetadata;
};

/**
 * The options for JavaScript of a service that uses a bundler other than esbuild. Only the service's own sources are
 * bundled.
 */
const OTHER_TOOL = { packages: 'external', loader: { '.js': 'jsx' } } as const;

const NO_METADATA: DecoratorMetadata = { kind: 'not asked' };

export class FunctionBuild {
  #taskRoot: string;
  #packed: PackedCode | undefined;
  #packedInstead: DefinitionError | undefined;
  readonly #runDirectory: string;
  readonly #definition: FunctionDefinition;
  readonly #bundles: string;
  readonly #stored: StoredBundles;
  readonly #cache: BuildCache;
  readonly #isDebugged: boolean;
  readonly #lending: SdkLending;
  readonly #webpack: WebpackBuild | undefined;
  readonly #projects: ProjectBuilds | undefined;
  /**
   * The project's build that creates the handler's file. It is set if the file was missing when the function was
   * checked.
   */
  #project: ProjectBuild | undefined;
  /** Whether webpack has built the output at least once. Until then, the gateway bundles the code itself. */
  #isOfWebpack = false;
  #hasRun = false;
  #webpackFailure: DefinitionError | undefined;
  #repeated: IncrementalBuild | undefined;
  /** The functions that will store results for later runs. */
  readonly #unstored = new Map<'bundle' | 'names', () => void>();
  #located: Located | undefined;

  /**
   * @param runDirectory the folder for bundles and inline code of this run
   * @param compileCache the folder of V8's code cache, which is stored between runs together with the builds
   * @param lending supplies packages of Lambda's runtime that the service lacks
   * @param isDebugged whether bundles include their sources; debuggers need this if they cannot read files
   * @param makers the tools of the project that build code, which are its scripts and its webpack; webpack is absent if
   * the service does not use it
   */
  constructor(
    definition: FunctionDefinition,
    runDirectory: string,
    compileCache: string,
    lending: SdkLending,
    isDebugged = false,
    makers: {
      readonly webpack?: WebpackBuild | undefined;
      readonly projects?: ProjectBuilds | undefined;
    } = {},
  ) {
    this.#lending = lending;
    this.#webpack = makers.webpack?.join();
    this.#projects =
      definition.code.kind === 'directory' && definition.code.packed === undefined
        ? makers.projects
        : undefined;
    this.#isDebugged = isDebugged;
    this.#definition = definition;
    this.#bundles = join(runDirectory, 'bundles');
    this.#stored = new StoredBundles(this.#bundles, compileCache, isDebugged);
    this.#cache = new BuildCache(join(dirname(compileCache), 'builds'), runDirectory);
    this.#runDirectory = runDirectory;
    const { code } = definition;
    if (code.kind === 'archive') this.#packed = code.packed;
    this.#taskRoot = taskRootOf(definition, runDirectory);
  }

  get taskRoot(): string {
    return this.#taskRoot;
  }

  /** Returns the folder of the function's sources, even if the code that runs is in another folder. */
  get sourceFolder(): string {
    const { code } = this.#definition;
    return code.kind === 'directory' ? code.directory : this.#taskRoot;
  }

  /**
   * Finds the handler's file. The result is cached once the file is found.
   * @throws DefinitionError when there is no such file, or no usable archive
   */
  #locate(): Located {
    if (this.#located !== undefined) return this.#located;
    const isBuilt = this.#packed !== undefined || this.#isOfWebpack;
    if (this.#packed !== undefined) unpack(this.#packed, this.#taskRoot, this.#definition.place);
    const { code } = this.#definition;
    const entries = code.kind === 'directory' && !isBuilt ? code.entries : undefined;
    const { file, name } = findHandlerFile(this.#definition, this.#taskRoot, isBuilt, entries);
    const esbuild = isBuilt ? undefined : this.#settingsFor(file);
    const isMade = esbuild !== undefined || isTypeScript(file);
    // If a service bundles with esbuild, the gateway generates no decorator metadata, because the service does not get
    // any on AWS.
    const metadata = isMade && esbuild === undefined ? findDecoratorMetadata(file) : NO_METADATA;
    const isCommonJs = metadata.kind === 'emitted' && metadata.isCommonJs;
    const built = isMade ? this.#buildOptions(file, esbuild) : undefined;
    const options = built && (isCommonJs ? { ...built, format: 'cjs' as const } : built);
    this.#located = { file, name, options, esbuild, metadata };
    return this.#located;
  }

  /** Whether a script of the project creates the handler's file. If the file is missing, this starts the script. */
  #isMadeByProject(): boolean {
    if (this.#projects === undefined || this.#packed !== undefined || this.#isOfWebpack) return false;
    try {
      this.#locate();
    } catch (error) {
      if (error instanceof MissingHandlerFile) this.#project = this.#projects.begin(error.path);
    }
    return this.#project !== undefined;
  }

  /**
   * Waits for the project's script, and then finds the handler's file.
   * @throws BuildError when the project's script has ended and the handler's file is still missing
   */
  async #locateMade(): Promise<Located> {
    const project = this.#project;
    if (project === undefined) return this.#locate();
    // The gateway waits for the script, because the script's files may be incomplete while it runs.
    const failure = await project.wait().then(() => undefined, keepBuildError);
    try {
      // The file is looked up even if the script failed, because tsc writes output despite type errors.
      return this.#locate();
    } catch (error) {
      if (!(error instanceof MissingHandlerFile)) throw error;
      if (failure !== undefined) throw failure;
      throw new BuildError(
        `${project.command} has run but did not create the handler's file: ${error.path}.js${project.others.length === 0 ? '' : `; perhaps ${project.others.join(' or ')} creates the file: run that script, then send the request again`}`,
      );
    }
  }

  #settingsFor(file: string): Readonly<Record<string, unknown>> | undefined {
    const { code } = this.#definition;
    if (code.kind !== 'directory') return undefined;
    return code.esbuild ?? (code.isBundled === true && /\.jsx?$/.test(file) ? OTHER_TOOL : undefined);
  }

  /**
   * Looks for the export and for imported packages without bundling, which takes a few milliseconds. CommonJS exports
   * are only known once the module runs. If the gateway cannot bundle the service, the service's own packaged code runs
   * from now on.
   * @throws DefinitionError when the file is missing, does not compile or lacks the export, or the archive is unusable
   */
  async check(): Promise<CheckedImports> {
    const { code } = this.#definition;
    if (this.#webpack !== undefined) await this.#tryWebpack(this.#webpack);
    if (this.#isOfWebpack) return this.#checkCode();
    const packed = code.kind === 'directory' ? code.packed : undefined;
    if (packed === undefined || this.#packed !== undefined) return this.#checkCode();
    let reason = this.#refusedSettings();
    if (reason === undefined) {
      const checked = await this.#checkCode().catch(keepDefinitionError);
      reason = checked instanceof DefinitionError ? checked : checked.missing[0];
      if (!(checked instanceof DefinitionError) && reason === undefined) return checked;
    }
    this.#packed = packed;
    this.#packedInstead = reason;
    this.#taskRoot = packedFolder(packed, this.#runDirectory);
    this.#located = undefined;
    return this.#checkCode();
  }

  async #tryWebpack(webpack: WebpackBuild): Promise<void> {
    try {
      await webpack.latest();
      this.#isOfWebpack = true;
      this.#taskRoot = webpack.taskRoot;
      this.#located = undefined;
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      // The message names the settings file instead of the function. It is therefore the same for all functions of the
      // service, and is reported only once.
      const { file } = this.#definition.place;
      this.#webpackFailure = new DefinitionError({ file, property: 'plugins' }, error.message);
    }
  }

  get compiler(): Compiler | undefined {
    return this.#project?.isRunning === true ? this.#project : undefined;
  }

  async #checkCode(): Promise<CheckedImports> {
    if (this.#isMadeByProject()) return { missing: [], borrowed: [] };
    const { file, name, options } = this.#locate();
    const definition = this.#definition;
    if (options === undefined) {
      const imports = await readImports(file, this.#taskRoot, this.#cache);
      const checked = await checkImports(imports, definition, [], this.#lending);
      const lacking = findLackingExports(definition, file, this.#taskRoot);
      return { ...checked, findings: [...(checked.findings ?? []), ...lacking] };
    }
    const place = propertyAt(definition.place, 'Handler');
    const { exports, imports } = await this.#listNames(options).catch((error: unknown) => {
      if (!(error instanceof BuildError)) throw error;
      const { first, message } = error;
      throw first === undefined
        ? new DefinitionError(place, message)
        : new DefinitionError(first, first.text);
    });
    const wanted = name.exportPath.split('.')[0] ?? '';
    if (exports.length > 0 && !exports.includes(wanted) && !exports.includes('default'))
      throw new DefinitionError(
        place,
        `handler "${definition.handler}": ${file} exports ${exports.join(', ')}, but no "${wanted}"`,
      );
    const { external = [], alias = {}, nodePaths = [] } = options;
    const elsewhere = [...external, ...Object.keys(alias)];
    return checkImports(nodePaths.length > 0 ? [] : imports, definition, elsewhere, this.#lending);
  }

  get uncompiled(): string | undefined {
    const { code, stackName } = this.#definition;
    const isAsWritten = this.#packed === undefined && !this.#isOfWebpack && this.#project === undefined;
    if (isBundled(code) || !isAsWritten || this.#located === undefined) return undefined;
    return describeUncompiled(this.#located.file, stackName);
  }

  /**
   * Returns the reason why the code is not built as the service configures it, with the consequence; undefined if there
   * is none.
   */
  get unsupportedSettings(): { readonly error: DefinitionError; readonly consequence: string } | undefined {
    const { code, place } = this.#definition;
    if (this.#packed !== undefined)
      return this.#packedInstead === undefined
        ? undefined
        : { error: this.#packedInstead, consequence: describePacked(this.#packed, Date.now()) };
    if (this.#webpackFailure !== undefined)
      return {
        error: this.#webpackFailure,
        consequence:
          'the webpack build of the service fails on this machine, so the functions are bundled with esbuild instead',
      };
    const metadata = this.#located?.metadata;
    if (metadata?.kind === 'missing') {
      const error = new DefinitionError(propertyAt(place, 'Handler'), metadata.reason);
      return { error, consequence: 'functions are bundled without decorator metadata' };
    }
    const error = this.#refusedSettings();
    if (error === undefined || code.kind !== 'directory') return undefined;
    const folder = relative(process.cwd(), code.directory) || '.';
    if (code.entries !== undefined)
      return {
        error,
        consequence:
          'functions are bundled without these settings; to run the output of sam build, run gatewright start .aws-sam/build',
      };
    const wayOut = `serverless package in ${folder}`;
    return {
      error,
      consequence: `functions are bundled without these settings; run ${wayOut} to use its output instead`,
    };
  }

  #refusedSettings(): DefinitionError | undefined {
    const { code, place } = this.#definition;
    const refused = code.kind === 'directory' ? listRefusedOptions(code.esbuild ?? {}) : [];
    if (refused.length === 0) return undefined;
    const message = `the gateway does not support these esbuild settings: ${refused.join('; ')}`;
    const property = code.kind === 'directory' && code.entries !== undefined ? 'BuildProperties' : 'esbuild';
    return new DefinitionError(propertyAt(place, property), message);
  }

  /**
   * Builds the code.
   * @param isChanged whether files may have changed since a running build read them
   * @throws BuildError when the source does not compile; DefinitionError when there is no source; when `signal` is
   * aborted, BuildError or the signal's reason
   */
  async run(isChanged = false, signal?: AbortSignal): Promise<BuiltCode> {
    const located = await this.#locateMade();
    const { options, metadata } = located;
    if (options === undefined) {
      const made = this.#isOfWebpack ? await this.#runWebpack() : undefined;
      const sourceMaps = /--enable-source-maps/.test(this.#definition.environment['NODE_OPTIONS'] ?? '');
      return {
        code: { kind: 'file', file: located.file },
        sourceMaps: sourceMaps || made !== undefined,
        mapsMb: made === undefined ? 0 : mapMbBeside(located.file),
        sources: made,
        builtins: [],
      };
    }
    const query = { what: 'bundle', options };
    // A bundle with metadata from TypeScript is not cached, because another version of TypeScript may emit different
    // metadata.
    const isKept = metadata.kind !== 'emitted';
    const kept = isKept && this.#repeated === undefined ? this.#cache.find(query) : undefined;
    if (kept !== undefined) return this.#toBuilt(located, kept as Bundle);
    try {
      const plugins = metadata.kind === 'emitted' ? [metadata.plugin] : [];
      const startedEpochMs = Date.now();
      // Class names are preserved, because frameworks derive names, such as entity names, from them.
      this.#repeated ??= new IncrementalBuild(
        { ...options, ...(plugins.length > 0 && { plugins, keepNames: true }) },
        located.esbuild !== undefined,
      );
      const result = await this.#repeated.run(isChanged, signal);
      const { metafile, packages } = result;
      const bundle: Bundle = {
        ...textsOf(result),
        sources: sourcesOf(Object.keys(metafile?.inputs ?? {}), this.#taskRoot),
        builtins: builtinsOf([metafile, packages?.metafile]),
      };
      if (isKept && packages === undefined)
        this.#keepLater(
          'bundle',
          () => this.#cache.keep(query, startedEpochMs, metafile, bundle),
          setImmediate,
        );
      return this.#toBuilt(located, bundle, packages?.texts);
    } catch (error) {
      throw toBuildError(error, this.#taskRoot);
    }
  }

  /**
   * Whether the gateway itself bundles the code. The gateway's own builds are fast enough to be discarded, whereas
   * webpack and the scripts of a project take seconds.
   */
  get isBundled(): boolean {
    return this.#located?.options !== undefined;
  }

  /** Runs webpack. The first call uses the output that webpack has already built. */
  async #runWebpack(): Promise<readonly string[] | undefined> {
    const made = this.#hasRun ? this.#webpack?.again() : this.#webpack?.latest();
    this.#hasRun = true;
    return (await made)?.files;
  }

  /** Prepares for another save, so that the build after the save takes less time. */
  prepareSoon(): void {
    this.#repeated?.prepareSoon();
  }

  endPreparing(): void {
    this.#repeated?.endPreparing();
  }

  #toBuilt({ file, options, esbuild }: Located, bundle: Bundle, packages?: BundleTexts): BuiltCode {
    const format = options?.format === 'cjs' ? 'cjs' : 'esm';
    const code = this.#stored.store({ file, format, withRequire: esbuild === undefined }, bundle, packages);
    const { sources, builtins } = bundle;
    return { code, sourceMaps: true, mapsMb: mapMbOf(bundle, packages), sources, builtins };
  }

  /**
   * Stores a build while the instance starts, or the findings of a check when nobody waits for the gateway. They are
   * not stored earlier, because storing them requires that all inputs of the build are read.
   */
  #keepLater(what: 'bundle' | 'names', keep: () => void, later: (run: () => void) => void): void {
    this.#unstored.set(what, keep);
    later(() => this.#keepNow(what));
  }

  #keepNow(what: 'bundle' | 'names'): void {
    this.#unstored.get(what)?.();
    this.#unstored.delete(what);
  }

  async dispose(): Promise<void> {
    for (const what of this.#unstored.keys()) this.#keepNow(what);
    this.#webpack?.leave();
    await this.#repeated?.dispose();
    this.#repeated = undefined;
  }

  async #listNames(
    options: DescribedBuild,
  ): Promise<{ readonly exports: readonly string[]; readonly imports: readonly PackageImport[] }> {
    const asked = { ...options, format: 'esm', packages: 'external', sourcemap: false } as const;
    try {
      const make = async () => {
        const metafile = await describeBuild(asked);
        const exports = Object.values(metafile.outputs).flatMap((output) => output.exports);
        return { made: { exports, imports: importsOf(metafile, this.#taskRoot) }, metafile };
      };
      return await this.#cache.make({ what: 'names', options: asked }, make, (keep) =>
        this.#keepLater('names', keep, storeLater),
      );
    } catch (error) {
      throw toBuildError(error, this.#taskRoot);
    }
  }

  #buildOptions(file: string, given: Readonly<Record<string, unknown>> | undefined): DescribedBuild {
    const service =
      given === undefined
        ? { options: { external: layerPackages(this.#definition) }, format: 'esm' as const }
        : readServiceBuild(given);
    const major = /^nodejs(\d+)/.exec(this.#definition.runtime)?.[1] ?? '24';
    return {
      target: `node${Math.max(Number(major), OLDEST_TARGET)}`,
      ...service.options,
      format: service.format,
      entryPoints: [file],
      absWorkingDir: this.#taskRoot,
      bundle: true,
      platform: 'node',
      outfile: join(this.#bundles, 'bundle.js'),
      sourcemap: 'external',
      sourcesContent: this.#isDebugged,
      metafile: true,
      write: false,
      logLevel: 'silent',
    };
  }
}

function keepDefinitionError(error: unknown): DefinitionError {
  if (error instanceof DefinitionError) return error;
  throw error;
}

/**
 * Returns the packages of layers. They stay outside the bundle, so that the layer's copy runs, as in the deployed
 * function.
 */
function layerPackages(definition: FunctionDefinition): string[] {
  const names = nodeLayerFolders(definition)
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder));
  return [...new Set(names)]
    .filter((name) => !name.startsWith('.'))
    .map((name) => (name.startsWith('@') ? `${name}/*` : name));
}

function builtinsOf(made: readonly (Metafile | undefined)[]): readonly string[] {
  const outputs = made.flatMap((metafile) => Object.values(metafile?.outputs ?? {}));
  const imports = outputs.flatMap((output) => output.imports);
  return [...new Set(imports.map(({ path }) => path).filter(isBuiltin))];
}

function sourcesOf(inputs: readonly string[], root: string): string[] {
  return inputs.filter((input) => !input.includes('node_modules/')).map((input) => resolve(root, input));
}
