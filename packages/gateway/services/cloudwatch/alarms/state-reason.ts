/** AWS's message about why an alarm changed its state. */
import { printDouble } from '@gatewright/velocity/java/numbers';
import { isBreaching } from './judge-alarm.ts';
import { onlyMetric, OPERATORS } from './alarm.ts';
import type { AlarmState, ChildState, CompositeAlarm, MetricAlarm } from './alarm.ts';
import type { StateValue } from './alarm-rule.ts';
import type { EvaluatedPoint, Judgement } from './judge-alarm.ts';

const MAX_REASON = 1_023;
const MAX_SHOWN = 10;
const MAX_REASON_DATA = 4_000;

type State = Extract<Judgement, { kind: 'state' }>;

export function describeReason(alarm: MetricAlarm, { value, by, filled }: State): string {
  if (value === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${filled} datapoint${filled === 1 ? ' was' : 's were'} unknown.`;
  const { operator, threshold, evaluationPeriods, datapointsToAlarm, treatMissingData, given } = alarm;
  if (by.length === 0)
    return (
      `Threshold Crossed: no datapoints were received for ${count(filled, 'period')} and ` +
      `${count(filled, 'missing datapoint')} ${filled === 1 ? 'was' : 'were'} treated as ` +
      `[${treatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching'}].`
    );
  const isAlarm = value === 'ALARM';
  const deciding = by.filter((point) => isBreaching(alarm, point.value) === isAlarm);
  const shown = (deciding.length === 0 ? by : deciding).slice(0, MAX_SHOWN).map(printPoint);
  const many = shown.length === 1 && deciding.length <= 1 ? 'was' : 'were';
  const crossed = deciding.length || by.length;
  const points =
    `[${shown.join(', ')}] ${many} ${isAlarm ? '' : 'not '}${OPERATORS[operator]} the threshold ` +
    `(${printDouble(threshold)})`;
  // AWS's message is shorter for an alarm that does not set DatapointsToAlarm [obs: cloudwatch].
  if (given.datapointsToAlarm === undefined)
    return `Threshold Crossed: ${count(crossed, 'datapoint')} ${points}.`.slice(0, MAX_REASON);
  const least = isAlarm ? datapointsToAlarm : evaluationPeriods - datapointsToAlarm + 1;
  return (
    `Threshold Crossed: ${crossed} out of the last ${by.length} datapoints ${points} ` +
    `(minimum ${count(least, 'datapoint')} for ${isAlarm ? 'OK -> ALARM' : 'ALARM -> OK'} transition).`
  ).slice(0, MAX_REASON);
}

/**
 * Formats `StateReasonData`.
 * @param points the points of the evaluation range, newest first
 */
export function printReasonData(alarm: MetricAlarm, points: readonly EvaluatedPoint[], at: number): string {
  const { statistic, periodSeconds, threshold, evaluationPeriods } = alarm;
  const unit = onlyMetric(alarm)?.unit;
  const real = points.filter(({ value }) => value !== undefined);
  const oldest = points[evaluationPeriods - 1] ?? points.at(-1);
  const text = JSON.stringify({
    version: '1.0',
    queryDate: printTime(at),
    ...(oldest !== undefined && real.length > 0 && { startDate: printTime(oldest.at) }),
    ...(unit !== undefined && { unit }),
    ...(statistic !== undefined && { statistic: statistic.name }),
    period: periodSeconds,
    recentDatapoints: real
      .slice(0, evaluationPeriods)
      .map(({ value }) => value)
      .toReversed(),
    threshold,
    evaluatedDatapoints: points
      .slice(0, evaluationPeriods)
      .map(({ at: start, value, sampleCount }) => ({ timestamp: printTime(start), sampleCount, value })),
  });
  return text.length <= MAX_REASON_DATA ? text : '{"version":"1.0"}';
}

/** Why the rule of a composite alarm was evaluated. */
type Occasion = 'created' | 'updated' | 'transitioned' | 'evaluated again';

/**
 * Formats the reason and its data when a composite alarm changes its state.
 * @param occasion `evaluated again` if neither the rule nor the state of a child changed: a call has set the state, or a
 * template has removed a child, which AWS refuses
 * @param causedBy the child whose state changed; or all children, for any other occasion
 */
export function explainComposite(
  { arn }: CompositeAlarm,
  value: StateValue,
  occasion: Occasion,
  causedBy: readonly ChildState[],
): Pick<AlarmState, 'reason' | 'reasonData'> {
  const [child] = causedBy;
  const reason =
    occasion === 'transitioned' && child !== undefined
      ? `${child.arn} transitioned to ${child.value} at ${printDay(child.updatedMs)}`
      : `${arn} was ${occasion} and its ${occasion === 'updated' ? 'new ' : ''}alarm rule evaluates to ${value}`;
  return { reason, reasonData: printTriggers(causedBy) };
}

/** The data names as many children as it can (inferred: AWS does not say which ones it leaves out). */
function printTriggers(causedBy: readonly ChildState[]): string {
  const named: object[] = [];
  let text = JSON.stringify({ triggeringAlarms: named });
  for (const { arn, value, updatedMs } of causedBy) {
    named.push({ arn, state: { value, timestamp: printTime(updatedMs) } });
    const longer = JSON.stringify({ triggeringAlarms: named });
    if (longer.length > MAX_REASON_DATA) break;
    text = longer;
  }
  return text;
}

/** Formats a time as in `Sunday 30 October, 2022 20:47:35 UTC`. */
function printDay(epochMs: number): string {
  const date = new Date(epochMs);
  const part = (options: Intl.DateTimeFormatOptions): string =>
    date.toLocaleString('en-US', { ...options, timeZone: 'UTC' });
  const iso = date.toISOString();
  return `${part({ weekday: 'long' })} ${iso.slice(8, 10)} ${part({ month: 'long' })}, ${iso.slice(0, 4)} ${iso.slice(11, 19)} UTC`;
}

/** Formats a time as in `2021-12-19T23:05:05.304+0000`. */
export function printTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '+0000');
}

function printPoint({ at, value }: EvaluatedPoint): string {
  const iso = new Date(at).toISOString();
  const [year = '', month = '', day = ''] = iso.slice(2, 10).split('-');
  return `${printDouble(value ?? NaN)} (${day}/${month}/${year} ${iso.slice(11, 19)})`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
