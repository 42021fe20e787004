/**
 * Describes one part of the deployable stack as data. `serverless.yml` is written by hand, and a test compares it with
 * this data.
 */
export type StackPart = {
  /** Name of the part, and of its folder. */
  readonly name: string;
  /** Summary in one sentence. */
  readonly summary: string;
  /** Ids of the functions in `serverless.yml`. Their handlers are `functions/<id>.ts`. */
  readonly functions: readonly string[];
  /** Folders and files below `shared/` that contain the logic of the functions. */
  readonly handlers: readonly string[];
  /** Paths of resource files, relative to `packages/toolkit/stack`. */
  readonly resourceFiles: readonly string[];
  /** Logical ids of the tables. */
  readonly tables: readonly string[];
  /** Logical ids of the alarms. */
  readonly alarms: readonly string[];
  /** Names of exported outputs, without `gatewright-{stage}-`. */
  readonly outputs: readonly string[];
  /** Names below `params` of `serverless.yml`, and names of required parameters. */
  readonly parameters: readonly string[];
  /** The commands, each by its first word after `gatewright`. */
  readonly commands: readonly string[];
  /** Paths of guides from the repository root. Readers should start with the first one. */
  readonly guides: readonly string[];
};

export type ChosenPart = StackPart & {
  /** The name that selects the part in `parts` of gatewright.yml. */
  readonly chosenAs: string;
  /** Names of the other parts that this part needs. */
  readonly needs: readonly string[];
  /** The part is included only if gatewright.yml names it. */
  readonly onlyNamed?: true;
  /** The part whose selection also selects this part, unless `without` of gatewright.yml names this part. */
  readonly includedIn?: string;
};
