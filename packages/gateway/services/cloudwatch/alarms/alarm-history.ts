/** The history of alarms, for DescribeAlarmHistory. If there are too many items, the older half is dropped. */
import type { Alarm } from './alarm.ts';

export const ITEM_TYPES = ['ConfigurationUpdate', 'StateUpdate', 'Action'] as const;

type HistoryItem = {
  readonly alarmName: string;
  readonly alarmType: 'MetricAlarm' | 'CompositeAlarm';
  readonly atMs: number;
  readonly type: (typeof ITEM_TYPES)[number];
  readonly summary: string;
  /** The data as JSON text. */
  readonly data: string;
};

const MAX_ITEMS = 2_000;
const MAX_SUMMARY = 255;
const MAX_DATA = 4_095;

export class AlarmHistory {
  #items: HistoryItem[] = [];

  /** Returns the items, oldest first. */
  get items(): readonly HistoryItem[] {
    return this.#items;
  }

  add(
    alarm: Pick<Alarm, 'name' | 'kind'>,
    atMs: number,
    type: HistoryItem['type'],
    summary: string,
    data = '{"version":"1.0"}',
  ): void {
    this.#items.push({
      alarmName: alarm.name,
      alarmType: alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm',
      atMs,
      type,
      summary: summary.slice(0, MAX_SUMMARY),
      data: data.length <= MAX_DATA ? data : '{"version":"1.0"}',
    });
    if (this.#items.length > MAX_ITEMS) this.#items = this.#items.slice(-MAX_ITEMS / 2);
  }

  clear(): void {
    this.#items = [];
  }
}
