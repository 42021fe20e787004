/**
 * The stacks as they are loaded, with intrinsics resolved. Properties that cannot be resolved are left out. The control
 * plane works on these stacks.
 */
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { DefinitionError, DefinitionPlace } from '../errors.ts';
import type { RuleId, Severity } from '../deployability/rules.ts';
import type { FunctionDefinition } from './function.ts';

type PartialProperties = {
  /** The properties, with null in place of each member that could not be resolved. */
  readonly properties: JsonObject;
  /** The paths of the members that could not be resolved, such as `DistributionConfig.Origins.0.DomainName`. */
  readonly unknown: readonly string[];
};

export type ResolvedResource = {
  readonly logicalId: string;
  /** For example `AWS::ApiGateway::Method`. */
  readonly type: string;
  /** The value of `Ref`, such as an API id, a function name, a table name or a role name. */
  readonly physicalId: string;
  /** The properties, with AWS's names and intrinsics resolved, except those in `unresolved`. */
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  /** Whether an OpenAPI document defined the API. */
  readonly isImported?: true;
  /**
   * A fault of the resource that affects requests. Routes that depend on the faulty part respond with 500, and the
   * faulty properties are left out.
   */
  readonly fault?: DefinitionError | undefined;
  /** Top-level properties that were left out because they could not be resolved. */
  readonly unresolved?: readonly string[];
  /** The known parts of the properties in `unresolved`. Only checks use them. */
  readonly partial?: PartialProperties;
  /**
   * Returns the place of the resource, or of one property (`Integration.Uri`). The place is as exact as the file
   * allows.
   */
  place(property?: string): DefinitionPlace;
};

/** A resource or property that is loaded but not enforced by this version, or that has a fault. */
export type UnsupportedItem = {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  /** The property; absent means the whole resource. */
  readonly property?: string | undefined;
  readonly consequence: string;
  /**
   * The description of a fault, in the words of AWS or of the code that found the fault; absent if the item is listed
   * because it is not supported.
   */
  readonly message?: string | undefined;
  /** The rule of deployability/rules.ts; absent means that the part is served differently from AWS. */
  readonly rule?: RuleId | undefined;
  /** The consequence of the fault for a deployment; absent if the item is not a fault. */
  readonly severity?: Severity | undefined;
  /**
   * The remedy for the fault; absent if it is the remedy of the rule, or if a table of remedies has a row for the
   * message.
   */
  readonly remedy?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
};

/**
 * How much of a property the author wrote, if the stack is not written as a CloudFormation template: only its value, or
 * a whole document that AWS receives with all of its members. All other properties and members were added when the
 * stack was converted.
 */
export type WrittenAs = 'value' | 'document';

type StackSource = {
  /** The template in long form, with intrinsics unresolved. */
  readonly template: JsonObject;
  /**
   * The parameter values that were given to the stack. They include values for names that the template does not
   * declare.
   */
  readonly parameters: Readonly<Record<string, string>>;
  /** The parameters of a nested stack whose values differ on AWS; absent if there are none. */
  readonly placeholderParameters?: ReadonlySet<string>;
  /** The stack's exports. The key is the name of an export, and the value is the name of its output. */
  readonly exportNames: ReadonlyMap<string, string>;
  /**
   * The logical ids of resources that a transform created or converted. The template does not contain them in this
   * form.
   */
  readonly made?: ReadonlySet<string> | undefined;
  /**
   * Returns whether the transform kept the object at a path of the template as the author wrote it; absent if there is
   * no transform.
   */
  readonly isPassedOn?: ((path: readonly string[]) => boolean) | undefined;
  /** The template before its transform, as the author wrote it; absent if there is no transform. */
  readonly original?: JsonObject | undefined;
  /** Returns how much of a property the author wrote; absent if the author wrote the template itself. */
  readonly writtenAs?:
    | ((logicalId: string, property: readonly string[]) => WrittenAs | undefined)
    | undefined;
  /**
   * Returns the path in the author's file to which a path of the template corresponds; absent if the author wrote the
   * template itself.
   */
  readonly pathOf?: ((path: readonly string[]) => readonly string[] | undefined) | undefined;
  /**
   * Returns the region of a resource that is created in a region other than the stack's. Absent if the author wrote the
   * template.
   */
  readonly regionOf?: ((logicalId: string) => string | undefined) | undefined;
  /** Whether the region of the stack is given, and is not a default of the gateway. */
  readonly isRegionKnown?: boolean;
  /** Returns the line of a path into the template. */
  readonly lineOf?: ((path: readonly string[]) => number | undefined) | undefined;
  /** The names of the exports that the stack imports from other stacks. */
  readonly imports: ReadonlySet<string>;
};

export type ResolvedStack = {
  readonly stackName: string;
  /** The stage of the service (`--stage`). Stacks from plain templates also have a stage. */
  readonly stage: string;
  readonly region: string;
  readonly accountId: string;
  readonly file: string;
  /** The other files that the stack's source includes. */
  readonly includes: readonly string[];
  /** The resources in template order. */
  readonly resources: ReadonlyMap<string, ResolvedResource>;
  readonly outputs: ReadonlyMap<string, Json>;
  /** The template's own top-level `Metadata`, with intrinsics unresolved. */
  readonly metadata: JsonObject;
  readonly exports: ReadonlyMap<string, Json>;
  /** The stack's source as CloudFormation's API returns it; absent for stacks that were not created from a template. */
  readonly source?: StackSource;
  readonly functions: readonly FunctionDefinition[];
  /** The reasons why the gateway cannot run certain functions, by function name. */
  readonly refused: ReadonlyMap<string, string>;
  readonly unsupported: readonly UnsupportedItem[];
  /**
   * Resources that have no effect on requests (deployment bucket, log groups, versions…). They are shown only on
   * demand.
   */
  readonly noEffect: readonly UnsupportedItem[];
};
