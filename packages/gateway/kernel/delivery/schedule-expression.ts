/**
 * The schedules of EventBridge rules and of EventBridge Scheduler (docs/aws §18.4). The forms are `rate(5 minutes)`,
 * `cron(0 18 ? * MON-FRI *)` and `at(2026-11-20T13:00:00)`.
 */
import { compileCron } from './cron.ts';
import type { Schedule } from './schedule.ts';
import { PatternError } from './pattern-error.ts';
import { instantOf } from './zone-time.ts';

const UNITS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Compiles a schedule expression of EventBridge Scheduler.
 * @param anchorMs the time from which the periods of a `rate` are counted
 * @param zone the time zone of `cron` and `at`
 * @throws PatternError if the expression or the time zone is invalid
 */
export function compileSchedule(expression: string, anchorMs: number, zone = 'UTC'): Schedule {
  const [, kind, inner = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  checkZone(zone);
  if (kind === 'rate') return rate(inner, anchorMs);
  if (kind === 'cron') return compileCron(inner, zone);
  if (kind === 'at') return once(inner, zone);
  throw new PatternError(`"${expression}" is not a schedule: use rate(…), cron(…) or at(…)`);
}

/**
 * Compiles the schedule expression of a rule. Rules use UTC, and have no one-time schedules.
 * @throws PatternError if the expression is invalid
 */
export function compileRuleSchedule(expression: string, anchorMs: number): Schedule {
  if (/^(rate|cron)\(/.test(expression.trim())) return compileSchedule(expression, anchorMs);
  throw new PatternError(
    `Parameter ScheduleExpression is not valid. A rule accepts rate(…) and cron(…), but not "${expression}"; use AWS::Scheduler::Schedule for at(…)`,
  );
}

/**
 * Compiles a `rate` expression. "The value must be a positive number", and the unit must be singular for the value 1
 * and plural for all other values.
 */
function rate(text: string, anchorMs: number): Schedule {
  const [, digits = '', unit = '', plural] = /^\s*(\d{1,9})\s+(minute|hour|day)(s)?\s*$/.exec(text) ?? [];
  const count = Number(digits);
  const unitMs = UNITS[unit];
  if (unitMs === undefined || count < 1 || (count === 1) !== (plural === undefined))
    throw new PatternError(`rate(${text}) must be like rate(1 minute) or rate(5 minutes)`);
  const periodMs = count * unitMs;
  return {
    next(afterMs) {
      const passed = Math.floor((afterMs - anchorMs) / periodMs);
      return anchorMs + (passed + 1) * periodMs;
    },
  };
}

function once(text: string, zone: string): Schedule {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})$/.exec(text.trim());
  if (parts === null) throw new PatternError(`at(${text}) must be like at(2026-11-20T13:00:00)`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const instant = instantOf({ year, month, day, hour, minute }, zone);
  if (instant === undefined)
    throw new PatternError(`at(${text}) is not a time that exists in the time zone ${zone}`);
  const at = instant + second * 1000;
  return { next: (afterMs) => (at > afterMs ? at : undefined) };
}

/** @throws PatternError if there is no such time zone */
export function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
  } catch {
    throw new PatternError(`"${zone}" is not a time zone; use a name such as Europe/Berlin`);
  }
}
