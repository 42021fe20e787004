/** How a run compares with the failures that are known. */
import type { CaseResult, KnownFailures } from '../../packages/conformance/report/score.ts';

export type Surprises = {
  /** Failing cases that are not known to fail. */
  readonly broken: readonly CaseResult[];
  /** Known failures that pass now and should be removed from the list. */
  readonly mended: readonly string[];
  /** Known failures that no case has, in a run of all cases. */
  readonly unknown: readonly string[];
};

/** @param whole whether the results are those of a whole file, so that a listed id without a case is an error */
export function findSurprises(
  results: readonly CaseResult[],
  known: KnownFailures,
  whole: boolean,
): Surprises {
  const byId = new Map(results.map((result) => [result.parityCase.id, result]));
  const ids = Object.keys(known);
  return {
    broken: results.filter(
      ({ parityCase, difference }) => difference !== undefined && !(parityCase.id in known),
    ),
    mended: ids.filter((id) => byId.has(id) && byId.get(id)?.difference === undefined),
    unknown: whole ? ids.filter((id) => !byId.has(id)) : [],
  };
}

export function hasSurprises({ broken, mended, unknown }: Surprises): boolean {
  return broken.length + mended.length + unknown.length > 0;
}
