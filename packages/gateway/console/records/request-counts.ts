/**
 * Counts every finished request and message, whether recorded or not. The counts are by route, with a histogram of
 * durations, and by second.
 */
import type { RoutePlan } from '../../core/deployment/model.ts';
import type { ServedApi, ServedStage } from '../../core/exchange.ts';
import type { Finished, FinishedEvent } from '../../core/trail.ts';
import { SecondCounts, sumSeconds } from './second-counts.ts';
import type { LastHeaders } from './packed-request.ts';
import type { SecondCount } from './second-counts.ts';

/**
 * The number of classes of the histogram per doubling of the duration. The width of each class is at most 1/32 of its
 * lower bound, so a quantile is accurate within 2 %.
 */
const CLASSES_PER_DOUBLING = 32;
const SHORTEST_MS = 0.01;
/** The number of classes. They cover durations of up to 22 minutes. No request on AWS takes longer than 15 minutes. */
const CLASSES = 864;
/**
 * The first 17 bits of a double contain its exponent and the first bits of its fraction. They give the class without
 * computing a logarithm.
 */
const DOUBLE = new DataView(new ArrayBuffer(8));
/** The class of the value 1. The exponents of doubles begin at -1023. */
const CLASS_OF_ONE = 1023 * CLASSES_PER_DOUBLING;
/**
 * How many requests pass before a route's threshold for slow requests is recomputed, because a quantile reads the whole
 * histogram.
 */
const SLOW_EVERY = 256;
const SLOW_SHARE = 0.99;
/** A character that occurs nowhere else in a route's name. */
const SEPARATOR = '\n';

export type RouteCount = {
  readonly apiId: string;
  readonly apiName: string;
  /** `routeKey` is undefined for the count of the requests for which the API has no route. */
  readonly routeKey: string | undefined;
  /** The counts by second, which all routes of an API share. */
  readonly seconds: SecondCounts;
  count: number;
  clientErrors: number;
  serverErrors: number;
  readonly times: Uint32Array;
  longestMs: number;
  /** The 99th percentile of the route's durations; Infinity until there are enough durations. */
  slowFromMs: number;
  // The members below are for sampling, see sampling.ts.
  second: number;
  inSecond: number;
  notKept: number;
} & LastHeaders;

type NamedApi = Pick<ServedApi, 'apiId' | 'name'>;

export class RequestCounts {
  readonly #routes = new Map<string, RouteCount>();
  // Contains the counts by stage and route, so that a count is found without building a name. The WeakMap keeps no
  // deployment in memory.
  #ofStage = new WeakMap<ServedStage, Map<RoutePlan | undefined, RouteCount>>();
  #last:
    | { readonly stage: ServedStage; readonly route: RoutePlan | undefined; readonly counted: RouteCount }
    | undefined;
  /** By the ids of the APIs, because several APIs may have one name. */
  readonly #seconds = new Map<string, SecondCounts>();
  #newest = NaN;
  #total = 0;
  #sinceStart = 0;
  /** The counts that were cleared, by the ids of the APIs. */
  readonly #cleared = new Map<string, number>();

  /** Returns the number of requests, messages and ended connections since startup, or since the counts were cleared. */
  get total(): number {
    return this.#total;
  }

  /** Returns the number of all requests of clients since startup, including requests whose counts were cleared. */
  get sinceStart(): number {
    return this.#sinceStart;
  }

  /** Returns the number of requests of an API since startup, including requests whose counts were cleared. */
  sinceStartOf(apiId: string): number {
    const counted = this.routes.filter((route) => route.apiId === apiId);
    return counted.reduce((sum, { count }) => sum + count, this.#cleared.get(apiId) ?? 0);
  }

  get routes(): readonly RouteCount[] {
    return [...this.#routes.values()];
  }

  /**
   * Counts a request.
   * @returns the count of the request's route, this request included
   */
  take({ received, reply, latencyMs }: Finished): RouteCount {
    const { api, stage, route } = received;
    this.#sinceStart += 1;
    const counted = stage === undefined ? this.#named(api, route?.routeKey) : this.#of(api, stage, route);
    this.#add(counted, reply.status, latencyMs, received.receivedAtEpochMs);
    return counted;
  }

  takeEvent(event: FinishedEvent, atEpochMs: number): void {
    const { found, apiId, kind, route, status, latencyMs } = event;
    // Calls to `@connections` come from the backend, so they are not counted.
    if (kind !== 'MESSAGE' && kind !== 'DISCONNECT') return;
    if (kind === 'MESSAGE') this.#sinceStart += 1;
    const routeKey = kind === 'DISCONNECT' ? '$disconnect' : route?.routeKey;
    this.#add(this.#named({ apiId, name: found?.api.name ?? apiId }, routeKey), status, latencyMs, atEpochMs);
  }

  /** Returns the counts of some APIs by second, oldest first; empty if nothing was counted. */
  secondsOf(isShown: (apiId: string) => boolean): readonly SecondCount[] {
    if (Number.isNaN(this.#newest)) return [];
    const shown = [...this.#seconds].flatMap(([apiId, seconds]) => (isShown(apiId) ? [seconds] : []));
    return sumSeconds(shown, this.#newest);
  }

  clear(): void {
    for (const { apiId, count } of this.#routes.values())
      this.#cleared.set(apiId, (this.#cleared.get(apiId) ?? 0) + count);
    this.#routes.clear();
    this.#ofStage = new WeakMap();
    this.#last = undefined;
    this.#seconds.clear();
    this.#newest = NaN;
    this.#total = 0;
  }

  #of(api: ServedApi, stage: ServedStage, route: RoutePlan | undefined): RouteCount {
    const last = this.#last;
    if (last?.route === route && last?.stage === stage) return last.counted;
    let counts = this.#ofStage.get(stage);
    if (counts === undefined) {
      counts = new Map<RoutePlan | undefined, RouteCount>();
      this.#ofStage.set(stage, counts);
    }
    let counted = counts.get(route);
    if (counted === undefined) counts.set(route, (counted = this.#named(api, route?.routeKey)));
    this.#last = { stage, route, counted };
    return counted;
  }

  #named(api: NamedApi, routeKey?: string): RouteCount {
    const key = `${api.apiId}${SEPARATOR}${routeKey ?? ''}`;
    let counted = this.#routes.get(key);
    if (counted === undefined)
      this.#routes.set(key, (counted = nothingCounted(api, routeKey, this.#secondsOf(api))));
    return counted;
  }

  #secondsOf({ apiId }: NamedApi): SecondCounts {
    let seconds = this.#seconds.get(apiId);
    if (seconds === undefined) this.#seconds.set(apiId, (seconds = new SecondCounts()));
    return seconds;
  }

  #add(counted: RouteCount, status: number, latencyMs: number, atEpochMs: number): void {
    this.#total += 1;
    counted.count += 1;
    const isClientError = status >= 400 && status < 500;
    const isServerError = status >= 500 && status < 600;
    if (isClientError) counted.clientErrors += 1;
    if (isServerError) counted.serverErrors += 1;
    if (latencyMs > counted.longestMs) counted.longestMs = latencyMs;
    const place = classOf(latencyMs);
    counted.times[place] = (counted.times[place] ?? 0) + 1;
    if (counted.count % SLOW_EVERY === 0) counted.slowFromMs = quantileOf(counted, SLOW_SHARE) ?? Infinity;
    // If the clock was moved back, counting continues from the earlier time.
    this.#newest = Math.floor(atEpochMs / 1000);
    counted.seconds.add(this.#newest, isClientError, isServerError);
  }
}

function nothingCounted(
  { apiId, name }: NamedApi,
  routeKey: string | undefined,
  seconds: SecondCounts,
): RouteCount {
  return {
    apiId,
    apiName: name,
    routeKey,
    seconds,
    count: 0,
    clientErrors: 0,
    serverErrors: 0,
    times: new Uint32Array(CLASSES),
    longestMs: 0,
    slowFromMs: Infinity,
    second: NaN,
    inSecond: 0,
    notKept: 0,
    headers: [],
    headerBytes: 0,
  };
}

function classOf(latencyMs: number): number {
  // This comparison also handles a duration of 0.
  if (!(latencyMs > SHORTEST_MS)) return 0;
  DOUBLE.setFloat64(0, latencyMs / SHORTEST_MS);
  return Math.min((DOUBLE.getUint32(0) >>> 15) - CLASS_OF_ONE, CLASSES - 1);
}

/** Returns the middle of a class. */
function timeOf(place: number): number {
  const step = 1 / CLASSES_PER_DOUBLING;
  return SHORTEST_MS * 2 ** Math.floor(place * step) * (1 + ((place % CLASSES_PER_DOUBLING) + 0.5) * step);
}

/**
 * Returns a quantile of a route's durations, as the middle of its class, but never more than the longest duration;
 * undefined if there are no durations.
 */
export function quantileOf({ count, times, longestMs }: RouteCount, share: number): number | undefined {
  const wanted = Math.max(1, Math.ceil(count * share));
  let seen = 0;
  for (let place = 0; place < times.length; place += 1) {
    seen += times[place] ?? 0;
    if (seen >= wanted) return Math.min(timeOf(place), longestMs);
  }
  return undefined;
}
