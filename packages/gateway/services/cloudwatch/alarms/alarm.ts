/** The definitions of alarms. */
import type { MetricQuery, MetricStat } from '../math/run-queries.ts';
import type { AlarmRule, StateValue } from './alarm-rule.ts';

type CommonParts = {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly actionsEnabled: boolean;
  readonly actions: Readonly<Record<StateValue, readonly string[]>>;
};

export const OPERATORS = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
} as const;

export type MetricAlarm = CommonParts & {
  readonly kind: 'metric';
  readonly queries: readonly MetricQuery[];
  /** The id of the query whose result is compared with the threshold. */
  readonly watched: string;
  /** The statistic of the alarm's single metric; undefined for an alarm with `Metrics`. */
  readonly statistic: { readonly name: string; readonly isExtended: boolean } | undefined;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly operator: keyof typeof OPERATORS;
  readonly treatMissingData: 'breaching' | 'notBreaching' | 'ignore' | 'missing';
  readonly keepsStateOnLowSamples: boolean;
  /** Members that responses and notifications repeat unchanged. */
  readonly given: {
    readonly datapointsToAlarm: number | undefined;
    readonly treatMissingData: string | undefined;
    readonly evaluateLowSampleCountPercentile: string | undefined;
  };
};

/** Returns the metric of an alarm that watches a metric itself; undefined for an alarm on an expression. */
export function onlyMetric({ queries, watched }: MetricAlarm): MetricStat | undefined {
  const of = queries.find(({ id }) => id === watched)?.of;
  return of?.kind === 'metric' ? of : undefined;
}

export type CompositeAlarm = CommonParts & {
  readonly kind: 'composite';
  readonly ruleText: string;
  readonly rule: AlarmRule;
};

export type Alarm = MetricAlarm | CompositeAlarm;

export type AlarmState = {
  readonly value: StateValue;
  readonly reason: string;
  /** The data of the reason as JSON text. */
  readonly reasonData: string | undefined;
  readonly updatedMs: number;
  /** The alarms that a composite alarm refers to and that caused this state. */
  readonly causedBy?: readonly ChildState[];
};

export type ChildState = Pick<AlarmState, 'value' | 'updatedMs'> & { readonly arn: string };
