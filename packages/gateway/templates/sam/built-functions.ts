/**
 * Handles functions with `Metadata: BuildMethod`. It reads the settings of `esbuild`, and finds code that only
 * `sam build` creates (SAM developer guide, "Building Node.js Lambda functions with esbuild" and "Building custom
 * runtimes").
 */
import { basename, dirname, posix } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { builtFolder } from '../../core/stack/sam-build.ts';
import type { SamBuild } from '../../core/stack/function.ts';
import type { Finding } from '../raw-stack.ts';
import { buildMethodOf } from './built-layers.ts';
import { COMPILED, describeStale, newerThan } from './stale-build.ts';

type BuiltFunctions = {
  /** The folders of the functions by logical id. */
  readonly folders: ReadonlyMap<string, string>;
  readonly builds: ReadonlyMap<string, SamBuild>;
  readonly findings: readonly Finding[];
};

/** Build methods that `sam build` uses for the runtime by default, or that this gateway performs itself. */
const OF_RUNTIME = /^(?:nodejs|python|ruby|java|dotnet|go|provided)[\w.]*$|^(?:python-uv|rust-cargolambda)$/;

/**
 * Finds the code of built functions.
 * @param file the file of the template. `declared` contains the folders in the template by logical id
 */
export function readBuiltFunctions(
  template: JsonObject,
  file: string,
  declared: ReadonlyMap<string, string>,
): BuiltFunctions {
  const folder = dirname(file);
  const folders = new Map(declared);
  const builds = new Map<string, SamBuild>();
  const findings: Finding[] = [];
  const note = (logicalId: string, consequence: string): void =>
    void findings.push({
      logicalId,
      type: 'AWS::Lambda::Function',
      property: 'Metadata.BuildMethod',
      consequence,
      remedy: 'run sam build',
    });
  for (const [logicalId, content] of declared) {
    const method = buildMethodOf(template, logicalId, folder);
    if (method === undefined || OF_RUNTIME.test(method) || isCompiled(template, logicalId)) continue;
    if (method === 'esbuild') {
      builds.set(logicalId, readEsbuild(propertiesOf(template, logicalId)));
      continue;
    }
    const built = builtFolder(folder, logicalId);
    if (statOf(built)?.isDirectory() === true) {
      folders.set(logicalId, built);
      const newer = newerThan(built, [file, content]);
      if (newer !== undefined) note(logicalId, describeStale(folder, newer));
    } else note(logicalId, describeUnbuilt(method, logicalId));
  }
  return { folders, builds, findings };
}

/**
 * Whether the function has a compiled runtime. Such runtimes use the output of `sam build` anyway, and report what is
 * missing.
 */
function isCompiled(template: JsonObject, logicalId: string): boolean {
  const resource = mapOf(template, 'Resources')[logicalId];
  const runtime = membersOf(membersOf(resource)['Properties'])['Runtime'];
  return typeof runtime === 'string' && COMPILED.test(runtime);
}

function describeUnbuilt(method: string, logicalId: string): string {
  const by = method === 'makefile' ? `its Makefile (build-${logicalId})` : `sam build (${method})`;
  return `the function's code is built by ${by}, which has not run, so the files in CodeUri run unchanged; run sam build`;
}

function propertiesOf(template: JsonObject, logicalId: string): JsonObject {
  const resource = mapOf(template, 'Resources')[logicalId];
  return mapOf(mapOf(membersOf(resource), 'Metadata'), 'BuildProperties');
}

/**
 * Reads the options of esbuild. Their names are converted, for example from `Minify` to `minify`. Options that are maps
 * in esbuild are lists of NAME=VALUE in the template.
 */
function readEsbuild(properties: JsonObject): SamBuild {
  const { EntryPoints: points, ...others } = properties;
  const options = Object.entries(others).map(([name, value]) => {
    const option = name.charAt(0).toLowerCase() + name.slice(1);
    return [option, MAPS.has(option) ? toMap(value) : LISTS.has(option) ? toList(value) : value] as const;
  });
  return {
    // `format` and `target` are the defaults of `sam build`.
    esbuild: { format: 'cjs', target: 'es2020', ...Object.fromEntries(options) },
    entries: entriesOf(toList(points ?? [])),
  };
}

const MAPS = new Set(['alias', 'banner', 'define', 'footer', 'loader', 'logOverride', 'outExtension']);
const LISTS = new Set([
  'conditions',
  'drop',
  'external',
  'inject',
  'mainFields',
  'nodePaths',
  'pure',
  'resolveExtensions',
]);

function toMap(value: Json): Json {
  if (isJsonObject(value)) return value;
  const pairs = toList(value).map((text) => [
    text.slice(0, Math.max(0, text.indexOf('='))),
    text.slice(text.indexOf('=') + 1),
  ]);
  return Object.fromEntries(pairs) as JsonObject;
}

/** Converts a value to a list. The string `module,main` is also a list. */
function toList(value: Json): string[] {
  if (typeof value === 'string') return value.split(',').map((part) => part.trim());
  return isJsonList(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** esbuild writes the outputs of several entry points below the deepest folder that contains all of them. */
function entriesOf(points: readonly string[]): SamBuild['entries'] {
  const paths = points.map((point) => posix.normalize(point));
  const [first = [], ...rest] = paths.map((path) => posix.dirname(path).split('/'));
  const common = [...first];
  for (const folders of rest) while (common.some((name, index) => folders[index] !== name)) common.pop();
  const base = common.join('/');
  return Object.fromEntries(
    paths.map((path) => {
      const made = posix.relative(base, path);
      return [made.slice(0, made.length - posix.extname(basename(made)).length), path];
    }),
  );
}
