/** A function as its stack declares it, before any instance runs. */
import type { DefinitionPlace } from '../errors.ts';

/** The maximum size of an event in bytes (Lambda quota "Invocation payload", synchronous). */
export const MAX_EVENT_BYTES = 6_291_456;
/** The maximum size of an event for an asynchronous invocation. */
export const MAX_QUEUED_BYTES = 1024 * 1024;

/**
 * The size at which a batch of records is full. The rest of the maximum size of an event is left for the members around
 * the records.
 */
export const FULL_BATCH_BYTES = 5_500_000;

/** Lambda's maximum timeout in milliseconds. A handler without a deadline gets this value as its remaining time. */
export const MAX_TIMEOUT_MS = 900_000;

/**
 * The timeout for calls to functions in milliseconds. It is longer than the longest timeout that a function can have,
 * so that the function's own timeout is reached first.
 */
export const LONGEST_RUN_MS = MAX_TIMEOUT_MS + 60_000;

/** A service whose functions are bundled with webpack by the service's own plug-in. */
export type WebpackService = {
  /** The name of the plug-in: `serverless-webpack` or `serverless-bundle`. */
  readonly plugin: string;
  /** The absolute path of the service's folder. */
  readonly folder: string;
  /**
   * Whether the functions are packaged individually. If so, the plug-in sets the entries, instead of the configuration.
   */
  readonly setsEntries?: boolean;
  /** The parts of the service that the plug-in reads: `custom`, handlers, runtimes. */
  readonly service: Readonly<Record<string, unknown>>;
};

/** The settings with which `sam build` runs esbuild. */
export type SamBuild = {
  /** The options of esbuild, unchecked. */
  readonly esbuild: Readonly<Record<string, unknown>>;
  /** The entry points, relative to the code's folder. The key is the name that the handlers use for the module. */
  readonly entries: Readonly<Record<string, string>>;
};

/** A bundler that fails if an imported package is not installed, unless the service excludes the package. */
export type Bundler = 'serverless-esbuild';

/** The content of a deployed package that does not contain all files of the folder. */
export type TakenFiles =
  /** Some of the files. The gateway does not know which. */
  | 'part'
  /** The output of a build of the project's own that has not run. */
  | 'output'
  /** The files without the packages that only `devDependencies` needs, as osls packages them. */
  | 'pruned'
  /** The files, and the packages of `dependencies`. `sam build` installs these packages again. */
  | 'reinstalled';

/** A zip archive, as Lambda would accept it. */
export type PackedCode = {
  /** The absolute path of the archive. */
  readonly file: string;
  /**
   * The archive's size and the time of its last change. If the version differs, the code is assumed to have changed.
   */
  readonly version: string;
};

export type FunctionCode =
  /** The code in `Code.ZipFile`, which is the text of `index.js` (or `index.mjs`). */
  | { readonly kind: 'inline'; readonly source: string }
  /** The code is a folder with the handler's file. The file is run as it is, or bundled first if it is TypeScript. */
  | {
      readonly kind: 'directory';
      /** The absolute path of the folder. */
      readonly directory: string;
      /** The service's own esbuild options (`build.esbuild` or `custom.esbuild`), unchecked. */
      readonly esbuild: Readonly<Record<string, unknown>> | undefined;
      /** The entry points of a SAM build. `esbuild` then contains the options of `BuildProperties`. */
      readonly entries?: SamBuild['entries'];
      /** Present if the service bundles its JavaScript itself, with its own tool. */
      readonly isBundled?: true;
      /** The plug-in that bundles the code, if it fails for packages that are not installed. */
      readonly bundler?: Bundler;
      readonly webpack?: WebpackService;
      /** Absent if all files of the folder are deployed. */
      readonly taken?: TakenFiles;
      /** The archive that the service's own packaging created. It is used if the gateway cannot make a bundle. */
      readonly packed?: PackedCode;
      /** Present if plug-ins add files to the package. */
      readonly added?: PluginFiles;
    }
  /** The code is the archive that was deployed. It is run as it is. */
  | { readonly kind: 'archive'; readonly packed: PackedCode };

/** The files that plug-ins add to a function's package when osls packages the service. */
export type PluginFiles = {
  /** The files that the gateway knows. The function finds them in the same places as in its package. */
  readonly files: readonly AddedFiles[];
  /**
   * The plug-ins that add files only when osls packages the service, and do not run in the gateway. They may add more
   * files.
   */
  readonly packagers: readonly string[];
  /** The folder of this run that contains the files; absent until they are written. */
  readonly folder?: string;
};

export type AddedFiles = {
  /** Absolute paths of the files that are copied. */
  readonly copies: readonly string[];
  /** Contents of other files by name. */
  readonly texts: Readonly<Record<string, string>>;
  /** The folders of the service that the added files expect to find next to themselves: absolute paths by name. */
  readonly links: Readonly<Record<string, string>>;
};

export type LayerDefinition = {
  /** The ARN of the layer version, or the layer's logical id if there is no ARN. */
  readonly arn: string;
  /**
   * The absolute path of a folder with the content of `/opt` (`nodejs/node_modules/…`); undefined means that the
   * content is not on this machine.
   */
  readonly directory: string | undefined;
  /** The subfolder of `/opt` to which the directory corresponds, such as `nodejs`; absent means `/opt` itself. */
  readonly below?: string | undefined;
  /** Absent if all files of the folder are deployed. */
  readonly taken?: TakenFiles;
};

export type FunctionDefinition = {
  readonly name: string;
  readonly arn: string;
  readonly logicalId: string;
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
  /** For example `nodejs24.x`. */
  readonly runtime: string;
  /** For example `functions/users.list`. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memorySizeMb: number;
  /** The maximum number of concurrent events; absent means no limit. */
  readonly reservedConcurrency?: number | undefined;
  /**
   * The declared architecture, only for information, because functions run on the machine's own architecture. Absent
   * means x86_64.
   */
  readonly architecture?: 'arm64' | undefined;
  /** The environment variables that the template sets, and no others. */
  readonly environment: Readonly<Record<string, string>>;
  readonly code: FunctionCode;
  readonly layers: readonly LayerDefinition[];
  readonly place: DefinitionPlace;
};

/**
 * Whether the runtime is Node.js: `nodejs24.x` or an older name such as `nodejs8.10`, `nodejs4.3` or `nodejs` (Lambda's
 * list of runtimes, including deprecated runtimes).
 */
export function isNodeRuntime(runtime: string): boolean {
  return /^nodejs(?:\d+\.(?:x|\d+))?$/.test(runtime);
}

/** Returns the family of a runtime, such as `nodejs`; undefined for a runtime that Lambda never had. */
export function runtimeFamily(runtime: string): RuntimeFamily | undefined {
  if (isNodeRuntime(runtime)) return 'nodejs';
  return RUNTIME_FAMILIES.find(([pattern]) => pattern.test(runtime))?.[1];
}

type RuntimeFamily = 'nodejs' | 'python' | 'ruby' | 'java' | 'dotnet' | 'go' | 'provided';

const RUNTIME_FAMILIES: readonly (readonly [RegExp, RuntimeFamily])[] = [
  [/^python\d+\.\d+$/, 'python'],
  [/^ruby\d+\.\d+$/, 'ruby'],
  [/^java\d+(?:\.al2)?$/, 'java'],
  [/^dotnet(?:core)?\d+(?:\.\d+)?$/, 'dotnet'],
  [/^go1\.x$/, 'go'],
  [/^provided(?:\.al\d+)?$/, 'provided'],
];

/**
 * How functions are isolated: all run in threads, all run in processes, or only the listed functions run in processes.
 * The list contains Lambda's names, logical ids, or keys of a Serverless service.
 */
export type Isolation = 'thread' | 'process' | readonly string[];

/**
 * Reads `thread`, `process`, or names such as `resize,orders`, which are added to the names in `before`. Returns
 * undefined for an invalid string.
 */
export function readIsolation(text: string, before: Isolation): Isolation | undefined {
  if (text === 'thread' || text === 'process') return text;
  const names = text.split(',').map((name) => name.trim());
  if (!names.every((name) => /^[A-Za-z0-9-_]{1,140}$/.test(name))) return undefined;
  return [...(Array.isArray(before) ? (before as readonly string[]) : []), ...names];
}

export function isIsolated(definition: FunctionDefinition, isolation: Isolation | undefined): boolean {
  if (isolation === undefined || typeof isolation === 'string') return isolation === 'process';
  return isolation.some((name) => functionsNamed([definition], name).length > 0);
}

/** Returns the names that match no function. */
export function unknownNames(
  definitions: readonly FunctionDefinition[],
  isolation: Isolation | undefined,
): readonly string[] {
  if (isolation === undefined || typeof isolation === 'string') return [];
  return isolation.filter((name) => functionsNamed(definitions, name).length === 0);
}

/** Returns both names by which a resource can be named, such as `shop-dev-list (List)`; one if they are equal. */
export function describeNames({
  name,
  logicalId,
}: {
  readonly name: string;
  readonly logicalId: string | undefined;
}): string {
  return logicalId === undefined || logicalId === name ? name : `${name} (${logicalId})`;
}

/**
 * Returns the functions that a user names. A name is first compared with names and logical ids, then with the paths of
 * CDK constructs, and then with the ends of names and paths. osls names a function
 * `{service}-{stage}-{key}`. CDK's logical id consists of the letters and digits of the path and a hash of 8
 * characters.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html
 */
export function functionsNamed<One extends { readonly name: string; readonly logicalId: string }>(
  all: readonly One[],
  wanted: string,
): readonly One[] {
  const path = wanted.replaceAll(/[^A-Za-z0-9]/g, '');
  const pathOf = ({ logicalId }: One): string => /^(.+)[0-9A-F]{8}$/.exec(logicalId)?.[1] ?? '';
  const ways: readonly ((one: One) => boolean)[] = [
    ({ name, logicalId }) => name === wanted || logicalId === wanted,
    (one) => path !== '' && pathOf(one) === path,
    (one) => one.name.endsWith(`-${wanted}`) || (path !== '' && pathOf(one).endsWith(path)),
  ];
  return ways.map((way) => all.filter(way)).find((found) => found.length > 0) ?? [];
}
