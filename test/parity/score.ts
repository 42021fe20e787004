/** Scores of a run, and how they compare with the failures that are known. */
import { evidenceOf, isControlCase } from './read-cases.ts';
import type { AnyCase } from './control-case.ts';
import type { Evidence } from './read-cases.ts';

export type CaseResult = {
  readonly parityCase: AnyCase;
  /** Undefined: the case holds. */
  readonly difference: string | undefined;
};

type AreaScore = { readonly area: string; readonly passed: number; readonly total: number };

export function scoreByArea(results: readonly CaseResult[]): readonly AreaScore[] {
  const areas = Map.groupBy(results, ({ parityCase }) => parityCase.area);
  return [...areas]
    .map(([area, inArea]) => {
      return {
        area,
        passed: inArea.filter(({ difference }) => difference === undefined).length,
        total: inArea.length,
      };
    })
    .sort((a, b) => a.area.localeCompare(b.area));
}

export type CaseSet = Evidence | `control plane, ${Evidence}`;

type SetScore = { readonly set: CaseSet; readonly passed: number; readonly total: number };

export function setOf(parityCase: AnyCase): CaseSet {
  const evidence = evidenceOf(parityCase);
  return isControlCase(parityCase) ? `control plane, ${evidence}` : evidence;
}

/**
 * What was recorded of AWS and what AWS documents are two scores: the one is evidence, the other a promise.
 * Calls of the control plane count apart from requests to an API.
 */
export function scoreBySet(results: readonly CaseResult[]): readonly SetScore[] {
  const sets = Map.groupBy(results, ({ parityCase }) => setOf(parityCase));
  return [...sets].map(([set, inSet]) => {
    const passed = inSet.filter(({ difference }) => difference === undefined).length;
    return { set, passed, total: inSet.length };
  });
}

/** Case id → the feature that is missing. */
export type KnownFailures = Readonly<Record<string, string>>;

export type Surprises = {
  /** Failing cases that are not known to fail. */
  readonly broken: readonly CaseResult[];
  /** Known failures that hold now: to be taken off the list. */
  readonly mended: readonly string[];
  /** Known failures that no case has, in a run of all cases. */
  readonly unknown: readonly string[];
};

/** @param whole the results are those of a whole file, so that a listed id without a case is a mistake */
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
