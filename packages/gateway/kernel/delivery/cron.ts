/**
 * AWS's cron expressions (docs/aws §18.4). The fields are minutes, hours, day of month, month, day of week and year.
 * One of the two day fields is `?`. `L` means the last day, `W` the nearest weekday, and `#` the nth weekday of the
 * month.
 */
import type { Schedule } from './schedule.ts';
import { PatternError } from './pattern-error.ts';
import { instantOf, wallTimeOf } from './zone-time.ts';

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
/** The names of the days of the week. In cron expressions, Sunday is 1. */
export const DAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');
/**
 * The number of years in which the next date is searched for. The rarest dates, such as 29 February on a Monday, recur
 * within 28 years, or within 40 years if a year such as 2100 (not a leap year) lies between.
 */
const MAX_YEARS = 41;

type Days = (year: number, month: number) => ReadonlySet<number>;

/**
 * Compiles a cron expression.
 * @throws PatternError if the expression is invalid
 */
export function compileCron(text: string, zone: string): Schedule {
  const fields = text.trim().split(/\s+/);
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  if (fields.length !== 6)
    throw new PatternError(
      `cron(${text}) must have six fields: minutes, hours, day of month, month, day of week, year`,
    );
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw new PatternError(
      `cron(${text}): exactly one of the fields day of month and day of week must be "?"`,
    );
  const minutes = [...readField(minute, 0, 59, [], text)].toSorted((a, b) => a - b);
  const hours = [...readField(hour, 0, 23, [], text)].toSorted((a, b) => a - b);
  const months = readField(month, 1, 12, MONTHS, text);
  const years = readField(year, 1970, 2199, [], text);
  const days = dayOfWeek === '?' ? daysOfMonth(dayOfMonth, text) : daysOfWeek(dayOfWeek, text);
  return {
    next(afterMs) {
      const start = wallTimeOf(afterMs, zone);
      for (let at = start.year; at <= start.year + MAX_YEARS; at += 1) {
        if (!years.has(at)) continue;
        for (let inMonth = at === start.year ? start.month : 1; inMonth <= 12; inMonth += 1) {
          if (!months.has(inMonth)) continue;
          const isFirst = at === start.year && inMonth === start.month;
          for (const day of [...days(at, inMonth)].toSorted((a, b) => a - b)) {
            if (isFirst && day < start.day) continue;
            for (const atHour of hours)
              for (const atMinute of minutes) {
                const wall = { year: at, month: inMonth, day, hour: atHour, minute: atMinute };
                const found = instantOf(wall, zone);
                if (found !== undefined && found > afterMs) return found;
              }
          }
        }
      }
      return undefined;
    },
  };
}

/** Reads `*`, `5`, `1-5`, `MON-FRI`, `0/15`, and lists of these. */
function readField(
  field: string,
  min: number,
  max: number,
  names: readonly string[],
  whole: string,
): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(part) ?? [];
    const [first, last] = readRange(range, min, max, names, step !== undefined);
    const by = Number(step ?? 1);
    if (first === undefined || last === undefined || by < 1)
      throw new PatternError(`cron(${whole}): "${part}" must be between ${min} and ${max}`);
    // A range such as FRI-MON continues after the end of the week, so the end is moved beyond the last day.
    const end = last < first ? last + max - min + 1 : last;
    for (let value = first; value <= end; value += by)
      values.add(value > max ? value - (max - min + 1) : value);
  }
  return values;
}

function readRange(
  range: string,
  min: number,
  max: number,
  names: readonly string[],
  hasStep: boolean,
): readonly [first: number | undefined, last: number | undefined] {
  if (range === '*') return [min, max];
  const [first, last, ...more] = range.split('-').map((text) => readValue(text, min, max, names));
  if (more.length > 0 || first === undefined) return [undefined, undefined];
  if (range.includes('-')) return [first, last];
  return [first, hasStep ? max : first];
}

function readValue(text: string, min: number, max: number, names: readonly string[]): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named !== -1) return named + 1;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : undefined;
}

function lengthOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Returns the day of the week; 0 is Sunday. */
function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

function daysOfMonth(field: string, whole: string): Days {
  if (field === 'L') return (year, month) => new Set([lengthOf(year, month)]);
  const [, last, nearest] = /^(?:(L)W|(\d{1,2})W)$/.exec(field) ?? [];
  if (last !== undefined)
    return (year, month) => new Set([nearestWorkday(year, month, lengthOf(year, month))]);
  if (nearest !== undefined) {
    const [day = 0] = readField(nearest, 1, 31, [], whole);
    return (year, month) =>
      day > lengthOf(year, month) ? new Set() : new Set([nearestWorkday(year, month, day)]);
  }
  const days = readField(field, 1, 31, [], whole);
  return (year, month) => new Set([...days].filter((day) => day <= lengthOf(year, month)));
}

/** Returns the nearest day from Monday to Friday that is in the same month. */
function nearestWorkday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day);
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < lengthOf(year, month) ? day + 1 : day - 2;
  return day;
}

function daysOfWeek(field: string, whole: string): Days {
  const [, nthDay, nth] = /^([A-Za-z0-9]+)#([1-5])$/.exec(field) ?? [];
  if (nthDay === undefined && /^[A-Za-z0-9]+#\d*$/.test(field))
    throw new PatternError(`cron(${whole}): the number after # in "${field}" must be between 1 and 5`);
  const [, lastDay] = /^([A-Za-z0-9]+)L$/.exec(field) ?? [];
  const all = (year: number, month: number, days: ReadonlySet<number>): number[] =>
    Array.from({ length: lengthOf(year, month) }, (_unused, index) => index + 1).filter((day) =>
      days.has(weekdayOf(year, month, day) + 1),
    );
  if (field === 'L') return (year, month) => new Set(all(year, month, new Set([7])));
  const wanted = readField(nthDay ?? lastDay ?? field, 1, 7, DAYS, whole);
  if (nthDay !== undefined)
    return (year, month) => new Set(all(year, month, wanted).slice(Number(nth) - 1, Number(nth)));
  if (lastDay !== undefined) return (year, month) => new Set(all(year, month, wanted).slice(-1));
  return (year, month) => new Set(all(year, month, wanted));
}
