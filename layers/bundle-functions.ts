/** Bundles every function, for packing, measuring, and proving that nothing ships twice. */
import { glob, readFile } from 'node:fs/promises';
import { join, parse, relative } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';
import { parse as parseYaml } from 'yaml';
import { LAYER_PACKAGES, specifierOf } from './contents.ts';
import { mergeStart } from './merge-start.ts';

export type FunctionBundle = {
  readonly name: string;
  /** Keys are paths in the function's package: `functions/{name}.mjs`, `functions/chunks/….mjs`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Paths of the files that are read before the handler can be called. */
  readonly startFiles: readonly string[];
  /** What these files import from the layer and from Node's built-in modules. */
  readonly startImports: readonly string[];
  readonly startBytes: number;
  readonly packages: readonly string[];
};

type BundleSettings = {
  readonly pattern?: string;
  /**
   * Names of the files to bundle, among the files that match `pattern`. By default, all of these files are
   * bundled.
   */
  readonly names?: ReadonlySet<string>;
  readonly sourcemap?: 'external' | false;
  /** Replaces `custom.esbuild` of the serverless.yml at `root`. */
  readonly esbuild?: BuildOptions;
  /**
   * Absolute path of the layer's `node_modules`. It is set for a stack without a layer, which bundles its packages into
   * the functions.
   */
  readonly packagesFrom?: string | undefined;
  /** esbuild plug-ins that a benchmark uses to replace a file. */
  readonly plugins?: readonly Plugin[];
};

/**
 * JSON is bundled as text, because parsing it takes half the time of evaluating an expression. This saves 0.4
 * ms of a cold start with six access documents.
 */
const DOCUMENTS_AS_TEXT: Plugin = {
  name: 'documents-as-text',
  setup(esbuild) {
    esbuild.onLoad({ filter: /[\\/.]compiled\.json$/ }, async ({ path }) => {
      const text = JSON.stringify(JSON.parse(await readFile(path, 'utf8')));
      return { contents: `export default JSON.parse(${JSON.stringify(text)});`, loader: 'js' };
    });
  },
};

/**
 * @throws Error if, in a stack with a layer, a bundle contains a package, or imports one that the layer does not have
 */
export async function bundleFunctions(
  root: string,
  {
    pattern = 'functions/*.ts',
    names,
    sourcemap = false,
    esbuild,
    packagesFrom,
    plugins = [],
  }: BundleSettings = {},
): Promise<readonly FunctionBundle[]> {
  const options = esbuild === undefined ? await readEsbuildOptions(root) : buildOptions(esbuild);
  const bundles: FunctionBundle[] = [];
  for await (const file of glob(pattern, { cwd: root })) {
    const { name } = parse(file);
    if (names?.has(name) === false) continue;
    const { metafile, outputFiles } = await build({
      ...options,
      ...(packagesFrom !== undefined && {
        external: [],
        alias: { ...options.alias, ...aliases(packagesFrom) },
      }),
      absWorkingDir: root,
      entryPoints: [file],
      outdir: join(root, 'functions'),
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      plugins: [DOCUMENTS_AS_TEXT, ...plugins],
      sourcemap: sourcemap && 'inline',
      write: false,
      metafile: true,
      logLevel: 'warning',
    });
    if (packagesFrom === undefined) assertPackagesInLayer(name, metafile);
    const entry = `functions/${name}.mjs`;
    const startFiles = startFilesOf(metafile, entry);
    const files = await mergeStart({
      files: new Map(outputFiles.map(({ path, contents }) => [relative(root, path), contents])),
      entry,
      startFiles,
      exportsOf: (path) => metafile.outputs[path]?.exports ?? [],
      settings: { ...settingsOf(options), sourcemap },
    });
    bundles.push({
      name,
      files,
      startFiles: [entry],
      startImports: importsOf(metafile, startFiles),
      startBytes: files.get(entry)?.length ?? 0,
      packages: packagesOf(metafile),
    });
  }
  return bundles.sort((a, b) => a.name.localeCompare(b.name));
}

/** Returns a separate alias for each specifier, because an alias of a whole package ignores the package's `exports`. */
function aliases(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    LAYER_PACKAGES.flatMap(({ name, subpaths }) =>
      subpaths.map((subpath) => [specifierOf(name, subpath), join(folder, name, 'index.mjs')]),
    ),
  );
}

/** Returns the entry file and everything that it imports statically, directly or indirectly. */
export function startFilesOf({ outputs }: Metafile, entry: string): readonly string[] {
  const found = new Set([entry]);
  for (const file of found)
    for (const { path, kind, external } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) found.add(path);
  return [...found];
}

function importsOf({ outputs }: Metafile, files: readonly string[]): readonly string[] {
  const imports = files.flatMap((file) => outputs[file]?.imports ?? []);
  const outside = imports.filter(({ kind, external }) => kind === 'import-statement' && external === true);
  return [...new Set(outside.map(({ path }) => path))].sort();
}

function packagesOf({ outputs }: Metafile): readonly string[] {
  const outside = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ path, external }) => external === true && !path.startsWith('node:'));
  const names = outside.map(({ path }) =>
    path
      .split('/')
      .slice(0, path.startsWith('@') ? 2 : 1)
      .join('/'),
  );
  return [...new Set(names)].sort();
}

/** Reads `custom.esbuild` of serverless.yml, so that the measured bundle is the same as the deployed bundle. */
async function readEsbuildOptions(root: string): Promise<BuildOptions> {
  // CloudFormation tags (!Ref, !GetAtt) are left unresolved.
  const yaml: unknown = parseYaml(await readFile(join(root, 'serverless.yml'), 'utf8'), {
    logLevel: 'error',
  });
  const { custom } = yaml as { custom: { esbuild: BuildOptions } };
  return buildOptions(custom.esbuild);
}

function buildOptions(given: BuildOptions): BuildOptions {
  const { external, splitting, chunkNames, alias } = given;
  return {
    ...settingsOf(given),
    ...(alias && { alias }),
    ...(splitting !== undefined && { splitting }),
    ...(chunkNames !== undefined && { chunkNames }),
    ...(external && { external }),
  };
}

function settingsOf({ format, target, minify }: BuildOptions): BuildOptions {
  return {
    ...(format && { format }),
    ...(target && { target }),
    ...(minify !== undefined && { minify }),
  };
}

/** Our own packages count as the functions' code, wherever they are installed. */
const OTHERS_PACKAGE = /node_modules\/(?!@?gatewright\/)(?!.*node_modules\/@?gatewright\/)/;

export function assertPackagesInLayer(name: string, metafile: Metafile): void {
  const bundled = Object.keys(metafile.inputs).find((input) => OTHERS_PACKAGE.test(input));
  if (bundled !== undefined)
    throw new Error(
      `function ${name}: ${bundled} is bundled with the function, but packages must be in the layer; add the package to layers/contents.ts and to custom.esbuild.external of serverless.yml`,
    );
  const provided = new Set(
    LAYER_PACKAGES.flatMap(({ name: packageName, subpaths }) =>
      subpaths.map((subpath) => specifierOf(packageName, subpath)),
    ),
  );
  for (const { imports } of Object.values(metafile.outputs))
    for (const { path, external } of imports)
      if (external === true && !path.startsWith('node:') && !provided.has(path))
        throw new Error(
          `function ${name} imports ${path}, which is not in the layer; add it to layers/contents.ts`,
        );
}
