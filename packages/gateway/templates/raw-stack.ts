/** A stack as a loader returns it: one template in long form, in which nothing has been resolved yet. */
import type { DefinitionError, DefinitionPlace } from '../core/errors.ts';
import type { WrittenAs } from '../core/stack/model.ts';
import type { RuleId } from '../core/deployability/rules.ts';
import type { Path } from './cloudformation/template-source.ts';
import type { Bundler, PluginFiles, SamBuild, TakenFiles, WebpackService } from '../core/stack/function.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { StoredValues } from '../core/stack/stored-values.ts';

export type RawStack = {
  readonly stackName: string;
  readonly stage: string;
  readonly region: string;
  /** Whether the region of a template is given by --region, samconfig or CDK, and is not a default. */
  readonly isRegionKnown?: boolean;
  readonly accountId: string;
  readonly file: string;
  /** Other files that the template consists of. */
  readonly includes?: readonly string[];
  readonly template: JsonObject;
  /**
   * True if the logical ids are addresses of another format, such as Terraform's. They contain characters that
   * CloudFormation does not allow.
   */
  readonly hasAddresses?: true;
  lineOf(path: Path): number | undefined;
  /**
   * Returns the path in the author's file, if the template is generated from it. Absent if the author wrote the
   * template.
   */
  readonly pathOf?: ((path: Path) => Path | undefined) | undefined;
  /**
   * Returns the file and line where the author wrote the value at a path of the template. Absent if the whole template
   * was read from `file`.
   */
  readonly placeIn?:
    | ((path: Path) => { readonly file: string; readonly line: number | undefined } | undefined)
    | undefined;
  /** Whether a path leads into a document that is a separate file; absent if no document is. */
  readonly isInDocument?: ((path: Path) => boolean) | undefined;
  /**
   * Returns what the author wrote for a property, if the template is generated from another format. Absent if the
   * author wrote the template.
   */
  readonly writtenAs?: ((logicalId: string, property: Path) => WrittenAs | undefined) | undefined;
  /**
   * Returns the region of a resource or of its provider, empty if it is not known. Absent if the author wrote the
   * template.
   */
  readonly regionOf?: ((logicalId: string) => string | undefined) | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /**
   * The parameters of a nested stack whose value is a placeholder, because the parent passes the name or an attribute
   * of a resource, or an output of another nested stack. Absent if there are none.
   */
  readonly placeholderParameters?: ReadonlySet<string>;
  /** Values of SSM, Secrets Manager and S3. If absent, no values are known. */
  readonly stored?: StoredValues;
  /** The logical ids of resources that a transform made or converted; absent if there are none. */
  readonly made?: ReadonlySet<string> | undefined;
  /**
   * Returns whether the transform left the object at a path as the author wrote it; absent if there is no transform.
   */
  readonly isPassedOn?: ((path: Path) => boolean) | undefined;
  /**
   * The resources that a transform refuses, with the error of each. AWS reports only this error, because it resolves no
   * reference before the transform succeeds. Absent if there is no transform.
   */
  readonly omitted?: ReadonlyMap<string, DefinitionError> | undefined;
  /** The template before its transform, as the author wrote it; absent if there is no transform. */
  readonly original?: JsonObject | undefined;
  readonly code: LocalCode;
  /** Nested stacks by logical id; absent if there are none. */
  readonly nested?: ReadonlyMap<string, NestedStack>;
  readonly findings: readonly Finding[];
};

interface NestedStack {
  open(stackName: string, given: Required<Pick<RawStack, 'parameters' | 'placeholderParameters'>>): RawStack;
}

export type LocalCode = {
  readonly functions: ReadonlyMap<string, string>;
  /** Folders of layers by logical id; undefined if the folder does not exist yet. */
  readonly layers: ReadonlyMap<string, string | undefined>;
  /** Folder below `/opt` with the content of the layer. If absent, the content is in `/opt` itself. */
  readonly layersBelow?: ReadonlyMap<string, string>;
  /** The functions and layers for which only some files of the folder are deployed; absent if there are none. */
  readonly taken?: ReadonlyMap<string, TakenFiles>;
  /** The esbuild options of the service itself. They have not been validated. */
  readonly esbuild: Readonly<Record<string, unknown>> | undefined;
  /** The builds by function, for functions with their own settings; absent if there are none. */
  readonly builds?: ReadonlyMap<string, SamBuild>;
  readonly isBundled?: true;
  readonly bundler?: Bundler;
  readonly webpack?: WebpackService;
  readonly packed?: ReadonlyMap<string, string>;
  readonly added?: PluginFiles;
};

export type Finding = {
  readonly logicalId: string;
  readonly type: string;
  readonly property?: string | undefined;
  readonly consequence: string;
  readonly message?: string | undefined;
  readonly remedy?: string | undefined;
  /** The warning that the call for the import returns, in AWS's words, if they are known. */
  readonly warning?: string | undefined;
  readonly rule?: RuleId | undefined;
  readonly place?: DefinitionPlace | undefined;
  /**
   * True if the unsupported part guards requests. Because the guard is missing, the routes of this resource (an API, a
   * method, a route, a stage) respond with 500, unless `--allow-unguarded` is set.
   */
  readonly isGuard?: true | undefined;
};
