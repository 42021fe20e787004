/**
 * The alarms of this run: their states, the times of their evaluations, and the actions that run when a state changes.
 */
import { parseArn } from '@gatewright/aws/arn';
import { parseJson } from '@gatewright/aws/json-object';
import { metricsBehind, openQueries } from '../math/run-queries.ts';
import { DEFAULT_TARGET } from '../../../kernel/target-deliveries.ts';
import { AlarmHistory } from './alarm-history.ts';
import { alarmsIn, holds } from './alarm-rule.ts';
import { ACTION_SERVICES, printEvent, printMessage, subjectOf } from './notify.ts';
import { describeReason, explainComposite, printReasonData } from './state-reason.ts';
import type { ServicePorts } from '../../../kernel/service.ts';
import type { Wake } from '../../../kernel/agenda.ts';
import type { Metric } from '../metrics/metric.ts';
import type { MetricStore } from '../metrics/metric-store.ts';
import { onlyMetric } from './alarm.ts';
import type { Alarm, AlarmState, CompositeAlarm, MetricAlarm } from './alarm.ts';
import type { Change } from './notify.ts';
import { percentileOf } from '../metrics/statistic.ts';
import { ExpressionError } from '../math/expression.ts';
import { evaluationRange, judgeAlarm } from './judge-alarm.ts';
import type { MetricStat } from '../math/run-queries.ts';
import type { EvaluatedPoint, Judgement } from './judge-alarm.ts';

export type Entry = {
  readonly alarm: Alarm;
  readonly isOfTemplate: boolean;
  readonly configuredMs: number;
  readonly actionsEnabled: boolean;
  /** What happened to a composite alarm since its rule was evaluated last. */
  unevaluated: 'created' | 'updated' | undefined;
  state: AlarmState;
  /** The time of the last change of the state's value. */
  transitionedMs: number;
  /** The planned next evaluation; undefined as long as the state cannot change. */
  wake: (Wake & { readonly dueMs: number }) | undefined;
};

type Options = Pick<ServicePorts, 'agenda' | 'clock' | 'deliveries' | 'accountId'> & {
  readonly store: MetricStore;
};

/** "5,000 alarms per Region" (CloudWatch service quotas). Only a call that creates an alarm is refused. */
export const MAX_ALARMS = 5_000;

const INITIAL_REASON = 'Unchecked: Initial alarm creation';

export class AlarmBoard {
  readonly history = new AlarmHistory();
  readonly #options: Options;
  readonly #entries = new Map<string, Entry>();
  /** Names of metric alarms by the namespace and name of their metric. */
  #byMetric = new Map<string, Set<string>>();

  constructor(options: Options) {
    this.#options = options;
    options.store.onData((metric) => this.#onData(metric));
    options.agenda.onMoved(() => this.#onMoved());
  }

  /** Returns all alarms, sorted by name. */
  get all(): readonly Entry[] {
    return [...this.#entries.values()].toSorted((one, other) => (one.alarm.name < other.alarm.name ? -1 : 1));
  }

  /** @param name a name or an ARN */
  find(name: string): Entry | undefined {
    const known = this.#entries.get(name);
    if (known !== undefined || !name.startsWith('arn:')) return known;
    return this.#entries.get(parseArn(name)?.resource.replace(/^alarm:/, '') ?? '');
  }

  /** Sets the alarms of all templates. Alarms that still exist keep their states. */
  replace(alarms: readonly Alarm[]): void {
    const names = new Set(alarms.map(({ name }) => name));
    for (const { alarm, isOfTemplate } of this.#entries.values())
      if (isOfTemplate && !names.has(alarm.name)) this.#remove(alarm.name);
    for (const alarm of alarms) this.#put(alarm, true);
    this.#afterChange();
  }

  put(alarm: Alarm): void {
    this.#put(alarm, this.#entries.get(alarm.name)?.isOfTemplate === true);
    this.#afterChange();
  }

  /** @param names names of existing alarms */
  delete(names: readonly string[]): void {
    for (const name of names) this.#remove(name);
    this.#afterChange();
  }

  enableActions(names: readonly string[], actionsEnabled: boolean): void {
    for (const name of names) {
      const entry = this.#entries.get(name);
      if (entry !== undefined) this.#entries.set(name, { ...entry, actionsEnabled });
    }
  }

  /**
   * Sets a state manually. The next evaluation may change it back. For a composite alarm, this happens with the next
   * state change of any other alarm.
   */
  setState(name: string, state: Pick<AlarmState, 'value' | 'reason' | 'reasonData'>): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#enter(entry, { ...state, updatedMs: this.#options.clock.nowEpochMs() });
    this.#plan(entry);
    this.#judgeComposites(entry);
  }

  /** Removes all alarms. The board is then in the same state as before the first load. */
  clear(): void {
    for (const name of [...this.#entries.keys()]) this.#remove(name);
    this.#byMetric.clear();
    this.history.clear();
  }

  #put(alarm: Alarm, isOfTemplate: boolean): void {
    const now = this.#options.clock.nowEpochMs();
    const known = this.#entries.get(alarm.name);
    const isSame = known !== undefined && JSON.stringify(known.alarm) === JSON.stringify(alarm);
    if (isSame && known.isOfTemplate === isOfTemplate) return;
    known?.wake?.cancel();
    const initial: AlarmState = {
      value: 'INSUFFICIENT_DATA',
      reason: INITIAL_REASON,
      reasonData: undefined,
      updatedMs: now,
    };
    const entry: Entry = {
      alarm,
      isOfTemplate,
      configuredMs: now,
      actionsEnabled: alarm.actionsEnabled,
      unevaluated:
        known === undefined ? 'created' : ruleOf(known.alarm) === ruleOf(alarm) ? undefined : 'updated',
      // "When you update an existing alarm, its state is left unchanged"
      state: known?.state ?? initial,
      transitionedMs: known?.transitionedMs ?? now,
      wake: undefined,
    };
    this.#entries.set(alarm.name, entry);
    const verb = known === undefined ? 'created' : 'updated';
    this.history.add(entry.alarm, now, 'ConfigurationUpdate', `Alarm "${alarm.name}" ${verb}`);
    this.#plan(entry);
  }

  #remove(name: string): void {
    this.#entries.get(name)?.wake?.cancel();
    this.#entries.delete(name);
  }

  #afterChange(): void {
    this.#byMetric = new Map();
    for (const { alarm } of this.#entries.values())
      if (alarm.kind === 'metric')
        for (const { metric } of metricsBehind(alarm.queries, alarm.watched)) {
          const key = keyOf(metric);
          this.#byMetric.set(key, (this.#byMetric.get(key) ?? new Set()).add(alarm.name));
        }
    this.#judgeComposites();
  }

  #onData(metric: Metric): void {
    for (const name of this.#byMetric.get(keyOf(metric)) ?? []) {
      const entry = this.#entries.get(name);
      if (entry?.wake === undefined && entry !== undefined) this.#plan(entry);
    }
  }

  /** Plans the next evaluation. Evaluations take place at full intervals of the clock, for example at full minutes. */
  #plan(entry: Entry, after = this.#options.clock.nowEpochMs()): void {
    const { alarm } = entry;
    if (alarm.kind !== 'metric') return;
    entry.wake?.cancel();
    const interval = intervalMs(alarm);
    const next = (Math.floor(after / interval) + 1) * interval;
    const wake = this.#options.agenda.at(next, (due) => this.#evaluate(alarm, due));
    entry.wake = { cancel: () => wake.cancel(), dueMs: next };
  }

  /**
   * After the clock was moved back, plans an evaluation again if its planned time is more than one interval away.
   */
  #onMoved(): void {
    const now = this.#options.clock.nowEpochMs();
    for (const entry of this.#entries.values()) {
      const { alarm, wake } = entry;
      if (alarm.kind === 'metric' && wake !== undefined && wake.dueMs > now + intervalMs(alarm))
        this.#plan(entry);
    }
  }

  #evaluate(alarm: MetricAlarm, at: number): void {
    const entry = this.#entries.get(alarm.name);
    if (entry?.alarm !== alarm) return;
    entry.wake = undefined;
    const { store } = this.#options;
    const state = evaluateAlarm(alarm, store, at);
    if (state !== undefined && state.value !== entry.state.value) {
      this.#enter(entry, state);
      this.#judgeComposites(entry);
    }
    // If the alarm's range contains no data, further evaluations would give the same result, so the alarm waits for new
    // data.
    if (hasDataSince(alarm, store, rangeStart(alarm, at))) this.#plan(entry, at);
  }

  /**
   * Evaluates the composite alarms repeatedly, because composite alarms depend on each other. This stops when a round
   * changes no state, and at the latest after one round more than there are alarms.
   * @param changed the alarm whose state has changed; undefined if alarms were created, updated or deleted
   */
  #judgeComposites(changed?: Entry): void {
    const composites = [...this.#entries.values()].filter(
      (entry) => entry.alarm.kind === 'composite' && entry !== changed,
    );
    const causes = new Set(changed && [changed]);
    for (let round = 0; round <= composites.length; round += 1) {
      const next = composites.find(
        (entry) => entry.alarm.kind === 'composite' && this.#judge(entry, entry.alarm, causes),
      );
      if (next === undefined) return;
      causes.add(next);
    }
  }

  /** @param causes the alarms whose states have changed */
  #judge(entry: Entry, alarm: CompositeAlarm, causes: ReadonlySet<Entry>): boolean {
    const value = holds(alarm.rule, (name) => this.find(name)?.state.value) ? 'ALARM' : 'OK';
    const { unevaluated } = entry;
    entry.unevaluated = undefined;
    if (value === entry.state.value) return false;
    const children = alarmsIn(alarm.rule).flatMap((name) => this.find(name) ?? []);
    const last =
      unevaluated === undefined ? [...causes].findLast((cause) => children.includes(cause)) : undefined;
    const occasion = unevaluated ?? (last === undefined ? 'evaluated again' : 'transitioned');
    const causedBy = (last === undefined ? children : [last]).map((child) => ({
      arn: child.alarm.arn,
      value: child.state.value,
      updatedMs: child.state.updatedMs,
    }));
    const updatedMs = last?.state.updatedMs ?? this.#options.clock.nowEpochMs();
    this.#enter(entry, { value, ...explainComposite(alarm, value, occasion, causedBy), updatedMs, causedBy });
    return true;
  }

  #enter(entry: Entry, state: AlarmState): void {
    const { alarm } = entry;
    const before = entry.state;
    entry.state = state;
    if (before.value === state.value) return;
    entry.transitionedMs = state.updatedMs;
    const data = JSON.stringify({
      version: '1.0',
      oldState: historyState(before),
      newState: historyState(state),
    });
    const summary = `Alarm updated from ${before.value} to ${state.value}`;
    this.history.add(alarm, state.updatedMs, 'StateUpdate', summary, data);
    if (this.#entries.get(alarm.name)?.actionsEnabled === true) this.#act(entry, before);
  }

  #act({ alarm, configuredMs, state }: Entry, before: AlarmState): void {
    const { accountId, deliveries } = this.#options;
    const change: Change = { alarm, accountId, configuredMs, before, after: state };
    for (const arn of alarm.actions[state.value]) {
      const service = parseArn(arn)?.service ?? '';
      if (!ACTION_SERVICES.includes(service)) continue;
      const body = service === 'sns' ? printMessage(change) : printEvent(change);
      const target = { arn, deadLetterArn: undefined, ...DEFAULT_TARGET };
      deliveries.deliver(target, body, service === 'sns' ? { subject: subjectOf(change) } : {}, alarm.arn);
      this.history.add(alarm, state.updatedMs, 'Action', `Executed action ${arn}`);
    }
  }
}

function ruleOf(alarm: Alarm): string | undefined {
  return alarm.kind === 'composite' ? alarm.ruleText : undefined;
}

function keyOf({ namespace, name }: Metric): string {
  return `${namespace}\n${name}`;
}

const MINUTE_MS = 60_000;
const HIGH_RESOLUTION_MS = 10_000;
const HOUR_MS = 3_600_000;

/**
 * Returns the interval between evaluations: a minute, 10 seconds for short periods, an hour for ranges of more than a
 * day.
 * @see CloudWatch user guide, "Alarm evaluation"
 */
function intervalMs({ periodSeconds, evaluationPeriods }: MetricAlarm): number {
  if (periodSeconds < 60) return HIGH_RESOLUTION_MS;
  return periodSeconds * evaluationPeriods > 86_400 ? HOUR_MS : MINUTE_MS;
}

/** Returns the start of the evaluation range for an evaluation at the given time. */
function rangeStart(alarm: MetricAlarm, at: number): number {
  return at - evaluationRange(alarm) * alarm.periodSeconds * 1000;
}

/** Whether any metric of the alarm has data at or after the given time. */
function hasDataSince(alarm: MetricAlarm, store: MetricStore, fromMs: number): boolean {
  return metricsBehind(alarm.queries, alarm.watched).some(({ metric }) => store.hasSince(metric, fromMs));
}

/** Returns the new state with its reason; undefined if the state does not change. */
function evaluateAlarm(alarm: MetricAlarm, store: MetricStore, at: number): AlarmState | undefined {
  let points: readonly EvaluatedPoint[];
  try {
    points = readPoints(alarm, store, at);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const reason = `Unable to evaluate: the expression ${error.message}.`;
    return { value: 'INSUFFICIENT_DATA', reason, reasonData: undefined, updatedMs: at };
  }
  if (alarm.keepsStateOnLowSamples && hasLowSample(alarm, store, at)) return undefined;
  const judgement: Judgement = judgeAlarm(alarm, points);
  if (judgement.kind === 'keep') return undefined;
  return {
    value: judgement.value,
    reason: describeReason(alarm, judgement),
    reasonData: printReasonData(alarm, points, at),
    updatedMs: at,
  };
}

function readPoints(alarm: MetricAlarm, store: MetricStore, at: number): readonly EvaluatedPoint[] {
  const fromMs = rangeStart(alarm, at);
  const value = openQueries(alarm.queries, store, { fromMs, toMs: at })(alarm.watched);
  const series = value.kind === 'list' ? value.items[0] : value;
  if (value.kind === 'list' && value.items.length > 1)
    throw new ExpressionError('returns more than one time series');
  if (series !== undefined && series.kind !== 'series') throw new ExpressionError('returns no time series');
  const only = onlyMetric(alarm);
  return Array.from({ length: evaluationRange(alarm) }, (_, index) => {
    const end = at - index * alarm.periodSeconds * 1000;
    const start = end - alarm.periodSeconds * 1000;
    const sampleCount = only && store.sampleOf(only.metric, start, end, only.unit).count;
    return { at: start, value: series?.points.get(start), sampleCount };
  });
}

/**
 * Whether there are "too few data points to be statistically significant": at least one, but fewer than 10 / (1 -
 * percentile), or 10 / percentile for percentiles below 50.
 */
function hasLowSample(alarm: MetricAlarm, store: MetricStore, at: number): boolean {
  const isLow = ({ metric, stat, periodSeconds, unit }: MetricStat): boolean => {
    const percentile = percentileOf(stat);
    if (percentile === undefined) return false;
    const share = percentile / 100;
    const { count } = store.sampleOf(metric, at - periodSeconds * 1000, at, unit);
    return count > 0 && count < 10 / (share >= 0.5 ? 1 - share : share);
  };
  return metricsBehind(alarm.queries, alarm.watched).some(isLow);
}

function historyState({ value, reason, reasonData }: AlarmState): object {
  return {
    stateValue: value,
    stateReason: reason,
    ...(reasonData !== undefined && { stateReasonData: parseJson(reasonData) }),
  };
}
