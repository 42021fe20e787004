/** The periods of quotas, which are days, weeks and months in UTC (docs/aws §5.3). */

export const QUOTA_PERIODS = ['DAY', 'WEEK', 'MONTH'] as const;
export type QuotaPeriod = (typeof QUOTA_PERIODS)[number];
/** AWS's error message for any other period. */
export const WRONG_PERIOD = `Invalid Usage Plan quota period specified. Must be one of [${QUOTA_PERIODS.join(', ')}]`;
export type WeekStart = 'sunday' | 'monday';

const DAY_MS = 86_400_000;
/** For each possible first day of the week, the position of Thursday 1970-01-01 in its week, counted from 0. */
const EPOCH_WEEKDAY: Readonly<Record<WeekStart, number>> = { sunday: 4, monday: 3 };

/** Days since 1970-01-01 UTC. */
export function dayOf(epochMs: number): number {
  return Math.floor(epochMs / DAY_MS);
}

/**
 * Returns the first day of the period that contains `day`. AWS does not document on which day its weeks begin. The
 * default is Sunday.
 */
export function periodStart(period: QuotaPeriod, day: number, weekStart: WeekStart = 'sunday'): number {
  switch (period) {
    case 'DAY':
      return day;
    case 'WEEK':
      return day - ((((day + EPOCH_WEEKDAY[weekStart]) % 7) + 7) % 7);
    case 'MONTH': {
      const date = new Date(day * DAY_MS);
      return dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));
    }
  }
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Parses a date such as `2026-09-01` to a day number. Returns undefined for an invalid date. */
export function parseDay(text: string): number | undefined {
  if (!DATE.test(text)) return undefined;
  const epochMs = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(epochMs) || printDay(dayOf(epochMs)) !== text ? undefined : dayOf(epochMs);
}

export function printDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
