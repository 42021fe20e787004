/** Finds package imports of a handler that are not installed, and reports them at startup. */
import { isInLayers } from '../code/layer-folders.ts';
import { findDependencyList, installCommand } from '../code/package-manager.ts';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve } from 'node:path';

import type { Metafile } from 'esbuild';

import { DefinitionError } from '../../core/errors.ts';
import { requireChains, runsAtLoad, type RequireStep } from './certain-requires.ts';
import type { BuildCache } from './build-cache.ts';
import { describeBuild, type DescribedBuild } from './describe-build.ts';
import type { Bundler, FunctionDefinition } from '../../core/stack/function.ts';
import type { CodeFinding } from '../code/runnable-code.ts';
import { lendSdk, packagesWith, type SdkLending } from '../lent/lend-sdk.ts';
import { AWS_SDK_2 } from '../lent/lock-lists.ts';
import {
  explainMissing,
  findRuntimePackage,
  isRuntimePackage,
  packageNameOf,
} from '../code/runtime-packages.ts';

/** The size in bytes from which a file is treated as a bundle that contains its packages. */
const SOURCE_LIMIT_BYTES = 500_000;

export type PackageImport = {
  readonly specifier: string;
  readonly importer: string;
  /** Whether the import always runs, unlike an import in a condition or in `try`. */
  readonly isCertain: boolean;
  /**
   * The calls to `require` that must all run at load time for this import to run; absent if the import may be
   * conditional.
   */
  readonly steps?: readonly RequireStep[];
};

export type CheckedImports = {
  readonly missing: readonly DefinitionError[];
  readonly borrowed: readonly string[];
  /** The packages that the gateway provides, but that the bundler of the service does not find; absent if none. */
  readonly findings?: readonly CodeFinding[];
};

/**
 * Returns the package imports of a build with all packages external. They do not include type imports, because
 * TypeScript drops them with or without `import type`.
 */
export function importsOf(metafile: Metafile, directory: string): readonly PackageImport[] {
  const built = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const kept = new Set(built);
  const chains = requireChains(metafile, directory);
  return Object.entries(metafile.inputs).flatMap(([input, { imports }]) =>
    imports
      .filter(({ external, path }) => external === true && kept.has(path) && isPackage(path))
      .map(({ path, kind }) => {
        const importer = resolve(directory, input);
        const before = kind === 'require-call' ? chains.get(input) : undefined;
        return {
          specifier: path,
          importer,
          isCertain: kind === 'import-statement',
          ...(before !== undefined && { steps: [...before, { file: importer, specifier: path }] }),
        };
      }),
  );
}

/**
 * Returns the imports of a handler that runs unbundled. There are none for a large file, which is treated as a bundle,
 * or for a file that esbuild cannot read, because loading it will report the error.
 */
export async function readImports(
  file: string,
  directory: string,
  kept: Pick<BuildCache, 'make'>,
): Promise<readonly PackageImport[]> {
  if (statSync(file).size > SOURCE_LIMIT_BYTES) return [];
  const options: DescribedBuild = {
    entryPoints: [file],
    absWorkingDir: directory,
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    // Modules of layers exist only at run time. An unresolved module would end the build.
    external: ['/opt/*'],
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    loader: { '.node': 'empty' },
    // Node.js does not read tsconfig.json for code that runs unbundled.
    tsconfigRaw: {},
  };
  try {
    return await kept.make({ what: 'imports', options }, async () => {
      const metafile = await describeBuild(options);
      return { made: importsOf(metafile, directory), metafile };
    });
  } catch {
    return [];
  }
}

/**
 * Looks for each import in the places in which Node and Lambda look: in the folders above the file, in layers, and in
 * Lambda's runtime.
 * @param elsewhere the packages that are not part of the bundle, because the service's settings say that they are
 * supplied in another way
 * @param lending supplies version 2 of the SDK
 */
export async function checkImports(
  imports: readonly PackageImport[],
  definition: FunctionDefinition,
  elsewhere: readonly string[],
  lending: SdkLending,
): Promise<CheckedImports> {
  const borrowed = new Set<string>();
  const missing = new Map<string, MissingPackage>();
  for (const { specifier, importer, isCertain, steps } of imports) {
    const name = packageNameOf(specifier);
    if (missing.has(name) || isInstalled(name, importer) || isInLayers(name, definition)) continue;
    let whyNot = '';
    if (isRuntimePackage(specifier, definition.runtime)) {
      const lent = name === 'aws-sdk' ? await lendSdk(lending) : undefined;
      if (findRuntimePackage(specifier, packagesWith(lending.lender)) !== undefined) {
        borrowed.add(lent === undefined ? name : AWS_SDK_2.what);
        continue;
      }
      if (lent?.kind === 'refused') whyNot = ` (${lent.reason})`;
    }
    const reason = explainMissing(specifier, definition.runtime, importer);
    if (reason === undefined) {
      if (elsewhere.some((pattern) => matches(name, pattern))) continue;
      if (!isCertain && (steps === undefined || !(await runsAtLoad(steps)))) continue;
    }
    missing.set(name, { specifier, importer, whyNot, reason });
  }
  const once = new Map(describeMissing(missing).map((error) => [error.describe(), error]));
  const findings = findRuntimeImports(imports, definition);
  return {
    missing: [...once.values()],
    borrowed: [...borrowed],
    ...(findings.length > 0 && { findings }),
  };
}

/** Finds the imports of packages that only Lambda's runtime has, and that the bundler of the service would not find. */
export function findRuntimeImports(
  imports: readonly PackageImport[],
  definition: FunctionDefinition,
): readonly CodeFinding[] {
  const { code } = definition;
  if (code.kind !== 'directory' || code.bundler === undefined) return [];
  const { external, exclude } = code.esbuild ?? {};
  // The plug-in excludes aws-sdk by itself.
  const excluded = ['aws-sdk', external, exclude].flat().filter((one) => typeof one === 'string');
  const findings = new Map<string, CodeFinding>();
  for (const { specifier, importer, isCertain } of imports) {
    const name = packageNameOf(specifier);
    if (!isCertain || findings.has(name) || !isRuntimePackage(specifier, definition.runtime)) continue;
    if (isInstalled(name, importer) || excluded.some((pattern) => matches(name, pattern))) continue;
    findings.set(name, notBundled(code.bundler, specifier, importer));
  }
  return [...findings.values()];
}

/** The bundler includes every import in the bundle, even those that Lambda's runtime has. */
function notBundled(bundler: Bundler, specifier: string, importer: string): CodeFinding {
  const name = packageNameOf(specifier);
  const [scope = name] = name.split('/', 1);
  const error = new DefinitionError(
    { file: importer, line: lineOf(specifier, importer) },
    `${name} is not installed in the project, so ${bundler} cannot resolve it`,
    [],
    'package-left-out',
    `run ${installCommand(name, importer)}, or leave the package to Lambda's runtime: list ${scope}/* under custom.esbuild.exclude`,
  );
  const consequence = `the gateway provides ${name} on this machine; osls package fails with Could not resolve "${specifier}"`;
  return { error, consequence };
}

type MissingPackage = {
  readonly specifier: string;
  readonly importer: string;
  /** The reason why the gateway does not lend the package, or nothing. */
  readonly whyNot: string;
  /** The reason and the remedy for a package that Lambda's runtimes include or included. */
  readonly reason: string | undefined;
};

/** Describes missing packages. The command in each message installs all of them that no package.json lists. */
function describeMissing(missing: ReadonlyMap<string, MissingPackage>): readonly DefinitionError[] {
  const commands = new Map<string, string[]>();
  for (const [name, { importer, reason }] of missing)
    if (reason === undefined) {
      const [before] = splitCommand(name, importer);
      commands.set(before, [...(commands.get(before) ?? []), name]);
    }
  const commandFor = (name: string, importer: string): string => {
    const [before, own] = splitCommand(name, importer);
    return own === '' ? before : `${before}${(commands.get(before) ?? [name]).join(' ')}`;
  };
  return [...missing].map(([name, { specifier, importer, whyNot, reason }]) => {
    const list = reason === undefined ? describeList(name, importer) : undefined;
    if (list !== undefined) return list;
    const place = { file: importer, line: lineOf(specifier, importer) };
    const text = reason ?? `the package is not installed; run ${commandFor(name, importer)}`;
    return new DefinitionError(place, `Cannot find package "${name}"${whyNot}: ${text}`);
  });
}

/** Splits a command that installs one package into the command and the package. A command for all has no package. */
function splitCommand(name: string, importer: string): readonly [before: string, name: string] {
  const command = installCommand(name, importer);
  return command.endsWith(` ${name}`) ? [command.slice(0, -name.length), name] : [command, ''];
}

/** The maximum number of packages that a message names. */
const MOST_NAMES = 8;

/**
 * Describes all dependencies of a package.json that are not installed, in one error. Returns undefined if fewer than
 * two are missing, or if no such list is found.
 */
function describeList(name: string, importer: string): DefinitionError | undefined {
  const list = findDependencyList(name, importer);
  if (list === undefined) return undefined;
  const absent = list.names.filter((each) => !isInstalled(each, list.file));
  if (absent.length < 2) return undefined;
  const more = absent.length > MOST_NAMES ? ` and ${absent.length - MOST_NAMES} more` : '';
  return new DefinitionError(
    { file: list.file },
    `${absent.length} packages in dependencies are not installed: ${absent.slice(0, MOST_NAMES).join(', ')}${more}; run ${list.installAll}`,
  );
}

/**
 * Whether the import names a package. Files, Node's own modules, subpath imports (`#lib`) and esbuild's own `<runtime>`
 * are not packages.
 */
function isPackage(path: string): boolean {
  return /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*(?:\/|$)/.test(path) && !isBuiltin(path);
}

function isInstalled(name: string, importer: string): boolean {
  for (let folder = dirname(importer); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name))) return true;
    // Plug'n'Play stores packages in archives, and resolves them in its own way.
    if (existsSync(join(folder, '.pnp.cjs'))) return true;
    if (folder === dirname(folder)) return false;
  }
}

function matches(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : packageNameOf(pattern) === name;
}

function lineOf(specifier: string, file: string): number | undefined {
  const lines = readFileSync(file, 'utf8').split('\n');
  const index = lines.findIndex((line) =>
    ["'", '"', '`'].some((quote) => line.includes(`${quote}${specifier}${quote}`)),
  );
  return index === -1 ? undefined : index + 1;
}
