/** What belongs to one part of the deployable stack. Data only: `serverless.yml` is written by hand, and a test compares. */
export type StackPart = {
  /** Also the name of its folder. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Ids in `serverless.yml`; their handlers are `functions/<id>.ts`. */
  readonly functions: readonly string[];
  /** Folders and files below `shared/` in which the rules of the functions are. */
  readonly handlers: readonly string[];
  /** From `packages/stack` on. */
  readonly resourceFiles: readonly string[];
  /** Logical ids. */
  readonly tables: readonly string[];
  /** Logical ids. */
  readonly alarms: readonly string[];
  /** Names below `params` of `serverless.yml`, and those that it takes without a default. */
  readonly parameters: readonly string[];
  /** First words behind `gatewright`. */
  readonly commands: readonly string[];
  /** From the repository root; begin with the first. */
  readonly guides: readonly string[];
};
