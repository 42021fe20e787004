/** Scores of a run. */
import { evidenceOf, isControlCase } from '../schema/read-cases.ts';
import type { AnyCase } from '../schema/control-case.ts';
import type { Evidence } from '../schema/read-cases.ts';

export type CaseResult = {
  readonly parityCase: AnyCase;
  /** `difference` is undefined if the case passes or was not run. */
  readonly difference?: string | undefined;
  /** The reason why the target could not run the case, which then neither passes nor fails. */
  readonly notAsked?: string;
};

/** `total` counts the cases that were run. */
type Count = { readonly passed: number; readonly total: number };
type AreaScore = Count & { readonly area: string };

export function countOf(results: readonly CaseResult[]): Count {
  const asked = results.filter(({ notAsked }) => notAsked === undefined);
  return { passed: asked.filter(({ difference }) => difference === undefined).length, total: asked.length };
}

export function scoreByArea(results: readonly CaseResult[]): readonly AreaScore[] {
  const areas = Map.groupBy(results, ({ parityCase }) => parityCase.area);
  return [...areas]
    .map(([area, inArea]) => ({ area, ...countOf(inArea) }))
    .sort((a, b) => a.area.localeCompare(b.area));
}

type CaseSet = Evidence | `control plane, ${Evidence}`;

type SetScore = Count & { readonly set: CaseSet };

export function setOf(parityCase: AnyCase): CaseSet {
  const evidence = evidenceOf(parityCase);
  return isControlCase(parityCase) ? `control plane, ${evidence}` : evidence;
}

/**
 * Computes separate scores for recordings and for documentation of AWS, because a recording is evidence and
 * documentation is a promise. Calls to the control plane are counted separately from requests to an API.
 */
export function scoreBySet(results: readonly CaseResult[]): readonly SetScore[] {
  const sets = Map.groupBy(results, ({ parityCase }) => setOf(parityCase));
  return [...sets].map(([set, inSet]) => ({ set, ...countOf(inSet) }));
}

/** Maps the id of a case to the missing feature. */
export type KnownFailures = Readonly<Record<string, string>>;
