/** One part of the deployable stack. Data only: `serverless.yml` is written by hand, and a test compares. */
export type StackPart = {
  /** Name of the part, and of its folder. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Ids in `serverless.yml`; their handlers are `functions/<id>.ts`. */
  readonly functions: readonly string[];
  /** Folders and files below `shared/` that contain the rules of the functions. */
  readonly handlers: readonly string[];
  /** Relative to `packages/toolkit/stack`. */
  readonly resourceFiles: readonly string[];
  /** Logical ids. */
  readonly tables: readonly string[];
  /** Logical ids. */
  readonly alarms: readonly string[];
  /** Names below `params` of `serverless.yml`, and required parameters. */
  readonly parameters: readonly string[];
  /** First words after `gatewright`. */
  readonly commands: readonly string[];
  /** Paths from the repository root; read the first one first. */
  readonly guides: readonly string[];
};

export type ChosenPart = StackPart & {
  /** The part's name in `parts` of gatewright.yml. */
  readonly chosenAs: string;
  /** The names of the parts that it needs. */
  readonly needs: readonly string[];
  /** A stack without gatewright.yml lacks it. */
  readonly onlyNamed?: true;
};
