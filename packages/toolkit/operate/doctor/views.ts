/**
 * Defines the input of the checks, which is read before they run. A fact that could not be read is undefined, and is
 * listed in `unread`.
 */
import type { Unread } from './finding.ts';

export type TemplateResource = {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
};

export type StackView = {
  readonly stage: string;
  readonly stackName: string;
  readonly region: string;
  readonly localStages: readonly string[];
  readonly template: {
    readonly Resources: Readonly<Record<string, TemplateResource>>;
    readonly Outputs?: Readonly<Record<string, { readonly Export?: { readonly Name?: unknown } }>>;
    readonly Parameters?: Readonly<Record<string, unknown>>;
  };
  readonly templateBytes: number;
  /** The total size of all code archives in bytes. */
  readonly codeBytes: number;
  /** Names of the access documents that apply to this stage. */
  readonly documents: readonly string[];
  /** Issuers that these documents trust in this stage. */
  readonly issuers: readonly { readonly document: string; readonly url: string }[];
};

export type StackResource = {
  readonly type: string;
  readonly logicalId: string;
  readonly physicalId: string;
};

export type NamedResource = { readonly type: string; readonly logicalId: string; readonly name: string };

export type AccountView = {
  readonly accountId: string;
  readonly arn: string;
  /** CloudFormation's status; `none` if the stack does not exist. */
  readonly stackStatus: string | undefined;
  readonly resources: readonly StackResource[] | undefined;
  /** All exports in this account and region. */
  readonly exports: readonly { readonly name: string; readonly stackName: string }[] | undefined;
  /** For each export that this deployment would remove, the stacks that import it. */
  readonly importers: readonly { readonly name: string; readonly by: readonly string[] }[];
  readonly hasLogRole: boolean | undefined;
  /** The names in the template that already exist, in this stack or any other. */
  readonly taken: readonly NamedResource[];
  readonly tables: readonly {
    readonly logicalId: string;
    readonly name: string;
    /** The other regions of a global table. */
    readonly replicas: readonly string[];
    /** The version of the table's layout in its tag; undefined if there is no tag or if it cannot be read. */
    readonly schema: number | undefined;
  }[];
  readonly lambda:
    | {
        readonly concurrency: number;
        readonly unreserved: number;
        readonly codeBytes: number;
        readonly codeLimitBytes: number;
      }
    | undefined;
  /** Current concurrency reservations of the stack's functions, by function name. */
  readonly reserved: ReadonlyMap<string, number>;
  readonly apis: { readonly rest: number; readonly http: number; readonly websocket: number } | undefined;
  readonly unread: readonly Unread[];
};

export type Views = { readonly stack: StackView; readonly account: AccountView };
