export const PERIODS = ['DAY', 'WEEK', 'MONTH'] as const;
export type PeriodLength =
  | (typeof PERIODS)[number]
  | {
      readonly everySeconds: number;
      /** An instant at which a period begins; default: 1970. */
      readonly fromEpochMs?: number;
    };

export type PeriodRule = {
  readonly length: PeriodLength;
  /** IANA name; days there may last 23 or 25 hours. */
  readonly timeZone: string;
  /** Day of the month (clamped to its last day) or ISO weekday (1 = Monday) on which a period begins. */
  readonly anchorDay: number;
  /** Minutes after midnight, local time, at which a period begins. */
  readonly anchorMinutes: number;
};

/** A half-open period. It contains a timestamp if `startEpochMs <= stamp < endEpochMs`. Its id is its start. */
export type Period = { readonly startEpochMs: number; readonly endEpochMs: number };

/** The latest time that a `Date` can represent, and therefore the latest end of a period. */
const MAX_EPOCH_MS = 8.64e15;
const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns an id such as `2026-11-01T00:00:00.000Z`. Ids sort chronologically. The condition under which a period is
 * opened requires this order.
 */
export function periodId(period: Period): string {
  return new Date(period.startEpochMs).toISOString();
}

export function periodAt(rule: PeriodRule, stampEpochMs: number): Period {
  if (typeof rule.length === 'object') {
    const lengthMs = rule.length.everySeconds * 1000;
    const { fromEpochMs = 0 } = rule.length;
    const startEpochMs = Math.floor((stampEpochMs - fromEpochMs) / lengthMs) * lengthMs + fromEpochMs;
    return { startEpochMs, endEpochMs: startEpochMs + lengthMs };
  }
  // The local calendar gives a unit that may begin after the timestamp, so the search starts at the next unit and goes
  // back.
  let unit = unitAt(rule, stampEpochMs) + 1;
  let endEpochMs = MAX_EPOCH_MS;
  for (;;) {
    const startEpochMs = boundaryOf(rule, unit);
    if (startEpochMs <= stampEpochMs) return { startEpochMs, endEpochMs };
    endEpochMs = startEpochMs;
    unit -= 1;
  }
}

/** Returns the local month of an instant, such as `2026-11`. */
export function monthAt(timeZone: string, epochMs: number): string {
  return new Date(epochMs + offsetMs(timeZone, epochMs)).toISOString().slice(0, 7);
}

/** Returns the number of the local day, week or month (from year 0) that contains the timestamp. */
function unitAt(rule: PeriodRule, epochMs: number): number {
  const local = new Date(epochMs + offsetMs(rule.timeZone, epochMs));
  if (rule.length === 'MONTH') return local.getUTCFullYear() * 12 + local.getUTCMonth();
  const day = Math.floor(local.getTime() / DAY_MS);
  return rule.length === 'WEEK' ? Math.floor((day - weekShift(rule)) / 7) : day;
}

function boundaryOf(rule: PeriodRule, unit: number): number {
  const minutesMs = rule.anchorMinutes * 60_000;
  if (rule.length !== 'MONTH') {
    const day = rule.length === 'WEEK' ? unit * 7 + weekShift(rule) : unit;
    return toInstant(rule.timeZone, day * DAY_MS + minutesMs);
  }
  const [year, month] = [Math.floor(unit / 12), unit % 12];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(rule.anchorDay, lastDay);
  return toInstant(rule.timeZone, Date.UTC(year, month, day) + minutesMs);
}

/** Day numbers count from a Thursday (1970-01-01, ISO weekday 4). */
function weekShift(rule: PeriodRule): number {
  return rule.anchorDay - 4;
}

/**
 * Converts local wall time (as if it were UTC) to an instant. A time that occurs twice is converted to its first
 * occurrence. A time in a gap is shifted by the length of the gap, as in java.time.
 */
function toInstant(timeZone: string, localMs: number): number {
  const before = localMs - offsetMs(timeZone, localMs - DAY_MS);
  const after = localMs - offsetMs(timeZone, localMs + DAY_MS);
  const isLocal = (instant: number): boolean => instant + offsetMs(timeZone, instant) === localMs;
  return isLocal(before) || !isLocal(after) ? before : after;
}

/** Returns local time minus UTC at an instant. */
function offsetMs(timeZone: string, epochMs: number): number {
  if (timeZone === 'UTC') return 0;
  const wholeMs = Math.floor(epochMs / 1000) * 1000;
  const fields = new Map<string, number>();
  for (const { type, value } of formatOf(timeZone).formatToParts(wholeMs)) fields.set(type, Number(value));
  const field = (name: string): number => fields.get(name) ?? 0;
  const localMs = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
  );
  return localMs - wholeMs;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}
