/** The facts that a report states about the run in addition to its results. */
export type RunFacts = {
  readonly target: string;
  readonly version: string | undefined;
  /** A date such as `2026-11-23`. */
  readonly day: string;
};

export function titleOf({ target, version }: RunFacts): string {
  return version === undefined ? target : `${target} ${version}`;
}
