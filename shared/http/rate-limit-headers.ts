/**
 * Header fields and problems of rate limits. Sources: draft-ietf-httpapi-ratelimit-headers-11 (May 2026), with two
 * Lists of Strings with parameters (RFC 9651); RFC 9110 §10.2.3 `Retry-After`; RFC 6585 §4.
 */
import { PERIOD_IS_CLOSED } from '@gatewright/aws/access-decision';
import type { ProxyResult } from '../aws/proxy-result.ts';
import { jsonReply } from './reply.ts';

export type AdvertisedLimit = {
  /** Id of the limit, such as `monthly`. It is the same in both header fields. */
  readonly id: string;
  readonly limit: number;
  /** The customer's own quota, if the customer has one instead of the plan's. It is not in the headers. */
  readonly ownQuota?: number;
  /** Whether the limit applies to the customer, to each key, or to each route of a key. It is not in the headers. */
  readonly level?: 'tenant' | 'key' | 'route';
  /** The unit that is counted. Default: requests. */
  readonly unit?: 'concurrent-requests';
  /** Length of the time window in seconds. It is undefined if the limit has no time window. */
  readonly windowSeconds: number | undefined;
  readonly remaining: number;
  readonly resetSeconds: number | undefined;
  /** Set if the period is closed, so that nothing can be charged to it. */
  readonly closed?: true;
};

/** Problem types that the draft registers, with their titles. */
const PROBLEM_TYPES = 'https://iana.org/assignments/http-problem-types#';
const QUOTA_EXCEEDED = 'Request cannot be satisfied as assigned quota has been exceeded';
const REDUCED_CAPACITY = 'Request cannot be satisfied due to temporary server capacity constraints';
/** Maximum Integer in a structured field. An Integer has at most 15 digits. */
const MAX_INTEGER = 999_999_999_999_999;

/**
 * Returns `RateLimit-Policy: "monthly";q=100000;w=2592000, "calls";q=5;qu="concurrent-requests"` and `RateLimit:
 * "monthly";r=4321;t=86400, "calls";r=2`. Without limits the result is empty, because neither List may be empty. A
 * policy may appear only once, so if a limit has two states, the one with fewer remaining units is used.
 */
export function rateLimitHeaders(limits: readonly AdvertisedLimit[]): Readonly<Record<string, string>> {
  const byId = new Map<string, AdvertisedLimit>();
  for (const limit of limits) {
    const known = byId.get(limit.id);
    if (known === undefined || limit.remaining < known.remaining) byId.set(limit.id, limit);
  }
  if (byId.size === 0) return {};
  const all = [...byId.values()];
  return {
    'ratelimit-policy': all
      .map(({ id, limit, unit, windowSeconds }) => item(id, { q: limit, qu: unit, w: windowSeconds }))
      .join(', '),
    ratelimit: all
      .map(({ id, remaining, resetSeconds }) => item(id, { r: remaining, t: resetSeconds }))
      .join(', '),
  };
}

/**
 * Responds with 429, because the caller has used up its quota, or the period is closed. `retryAfterSeconds` must not be
 * shorter than the rest of the window.
 */
export function quotaExceededReply(
  violated: string,
  retryAfterSeconds: number,
  limits: readonly AdvertisedLimit[],
): ProxyResult {
  const problem = {
    type: `${PROBLEM_TYPES}quota-exceeded`,
    title: QUOTA_EXCEEDED,
    status: 429,
    ...(isClosed(violated, limits) && { detail: PERIOD_IS_CLOSED }),
  };
  return withHeaders(jsonReply(429, { ...problem, 'violated-policies': [violated] }, PROBLEM), {
    'retry-after': String(retryAfterSeconds),
    ...rateLimitHeaders(limits),
  });
}

/**
 * Responds with 503, because the state of the quota is unknown. No violated policy is named, because the failure is not
 * the caller's fault.
 */
export function reducedCapacityReply(
  retryAfterSeconds: number,
  limits: readonly AdvertisedLimit[],
): ProxyResult {
  const problem = {
    type: `${PROBLEM_TYPES}temporary-reduced-capacity`,
    title: REDUCED_CAPACITY,
    status: 503,
  };
  return withHeaders(jsonReply(503, problem, PROBLEM), {
    'retry-after': String(retryAfterSeconds),
    ...rateLimitHeaders(limits),
  });
}

/** Returns whether the limit refuses requests because its period is closed. */
export function isClosed(violated: string, limits: readonly AdvertisedLimit[]): boolean {
  return limits.some(({ id, closed }) => id === violated && closed === true);
}

const PROBLEM = 'application/problem+json';

function withHeaders(reply: ProxyResult, headers: Readonly<Record<string, string>>): ProxyResult {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

/** Formats a String with Integer and String parameters. The String is escaped, because users choose the ids. */
function item(id: string, parameters: Readonly<Record<string, number | string | undefined>>): string {
  const text = id.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
  const printed = Object.entries(parameters).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'string') return [`;${name}="${value}"`];
    return [`;${name}=${Math.max(0, Math.min(MAX_INTEGER, Math.floor(value)))}`];
  });
  return `"${text}"${printed.join('')}`;
}
