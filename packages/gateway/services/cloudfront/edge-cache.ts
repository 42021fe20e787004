/**
 * Serves responses from the cache or from the origin. Each response has a reason, which the `X-Cache` header does not
 * contain.
 */
import { lastHeader } from '../../core/events/header-list.ts';
import type { Clock, HttpClient, HttpOutcome } from '../../core/ports.ts';
import { answerPart } from './answer-part.ts';
import { describeKey, firstDifference, keyOf, keyPartsOf } from './cache-key.ts';
import { compressObject } from './compress-object.ts';
import { isCachingOff } from './distribution.ts';
import {
  freshErrorSeconds,
  freshSeconds,
  keepsSetCookie,
  mayBeStale,
  readDirectives,
  staleSeconds,
} from './freshness.ts';
import { forwardsCookies, isCacheable, toOriginRequest } from './origin-request.ts';
import { StoredObjects } from './stored-objects.ts';
import type { EdgeAnswer } from '../../kernel/edge-record.ts';
import { ownError } from './viewer-response.ts';
import type { KeyParts } from './cache-key.ts';
import type { Behavior, Distribution } from './distribution.ts';
import type { OriginAnswer, StoredObject } from './stored-objects.ts';
import type { ViewerRequest } from './viewer-request.ts';
import type { CacheResult } from './viewer-response.ts';

type Asked = {
  readonly distribution: Distribution;
  readonly behavior: Behavior;
  readonly request: ViewerRequest;
  readonly requestId: string;
  readonly via: string;
};

export type CacheOutcome = {
  readonly answer: OriginAnswer;
  readonly result: CacheResult;
  /** The reason for the log and the console, for example `miss: first request with this cache key`. */
  readonly reason: string;
  readonly ageSeconds: number | undefined;
  /** The response of CloudFront itself; absent if the response comes from the origin. */
  readonly own?: EdgeAnswer | undefined;
};

/**
 * A request to an origin whose response may be cached. `isDropped` is set if an invalidation arrives before the
 * response.
 */
type Fetching = { readonly distributionId: string; readonly path: string; isDropped: boolean };
type Flight = { readonly fetching: Fetching; readonly done: Promise<StoredObject | undefined> };
type Fetched = { readonly outcome: CacheOutcome; readonly kept: StoredObject | undefined };

/** The cacheable statuses other than errors. AWS documents a list only for errors. */
const KEPT_STATUSES = new Set([200, 203, 204, 300, 301, 302, 303]);
/**
 * "CloudFront caches 307 and 308 responses only when you include the Cache-Control header in responses from the
 * origin."
 */
const KEPT_WITH_CONTROL = new Set([307, 308]);
const CONDITIONS = [
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
];

export class EdgeCache {
  readonly objects: StoredObjects;
  readonly #http: Pick<HttpClient, 'send'>;
  readonly #clock: Clock;
  readonly #flights = new Map<string, Flight>();
  readonly #fetching = new Set<Fetching>();

  constructor({
    http,
    clock,
    maxBytes,
  }: {
    http: Pick<HttpClient, 'send'>;
    clock: Clock;
    maxBytes?: number;
  }) {
    this.#http = http;
    this.#clock = clock;
    this.objects = new StoredObjects(maxBytes);
  }

  async answer(asked: Asked): Promise<CacheOutcome> {
    const { request, behavior } = asked;
    if (!isCacheable(request, behavior)) return this.#bypass(asked);
    const parts = keyPartsOf(request, behavior.cache);
    const key = keyOf(asked.distribution, parts);
    const found = this.#find(key, request.method);
    const now = this.#clock.nowEpochMs();
    if (found !== undefined && now < found.freshUntilEpochMs) return this.#hit(found, asked, 'cached');
    return isAlone(asked)
      ? (await this.#fetch(asked, { key, parts, found })).outcome
      : this.#fly(asked, { key, parts, found });
  }

  /** Drops the objects for which `isDropped` returns true. This includes responses that are still in progress. */
  drop(isDropped: (object: { readonly distributionId: string; readonly path: string }) => boolean): void {
    this.objects.dropWhere(({ distributionId, parts }) =>
      isDropped({ distributionId, path: invalidationPath(parts) }),
    );
    for (const one of this.#fetching) one.isDropped ||= isDropped(one);
    for (const [key, { fetching }] of this.#flights) if (fetching.isDropped) this.#flights.delete(key);
  }

  /**
   * Finds a stored object. A HEAD request may also be served from the object of a GET request, but not the other
   * way round.
   */
  #find(key: string, method: string): StoredObject | undefined {
    if (method !== 'HEAD') return this.objects.find(key);
    return this.objects.find(key) ?? this.objects.find(headKey(key));
  }

  #hit(
    object: StoredObject,
    { request, behavior }: Pick<Asked, 'request' | 'behavior'>,
    why: string,
  ): CacheOutcome {
    const ageSeconds = Math.max(0, Math.floor((this.#clock.nowEpochMs() - object.storedAtEpochMs) / 1000));
    return {
      answer: answerPart(object, request),
      result: object.isError ? 'Error' : 'Hit',
      reason: `hit: ${why} ${ageSeconds} s before this request`,
      ageSeconds,
      own: { kind: 'cached', reason: why, ageSeconds, ...describeKey(request, behavior.cache) },
    };
  }

  async #bypass(asked: Asked): Promise<CacheOutcome> {
    const { request, behavior } = asked;
    const answer = toAnswer(await this.#send(asked), asked);
    const { cache } = behavior;
    const why =
      cache.isBypassed === true
        ? 'all headers are forwarded'
        : isCachingOff(cache)
          ? cache.name
          : `${request.method} is not cached`;
    return {
      answer,
      result: answer.status >= 400 ? 'Error' : 'Miss',
      reason: `bypass: ${why}`,
      ageSeconds: undefined,
    };
  }

  /**
   * Shares one request to the origin: "CloudFront sends the response from the original request to all the requests"
   * with the same key.
   */
  async #fly(asked: Asked, at: KeyPlace): Promise<CacheOutcome> {
    const flightKey = `${asked.request.method} ${at.key}`;
    const flight = this.#flights.get(flightKey);
    if (flight !== undefined) {
      const kept = await flight.done;
      // The response to the earlier request was not stored, so it must not be shared. This request needs its own
      // response from the origin.
      if (kept === undefined) return (await this.#fetch(asked, at)).outcome;
      return this.#hit(kept, asked, 'stored by a concurrent request with the same cache key');
    }
    const fetching = this.#begin(asked, at.parts);
    const fetched = this.#fetch(asked, at, fetching);
    const made: Flight = {
      fetching,
      done: fetched.then(
        ({ kept }) => kept,
        () => undefined,
      ),
    };
    this.#flights.set(flightKey, made);
    try {
      return (await fetched).outcome;
    } finally {
      if (this.#flights.get(flightKey) === made) this.#flights.delete(flightKey);
    }
  }

  #begin({ distribution }: Asked, parts: KeyParts): Fetching {
    const fetching = { distributionId: distribution.id, path: invalidationPath(parts), isDropped: false };
    this.#fetching.add(fetching);
    return fetching;
  }

  async #fetch(asked: Asked, at: KeyPlace, fetching = this.#begin(asked, at.parts)): Promise<Fetched> {
    try {
      return await this.#fetchNow(asked, at, fetching);
    } finally {
      this.#fetching.delete(fetching);
    }
  }

  async #fetchNow(asked: Asked, at: KeyPlace, fetching: Fetching): Promise<Fetched> {
    const { request, behavior, distribution } = asked;
    const { found } = at;
    const expired = found?.status === 200 ? found : undefined;
    const why = this.#missReason(asked, at);
    const validators = expired === undefined ? [] : validatorsOf(expired);
    const answer = toAnswer(await this.#send(asked, validators.length > 0 ? validators : undefined), asked);
    if (expired !== undefined && validators.length > 0 && answer.status === 304)
      return this.#refresh(asked, { ...at, found: expired }, answer, fetching);
    const rule = distribution.errors.get(answer.status);
    if (
      expired !== undefined &&
      answer.status >= 500 &&
      mayBeStale(expired, behavior.cache, this.#clock.nowEpochMs())
    ) {
      const until = this.#clock.nowEpochMs() + staleSeconds(rule) * 1000;
      const kept = { ...expired, freshUntilEpochMs: until };
      if (!fetching.isDropped) this.objects.keep(kept);
      return {
        outcome: this.#hit(kept, asked, `stale, because the origin answered ${answer.status}; cached`),
        kept: undefined,
      };
    }
    const packed = await compressObject(answer, request, behavior);
    const kept = this.#keep(asked, at, packed, fetching);
    const result = answer.status >= 400 ? 'Error' : 'Miss';
    const reason = `miss: ${why}; ${kept === undefined ? this.#refusal(asked, answer) : keptFor(kept)}`;
    // If the object was cached, the request's conditional headers are compared with the whole object, so this caller
    // gets the same response as later callers. The response to a request with a range is not changed.
    const shown =
      kept === undefined || lastHeader(request.headers.lines, 'range') !== undefined
        ? packed
        : answerPart(packed, request);
    return { outcome: { answer: shown, result, reason, ageSeconds: undefined }, kept };
  }

  /**
   * Renews an expired object after the origin has responded with 304: "… confirmation from the origin that the
   * CloudFront edge cache already has the latest version."
   */
  #refresh(
    asked: Asked,
    at: KeyPlace & { readonly found: StoredObject },
    answer: OriginAnswer,
    fetching: Fetching,
  ): Fetched {
    const { request, behavior } = asked;
    const now = this.#clock.nowEpochMs();
    const headers = mergeHeaders(at.found.headers, answer.headers);
    const seconds = freshSeconds(headers, behavior.cache, now);
    const object = { ...at.found, headers, storedAtEpochMs: now, freshUntilEpochMs: now + seconds * 1000 };
    const isKept = seconds > 0 && !fetching.isDropped;
    if (isKept) this.objects.keep(object);
    else this.objects.drop(object.key);
    const outcome = {
      answer: answerPart(object, request),
      result: 'RefreshHit' as const,
      reason: 'refresh hit: the origin confirmed the cached object',
      ageSeconds: 0,
      own: {
        kind: 'cached' as const,
        reason: 'confirmed by the origin',
        ageSeconds: 0,
        ...describeKey(request, behavior.cache),
      },
    };
    return { outcome, kept: isKept ? object : undefined };
  }

  #keep(
    { request, behavior, distribution }: Asked,
    at: KeyPlace,
    answer: OriginAnswer,
    fetching: Fetching,
  ): StoredObject | undefined {
    const now = this.#clock.nowEpochMs();
    const isError = answer.status >= 400;
    const seconds = this.#secondsOf({ request, behavior, distribution }, answer);
    if (seconds <= 0 || fetching.isDropped) return undefined;
    const isHead = request.method === 'HEAD';
    const object: StoredObject = {
      ...answer,
      headers: headersToKeep(answer.headers, behavior),
      key: isHead ? headKey(at.key) : at.key,
      distributionId: distribution.id,
      parts: at.parts,
      method: isHead ? 'HEAD' : request.method === 'OPTIONS' ? 'OPTIONS' : 'GET',
      storedAtEpochMs: now,
      freshUntilEpochMs: now + seconds * 1000,
      isError,
    };
    return this.objects.keep(object) ? object : undefined;
  }

  #secondsOf(
    { request, behavior, distribution }: Pick<Asked, 'request' | 'behavior' | 'distribution'>,
    answer: OriginAnswer,
  ): number {
    const { cache } = behavior;
    const { status, headers } = answer;
    const now = this.#clock.nowEpochMs();
    // The response to a request with a condition or a range is only for this caller. A whole object can be used for all
    // callers.
    if (status !== 200 && hasCondition(request)) return 0;
    if (status >= 400) return freshErrorSeconds(answer, cache, distribution.errors.get(status), now);
    const isKept =
      KEPT_STATUSES.has(status) ||
      (KEPT_WITH_CONTROL.has(status) && lastHeader(headers, 'cache-control') !== undefined);
    if (!isKept) return 0;
    const isAnyVary =
      cache.minTtlSeconds === 0 && /(?:^|,)\s*\*\s*(?:,|$)/.test(lastHeader(headers, 'vary') ?? '');
    return isAnyVary ? 0 : freshSeconds(headers, cache, now);
  }

  #refusal(asked: Asked, { status, headers }: OriginAnswer): string {
    const said = lastHeader(headers, 'cache-control');
    if (hasCondition(asked.request) && status !== 200)
      return 'not cached: the request is conditional or asks for a range';
    return said === undefined ? `not cached: status ${status}` : `not cached: Cache-Control: ${said}`;
  }

  #missReason({ distribution }: Asked, { key, parts, found }: KeyPlace): string {
    if (found !== undefined) return 'the cached object has expired';
    const other = this.objects.findPath(distribution.id, parts.path);
    const by = other === undefined || other.key === key ? undefined : firstDifference(parts, other.parts);
    return by === undefined
      ? 'first request with this cache key'
      : `the cache key of the request differs from the key of the cached object in its ${by}`;
  }

  async #send(
    { request, behavior, requestId, via }: Asked,
    validators?: readonly string[],
  ): Promise<HttpOutcome> {
    const call = toOriginRequest(request, behavior, { requestId, via }, validators);
    const isRepeatable = request.method === 'GET' || request.method === 'HEAD';
    const attempts = isRepeatable ? behavior.origin.attempts : 1;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#http.send(call);
      const mayRepeat =
        outcome.kind === 'timed-out' || (outcome.kind === 'unreachable' && outcome.reason === 'network');
      if (!mayRepeat || attempt >= attempts) return outcome;
    }
  }
}

type KeyPlace = { readonly key: string; readonly parts: KeyParts; readonly found: StoredObject | undefined };

function headKey(key: string): string {
  return `HEAD ${key}`;
}

/** Returns the path in the form that invalidations use, with the query parameters of the key. */
function invalidationPath({ path, query }: KeyParts): string {
  return query === '' ? path : `${path}?${query}`;
}

/**
 * Whether a request gets its own response from the origin, which is not shared with other requests. This applies to
 * requests with a condition or a range, and to all requests if cookies are forwarded ("Forward cookies to the origin").
 */
function isAlone({ request, behavior }: Asked): boolean {
  return forwardsCookies(behavior) || hasCondition(request);
}

function hasCondition({ headers }: ViewerRequest): boolean {
  return CONDITIONS.some((name) => headers.last(name) !== undefined);
}

/** CloudFront's sentence about an origin that did not respond (chanzuckerberg/single-cell-data-portal#1250). */
const NO_RESPONSE =
  'CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin closed the connection.';
/** See EdOverflow/can-i-take-over-xyz#66 */
const NO_CONNECTION = "CloudFront wasn't able to connect to the origin.";

function toAnswer(outcome: HttpOutcome, { requestId }: Asked): OriginAnswer {
  if (outcome.kind === 'answered')
    return { status: outcome.status, headers: outcome.headers, body: outcome.body };
  if (outcome.kind === 'timed-out')
    return { ...ownError(504, NO_RESPONSE, requestId), failure: 'the origin did not respond in time' };
  return { ...ownError(502, NO_CONNECTION, requestId), failure: outcome.message };
}

function validatorsOf({ headers }: StoredObject): readonly string[] {
  const tag = lastHeader(headers, 'etag');
  const modified = lastHeader(headers, 'last-modified');
  return [
    ...(tag === undefined ? [] : ['If-None-Match', tag]),
    ...(modified === undefined ? [] : ['If-Modified-Since', modified]),
  ];
}

/** Merges the headers of a 304 into the stored headers, except headers that describe the body. */
function mergeHeaders(kept: readonly string[], renewed: readonly string[]): readonly string[] {
  const names = new Set(renewed.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  for (const name of ['content-length', 'content-encoding', 'content-type', 'content-range', 'etag'])
    names.delete(name);
  const isRenewed = (list: readonly string[], index: number): boolean =>
    names.has((list[index - (index % 2)] ?? '').toLowerCase());
  return [
    ...kept.filter((_, index) => !isRenewed(kept, index)),
    ...renewed.filter((_, index) => isRenewed(renewed, index)),
  ];
}

/** Returns the headers to store. `Set-Cookie` is stored only if the response is for callers with the same cookies. */
function headersToKeep(headers: readonly string[], { cache }: Behavior): readonly string[] {
  if (cache.cookies.kind !== 'none' && keepsSetCookie(readDirectives(headers))) return headers;
  return headers.filter((_, index) => (headers[index - (index % 2)] ?? '').toLowerCase() !== 'set-cookie');
}

function keptFor({ storedAtEpochMs, freshUntilEpochMs }: StoredObject): string {
  return `cached for ${Math.round((freshUntilEpochMs - storedAtEpochMs) / 1000)} s`;
}
