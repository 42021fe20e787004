/** A mutant is the shipped source with some of its text replaced. */

export type Patch = {
  readonly file: string;
  /** Must be there exactly once. */
  readonly find: string;
  readonly replace: string;
};

export type Mutant = {
  readonly name: string;
  /** The model that must catch it. */
  readonly model: string;
  readonly patches: readonly Patch[];
};

export function patch(file: string, find: string, replace: string): Patch {
  return { file: `shared/quota/${file}`, find, replace };
}
