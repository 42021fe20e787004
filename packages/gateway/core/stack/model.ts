/** The result of loading for the control plane: stacks in which every intrinsic is resolved. */
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { DefinitionError, DefinitionPlace } from '../errors.ts';
import type { FunctionDefinition } from './function.ts';

export type ResolvedResource = {
  readonly logicalId: string;
  /** For example `AWS::ApiGateway::Method`. */
  readonly type: string;
  /** The value of `Ref`: API id, function name, table name, role name … */
  readonly physicalId: string;
  /** The properties, with AWS's names and all intrinsics resolved. */
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  /**
   * A fault in parts that requests depend on. Everything that depends on these parts responds with 500. Faulty
   * properties are left out.
   */
  readonly fault?: DefinitionError | undefined;
  /** Top-level properties that were left out because they could not be resolved. */
  readonly unresolved?: readonly string[];
  /** Returns the place of the resource, or of one property (`Integration.Uri`), as exactly as the file allows. */
  place(property?: string): DefinitionPlace;
};

/** A resource or property that is loaded but not enforced by this version. */
export type UnsupportedItem = {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  /** The property; absent means the whole resource. */
  readonly property?: string | undefined;
  readonly consequence: string;
  /** A fault other than missing support, in the words of AWS or of the code that read it. */
  readonly message?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
};

type StackSource = {
  /** The template in long form, with intrinsics unresolved. */
  readonly template: JsonObject;
  /** The given values, including values for names that the template does not declare. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Outputs by the name of their export. */
  readonly exportNames: ReadonlyMap<string, string>;
  /** The names of the exports that the stack imports from other stacks. */
  readonly imports: ReadonlySet<string>;
};

export type ResolvedStack = {
  readonly stackName: string;
  /** The stage of the service (`--stage`). Plain templates also have a stage. */
  readonly stage: string;
  readonly region: string;
  readonly accountId: string;
  readonly file: string;
  /** Other files of the stack. */
  readonly includes: readonly string[];
  /** The resources in template order. */
  readonly resources: ReadonlyMap<string, ResolvedResource>;
  readonly outputs: ReadonlyMap<string, Json>;
  /** The template's own top-level `Metadata`, with intrinsics unresolved. */
  readonly metadata: JsonObject;
  readonly exports: ReadonlyMap<string, Json>;
  /** The source that CloudFormation's read calls show; absent for stacks that were not created from a template. */
  readonly source?: StackSource;
  readonly functions: readonly FunctionDefinition[];
  /** Functions that cannot run here, by name, with the reason. */
  readonly refused: ReadonlyMap<string, string>;
  readonly unsupported: readonly UnsupportedItem[];
  /** Resources without effect on requests (deployment bucket, log groups, versions…). They are listed on demand. */
  readonly noEffect: readonly UnsupportedItem[];
};
