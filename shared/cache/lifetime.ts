/** Decides whether and how long a response may be cached, by RFC 9111 §3 and §4.2 and the service's own limits. */
import { directivesOf } from './answer.ts';
import type { CacheableAnswer } from './answer.ts';
import { secondsOf } from './directives.ts';

type LifetimeRules = {
  readonly ttlSeconds: number;
  /** Lifetime in seconds of 404 and 410 responses. 0 means not cached. */
  readonly negativeTtlSeconds: number;
  readonly staleWhileRevalidateSeconds: number;
  /**
   * Whether several callers share the response: all of them, or a group that a `scope` function names
   * (RFC 9111 §5.2.2).
   */
  readonly isShared: boolean;
  /** Names, in lower case, of headers that are part of the cache key. */
  readonly keyHeaders: readonly string[];
  /** The time when the response arrived. */
  readonly nowEpochMs: number;
};

type Lifetime =
  | { readonly kind: 'keep'; readonly freshSeconds: number; readonly staleSeconds: number }
  /** The response is not cached. `reason` is written as in `Cache-Status`. */
  | { readonly kind: 'pass'; readonly reason: string };

/** Maximum lifetime in seconds, the same as in API Gateway's stage cache. RFC 9111 has no maximum. */
const MAX_SECONDS = 86_400;
/**
 * The 2xx and 3xx statuses that RFC 9110 §15.1 calls heuristically cacheable. Partial content (206) is left out,
 * because it is never cached.
 */
const KEPT = new Set([200, 203, 204, 300, 301, 308]);
const NEGATIVE = new Set([404, 410]);

export function lifetimeOf(answer: CacheableAnswer, rules: LifetimeRules): Lifetime {
  const { statusCode, headers } = answer;
  const directives = directivesOf(answer);
  const isNegative = NEGATIVE.has(statusCode);
  if (!KEPT.has(statusCode) && !isNegative) return pass('status');
  if (headers['set-cookie'] !== undefined) return pass('set-cookie');
  if (directives.has('no-store')) return pass('no-store');
  // The response could be stored, but a cache must not use it without calling the handler, so storing it has no
  // benefit.
  if (directives.has('no-cache')) return pass('no-cache');
  if (rules.isShared && directives.has('private')) return pass('private');
  const varies = (headers['vary'] ?? [])
    .flatMap((field) => field.split(','))
    .map((name) => name.trim().toLowerCase());
  // A `Vary` field with `*` never matches a later request (RFC 9111 §4.1), even if the service names a header `*`.
  if (varies.some((name) => name === '*' || (name !== '' && !rules.keyHeaders.includes(name))))
    return pass('vary');
  const usual = isNegative ? rules.negativeTtlSeconds : rules.ttlSeconds;
  const said =
    (rules.isShared ? secondsOf(directives, 's-maxage') : undefined) ??
    secondsOf(directives, 'max-age') ??
    expiresIn(headers, rules.nowEpochMs);
  // A response may already have an age when it arrives. This age is subtracted from the lifetime (RFC 9111 §4.2.3).
  const age = Number(headers['age']?.[0] ?? 0);
  const freshSeconds = Math.min(said ?? usual, MAX_SECONDS) - (Number.isFinite(age) ? Math.max(0, age) : 0);
  if (freshSeconds <= 0) return pass(isNegative && said === undefined ? 'status' : 'expired');
  const mayBeStale = !['must-revalidate', 'proxy-revalidate', 's-maxage'].some((name) =>
    directives.has(name),
  );
  const stale = secondsOf(directives, 'stale-while-revalidate') ?? rules.staleWhileRevalidateSeconds;
  return { kind: 'keep', freshSeconds, staleSeconds: mayBeStale ? Math.min(stale, MAX_SECONDS) : 0 };
}

function expiresIn(headers: CacheableAnswer['headers'], nowEpochMs: number): number | undefined {
  const expires = headers['expires']?.[0];
  if (expires === undefined) return undefined;
  const date = Date.parse(headers['date']?.[0] ?? '');
  // A response without a `Date` counts as produced when it arrived (RFC 9110 §6.6.1). Most handlers do not send `Date`.
  const seconds = (Date.parse(expires) - (Number.isNaN(date) ? nowEpochMs : date)) / 1000;
  // "0" and other invalid dates mean that the response has already expired (RFC 9111 §5.3).
  return Number.isNaN(seconds) ? 0 : seconds;
}

function pass(reason: string): Lifetime {
  return { kind: 'pass', reason };
}
