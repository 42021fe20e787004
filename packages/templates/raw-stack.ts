/** A stack as a loader hands it over: one template in long form, nothing resolved yet. */
import type { DefinitionPlace } from '../core/errors.ts';
import type { Path } from './cloudformation/template-source.ts';
import type { JsonObject } from '../core/stack/model.ts';
import type { StoredValues } from '../core/stack/stored-values.ts';

export type RawStack = {
  readonly stackName: string;
  readonly stage: string;
  readonly region: string;
  readonly accountId: string;
  /** File named in messages. */
  readonly file: string;
  /** Further files that it is made of. */
  readonly includes?: readonly string[];
  readonly template: JsonObject;
  lineOf(path: Path): number | undefined;
  /** Values given for the template's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Values of SSM, Secrets Manager and S3; absent = none are known. */
  readonly stored?: StoredValues;
  readonly code: LocalCode;
  /** Absent = none. */
  readonly nested?: ReadonlyMap<string, NestedStack>;
  /** What the loader had to leave out. */
  readonly findings: readonly Finding[];
};

/** A nested stack whose template is on this machine; by logical id of the resource that makes it. */
interface NestedStack {
  open(stackName: string, parameters: Readonly<Record<string, string>>): RawStack;
}

/** Where the code of functions and the content of layers lie on this machine; by logical id, folders absolute. */
export type LocalCode = {
  /** Folders and zip archives. */
  readonly functions: ReadonlyMap<string, string>;
  /** Undefined where the folder is not there yet. */
  readonly layers: ReadonlyMap<string, string | undefined>;
  /** Folder of `/opt` that the layer's own is the content of; absent = its own is `/opt`. */
  readonly layersBelow?: ReadonlyMap<string, string>;
  /** The service's own esbuild options, unchecked. */
  readonly esbuild: Readonly<Record<string, unknown>> | undefined;
  /** The service bundles by a tool of its own. */
  readonly isBundled?: true;
  /** Archives of the service's own packaging, for where no bundle can be made here. */
  readonly packed?: ReadonlyMap<string, string>;
};

/** An unsupported part that only the loader could see. */
export type Finding = {
  readonly logicalId: string;
  readonly type: string;
  readonly property?: string | undefined;
  readonly consequence: string;
  /** What is wrong, and where, if it is of no resource. */
  readonly message?: string | undefined;
  readonly place?: DefinitionPlace | undefined;
  /**
   * It stands in front of requests: without it the routes of this resource (an API, a method, a route, a stage) answer
   * 500, unless `--allow-unguarded`.
   */
  readonly isGuard?: true | undefined;
};
