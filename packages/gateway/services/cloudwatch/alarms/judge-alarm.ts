/**
 * Determines the state of an alarm from its data points (docs/aws §18.12).
 * @see CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data", with its two tables
 */
import type { MetricAlarm } from './alarm.ts';
import type { StateValue } from './alarm-rule.ts';

/** A point in the evaluation range. `value` is undefined if the point is missing. */
export type EvaluatedPoint = {
  readonly at: number;
  readonly value: number | undefined;
  /** The number of measurements; undefined for an alarm on an expression. */
  readonly sampleCount?: number | undefined;
};

type ExistingPoint = EvaluatedPoint & { readonly value: number };

export type Judgement =
  | { readonly kind: 'keep' }
  | {
      readonly kind: 'state';
      readonly value: StateValue;
      /** The existing points that decided the state, newest first. */
      readonly by: readonly ExistingPoint[];
      /**
       * The number of missing points. Depending on the alarm, they were treated as breaching, as not breaching or as
       * missing, or were ignored.
       */
      readonly filled: number;
    };

type Rule = Pick<
  MetricAlarm,
  'evaluationPeriods' | 'datapointsToAlarm' | 'operator' | 'threshold' | 'treatMissingData'
>;

/**
 * The number of points that the evaluation range has in addition to the points that are evaluated. AWS's example has a
 * range of 5 points for an alarm that evaluates 3. Other lengths are not documented.
 */
const MORE_POINTS = 2;

export function evaluationRange({ evaluationPeriods }: Pick<Rule, 'evaluationPeriods'>): number {
  return evaluationPeriods + MORE_POINTS;
}

const COMPARE: Readonly<Record<Rule['operator'], (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

export function isBreaching(
  { operator, threshold }: Pick<Rule, 'operator' | 'threshold'>,
  value: number,
): boolean {
  return COMPARE[operator](value, threshold);
}

/**
 * Determines the state of an alarm from its points.
 * @param points the points of the whole evaluation range, newest first
 */
export function judgeAlarm(rule: Rule, points: readonly EvaluatedPoint[]): Judgement {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = rule;
  const real = points.filter((point): point is ExistingPoint => point.value !== undefined);
  const by = real.slice(0, evaluationPeriods);
  const breaching = by.filter(({ value }) => isBreaching(rule, value));
  const filled = evaluationPeriods - by.length;
  const state = (value: StateValue): Judgement => ({ kind: 'state', value, by, filled });
  if (breaching.length >= datapointsToAlarm) return state('ALARM');
  if (filled === 0) return state('OK');
  switch (treatMissingData) {
    case 'breaching':
      return state(breaching.length + filled >= datapointsToAlarm ? 'ALARM' : 'OK');
    case 'notBreaching':
      return state('OK');
    default:
      break;
  }
  if (by.length > breaching.length) return state('OK');
  if (treatMissingData === 'ignore') return { kind: 'keep' };
  if (by.length === 0) return state('INSUFFICIENT_DATA');
  // All existing points are breaching, but there are too few of them ("Avoiding premature transitions"). The alarm
  // changes its state only if the oldest of them is at least M periods old, where M is `datapointsToAlarm`.
  const oldest = points.findLastIndex(({ value }) => value !== undefined) + 1;
  return oldest >= datapointsToAlarm ? state('ALARM') : { kind: 'keep' };
}
