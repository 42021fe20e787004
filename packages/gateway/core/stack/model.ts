/** The result of loading: stacks with every intrinsic resolved, for the control plane. */
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { DefinitionError, DefinitionPlace } from '../errors.ts';
import type { FunctionDefinition } from './function.ts';

export type ResolvedResource = {
  readonly logicalId: string;
  /** `AWS::ApiGateway::Method` */
  readonly type: string;
  /** The value of `Ref`: API id, function name, table name, role name … */
  readonly physicalId: string;
  /** All intrinsics resolved, AWS's property names. */
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  /** A fault in parts that requests read: what depends on it answers 500. Faulty properties are left out. */
  readonly fault?: DefinitionError | undefined;
  /** Top-level properties left out because they could not be resolved. */
  readonly unresolved?: readonly string[];
  /** Place of the resource, or of one property (`Integration.Uri`) as exactly as the file allows. */
  place(property?: string): DefinitionPlace;
};

/** A resource or property that is loaded but not enforced by this version. */
export type UnsupportedItem = {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  /** Absent: the whole resource. */
  readonly property?: string | undefined;
  readonly consequence: string;
  /** A fault besides missing support: AWS's words, or the reader's. */
  readonly message?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
};

type StackSource = {
  /** In long form, intrinsics unresolved. */
  readonly template: JsonObject;
  /** Given values, also of names that the template does not declare. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Output by the name of its export. */
  readonly exportNames: ReadonlyMap<string, string>;
  /** Names of exports of other stacks. */
  readonly imports: ReadonlySet<string>;
};

export type ResolvedStack = {
  readonly stackName: string;
  /** The stage of the service (`--stage`); plain templates have one, too. */
  readonly stage: string;
  readonly region: string;
  readonly accountId: string;
  readonly file: string;
  /** Further files of the stack. */
  readonly includes: readonly string[];
  /** In template order. */
  readonly resources: ReadonlyMap<string, ResolvedResource>;
  readonly outputs: ReadonlyMap<string, Json>;
  /** The template's own top-level `Metadata`, intrinsics unresolved. */
  readonly metadata: JsonObject;
  readonly exports: ReadonlyMap<string, Json>;
  /** For CloudFormation's reads; absent in stacks that no template made. */
  readonly source?: StackSource;
  readonly functions: readonly FunctionDefinition[];
  /** Functions that cannot run here, with the reason, by name. */
  readonly refused: ReadonlyMap<string, string>;
  readonly unsupported: readonly UnsupportedItem[];
  /** Without effect on requests (deployment bucket, log groups, versions…); listed on demand. */
  readonly noEffect: readonly UnsupportedItem[];
};
