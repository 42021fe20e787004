/** Determines how long a response is fresh (developer guide, Expiration and HTTPStatusCodes). */
import type { CachePolicy } from '../../kernel/edge-policies.ts';
import { lastHeader } from '../../core/events/header-list.ts';
import type { ErrorRule } from './distribution.ts';

type Directives = ReadonlyMap<string, string>;

/** Reads the directives of all `Cache-Control` lines. If a name occurs more than once, the first directive applies. */
export function readDirectives(headers: readonly string[]): Directives {
  const found = new Map<string, string>();
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() !== 'cache-control') continue;
    for (const [, name = '', quoted, plain] of (headers[index + 1] ?? '').matchAll(
      /([^\s,=;]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;]*)))?/g,
    )) {
      const lower = name.toLowerCase();
      if (!found.has(lower)) found.set(lower, quoted ?? plain ?? '');
    }
  }
  return found;
}

const MAX_SECONDS = 3_153_600_000;

function secondsOf(directives: Directives, name: string): number | undefined {
  const text = directives.get(name);
  return text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), MAX_SECONDS) : undefined;
}

/** Whether `Set-Cookie` may be stored. `no-cache="Set-Cookie"` applies only to that header. */
export function keepsSetCookie(directives: Directives): boolean {
  return !/(?:^|[,\s])set-cookie(?:$|[,\s])/i.test(directives.get('no-cache') ?? '');
}

/**
 * The caching directives in the origin's headers. If they forbid caching (`refuses`), the response is fresh only for
 * the minimum TTL.
 */
type Said = { readonly refuses: boolean; readonly seconds: number | undefined };

function readSaid(headers: readonly string[], directives: Directives, nowEpochMs: number): Said {
  const noCache = directives.get('no-cache');
  const refuses =
    directives.has('no-store') || directives.has('private') || (noCache !== undefined && noCache === '');
  return {
    refuses,
    seconds:
      secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age') ?? expiresIn(headers, nowEpochMs),
  };
}

function expiresIn(headers: readonly string[], nowEpochMs: number): number | undefined {
  const expires = lastHeader(headers, 'expires');
  if (expires === undefined) return undefined;
  // An invalid `Expires` value, such as `0`, counts as a time in the past.
  const seconds = Math.floor((Date.parse(expires) - nowEpochMs) / 1000);
  return Number.isNaN(seconds) ? 0 : Math.max(0, seconds);
}

/** Returns how many seconds a response is fresh; 0 if it is not cached. */
export function freshSeconds(headers: readonly string[], policy: CachePolicy, nowEpochMs: number): number {
  const { minTtlSeconds, defaultTtlSeconds, maxTtlSeconds } = policy;
  const directives = readDirectives(headers);
  const { refuses, seconds } = readSaid(headers, directives, nowEpochMs);
  if (refuses) return minTtlSeconds;
  if (seconds === undefined) return Math.max(minTtlSeconds, defaultTtlSeconds);
  return Math.max(minTtlSeconds, Math.min(seconds, maxTtlSeconds));
}

const ALWAYS_KEPT = new Set([404, 414, 500, 501, 502, 503, 504]);
const KEPT_IF_SAID = new Set([400, 403, 405, 412, 415]);
const DEFAULT_ERROR_SECONDS = 10;

/**
 * Returns how many seconds an error is fresh; 0 if it is not cached.
 * @param rule the distribution's custom error rule for this status
 */
export function freshErrorSeconds(
  { status, headers }: { readonly status: number; readonly headers: readonly string[] },
  policy: CachePolicy,
  rule: ErrorRule | undefined,
  nowEpochMs: number,
): number {
  const directives = readDirectives(headers);
  const said = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age');
  if (!ALWAYS_KEPT.has(status) && !(KEPT_IF_SAID.has(status) && said !== undefined)) return 0;
  const minSeconds = rule?.cachingMinTtlSeconds ?? DEFAULT_ERROR_SECONDS;
  // The lifetime of an error "… cannot be greater than the Maximum TTL value set for the cache behavior."
  const wanted = Math.min(said ?? expiresIn(headers, nowEpochMs) ?? 0, policy.maxTtlSeconds);
  return Math.max(minSeconds, wanted);
}

/** Returns how many seconds an expired object is served while its origin fails. */
export function staleSeconds(rule: ErrorRule | undefined): number {
  return rule?.cachingMinTtlSeconds ?? DEFAULT_ERROR_SECONDS;
}

/**
 * Whether an expired object may be served while its origin fails. It may be served for `stale-if-error` seconds after
 * it expires, or indefinitely without that directive.
 */
export function mayBeStale(
  { headers, storedAtEpochMs }: { readonly headers: readonly string[]; readonly storedAtEpochMs: number },
  policy: CachePolicy,
  nowEpochMs: number,
): boolean {
  const seconds = secondsOf(readDirectives(headers), 'stale-if-error');
  if (seconds === undefined) return true;
  const freshFor = freshSeconds(headers, policy, storedAtEpochMs);
  return nowEpochMs < storedAtEpochMs + (freshFor + seconds) * 1000;
}
