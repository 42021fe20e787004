/** Scores of a run. */
import { evidenceOf, isControlCase } from '../schema/read-cases.ts';
import type { AnyCase } from '../schema/control-case.ts';
import type { Evidence } from '../schema/read-cases.ts';

export type CaseResult = {
  readonly parityCase: AnyCase;
  /** Undefined: the case passes, or it was not run. */
  readonly difference?: string | undefined;
  /** The reason why the target could not be asked: neither passed nor failed. */
  readonly notAsked?: string;
};

/** `total` counts what was asked. */
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
 * Recordings of AWS and documentation of AWS give two scores: the one is evidence, the other a promise. Calls
 * of the control plane are counted separately from requests to an API.
 */
export function scoreBySet(results: readonly CaseResult[]): readonly SetScore[] {
  const sets = Map.groupBy(results, ({ parityCase }) => setOf(parityCase));
  return [...sets].map(([set, inSet]) => ({ set, ...countOf(inSet) }));
}

/** Case id → the feature that is missing. */
export type KnownFailures = Readonly<Record<string, string>>;
