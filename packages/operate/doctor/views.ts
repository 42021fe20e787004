/** What checks look at: facts that were read before. A fact that could not be read is undefined, and named in `unread`. */
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
  /** As it is uploaded. */
  readonly templateBytes: number;
  /** Of all archives together. */
  readonly codeBytes: number;
  /** Names of the access documents that are in force in this stage. */
  readonly documents: readonly string[];
  /** Whose tokens these trust in this stage. */
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
  /** Who asks. */
  readonly arn: string;
  /** As CloudFormation says it; `none` where there is no such stack. */
  readonly stackStatus: string | undefined;
  /** What the stack has made so far. */
  readonly resources: readonly StackResource[] | undefined;
  /** Of account and region. */
  readonly exports: readonly { readonly name: string; readonly stackName: string }[] | undefined;
  /** Stacks that import an export that goes with this deployment. */
  readonly importers: readonly { readonly name: string; readonly by: readonly string[] }[];
  readonly hasLogRole: boolean | undefined;
  /** Names of the template that are there already, whoever has them. */
  readonly taken: readonly NamedResource[];
  readonly tables: readonly {
    readonly logicalId: string;
    readonly name: string;
    /** Regions of a global table, this one not among them. */
    readonly replicas: readonly string[];
    /** Layout of its items by its tag; undefined where it has none, or nobody may know. */
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
  /** What the stack's functions keep at present, by their names. */
  readonly reserved: ReadonlyMap<string, number>;
  readonly apis: { readonly rest: number; readonly http: number; readonly websocket: number } | undefined;
  readonly unread: readonly Unread[];
};

export type Views = { readonly stack: StackView; readonly account: AccountView };
