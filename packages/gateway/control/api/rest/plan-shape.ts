/** The limits of usage plans in the form of AWS's REST API. */
import { badRequest } from '../../control-error.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { PlanQuota } from '../../../core/metering/quota.ts';
import { QUOTA_PERIODS, WRONG_PERIOD } from '../../../core/metering/quota-period.ts';
import type { QuotaPeriod } from '../../../core/metering/quota-period.ts';
import type { ThrottleLimit } from '../../../core/metering/token-bucket.ts';

/**
 * Reads a throttle. As on AWS, an omitted rate or burst is 0.
 * @throws ControlError unless the rate is a number and the burst a whole number, both of at least 0
 */
export function readThrottle(fields: UnknownMembers): ThrottleLimit {
  return {
    rateLimit: readAmount(fields['rateLimit'], 'rateLimit', false),
    burstLimit: readAmount(fields['burstLimit'], 'burstLimit', true),
  };
}

/**
 * Reads throttles by keys such as `/pets/{id}/GET`.
 * @throws ControlError for an invalid throttle
 */
export function readMethodThrottles(fields: UnknownMembers): Readonly<Record<string, ThrottleLimit>> {
  return Object.fromEntries(
    Object.entries(fields).map(([method, limit]): [string, ThrottleLimit] => {
      if (typeof limit !== 'object' || limit === null) throw badRequest('Invalid request input');
      return [method, readThrottle(Object.fromEntries(Object.entries(limit)))];
    }),
  );
}

/**
 * Reads a quota.
 * @throws ControlError for an invalid limit, offset or period
 */
export function readQuota(fields: UnknownMembers): PlanQuota {
  return {
    limit: readAmount(fields['limit'], 'limit', true),
    offset: readAmount(fields['offset'], 'offset', true),
    period: readPeriod(fields['period']),
  };
}

function readPeriod(value: unknown): QuotaPeriod {
  const period = QUOTA_PERIODS.find((known) => known === value);
  if (period === undefined) throw badRequest(WRONG_PERIOD);
  return period;
}

/** Reads a number. In a patch, the number is written as text. A missing number is read as 0. */
export function readAmount(value: unknown, name: string, isWhole: boolean): number {
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const isLegal = typeof number === 'number' && Number.isFinite(number) && number >= 0;
  if (!isLegal || (isWhole && !Number.isInteger(number)))
    throw badRequest(
      `Invalid value ${JSON.stringify(value)} for ${name}: write a ${isWhole ? 'whole ' : ''}number, 0 or more`,
    );
  return number;
}
