/**
 * Header fields and problems of rate limits. Source: draft-ietf-httpapi-ratelimit-headers-11 (May 2026): two
 * Lists of Strings with parameters (RFC 9651); RFC 9110 §10.2.3 `Retry-After`; RFC 6585 §4.
 */
import type { ProxyResult } from '../aws/proxy-result.ts';
import { jsonReply } from './reply.ts';

export type AdvertisedLimit = {
  /** `monthly`; the same in both fields. */
  readonly id: string;
  readonly limit: number;
  /** The counted unit; default: requests. */
  readonly unit?: 'concurrent-requests';
  /** undefined when the limit has no time window. */
  readonly windowSeconds: number | undefined;
  readonly remaining: number;
  readonly resetSeconds: number | undefined;
};

/** Problem types that the draft registers, with their titles. */
const PROBLEM_TYPES = 'https://iana.org/assignments/http-problem-types#';
const QUOTA_EXCEEDED = 'Request cannot be satisfied as assigned quota has been exceeded';
const REDUCED_CAPACITY = 'Request cannot be satisfied due to temporary server capacity constraints';
/** A structured field's Integer has at most 15 digits. */
const MAX_INTEGER = 999_999_999_999_999;

/**
 * `RateLimit-Policy: "monthly";q=100000;w=2592000, "calls";q=5;qu="concurrent-requests"` and
 * `RateLimit: "monthly";r=4321;t=86400, "calls";r=2`; empty without limits, since neither List may be. Of two states of one policy the smaller counts: a policy may appear once.
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

/** 429: the caller has used its quota. `retryAfterSeconds` is never before the window's end. */
export function quotaExceededReply(
  violated: string,
  retryAfterSeconds: number,
  limits: readonly AdvertisedLimit[],
): ProxyResult {
  const problem = { type: `${PROBLEM_TYPES}quota-exceeded`, title: QUOTA_EXCEEDED, status: 429 };
  return withHeaders(jsonReply(429, { ...problem, 'violated-policies': [violated] }, PROBLEM), {
    'retry-after': String(retryAfterSeconds),
    ...rateLimitHeaders(limits),
  });
}

/** 503: the quota is unknown. Not the caller's fault, so no violated policy is named. */
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

const PROBLEM = 'application/problem+json';

function withHeaders(reply: ProxyResult, headers: Readonly<Record<string, string>>): ProxyResult {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

/** A String with Integer and String parameters; escaped, since a user's ids may need it. */
function item(id: string, parameters: Readonly<Record<string, number | string | undefined>>): string {
  const text = id.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
  const printed = Object.entries(parameters).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'string') return [`;${name}="${value}"`];
    return [`;${name}=${Math.max(0, Math.min(MAX_INTEGER, Math.floor(value)))}`];
  });
  return `"${text}"${printed.join('')}`;
}
