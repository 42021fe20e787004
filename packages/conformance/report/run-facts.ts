/** What a report says about the run in addition to its results. */
export type RunFacts = {
  readonly target: string;
  readonly version: string | undefined;
  /** `2026-11-23` */
  readonly day: string;
};

export function titleOf({ target, version }: RunFacts): string {
  return version === undefined ? target : `${target} ${version}`;
}
