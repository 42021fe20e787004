/**
 * Counts every finished request and message, whether recorded or not. The counts are by route, with a histogram of
 * durations, and by second.
 */
import type { RoutePlan } from '../../core/deployment/model.ts';
import type { ServedApi, ServedStage } from '../../core/exchange.ts';
import type { Finished, FinishedEvent } from '../../core/trail.ts';
import type { LastHeaders } from './packed-request.ts';

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
export const COUNTED_SECONDS = 300;
/**
 * How many requests pass before a route's threshold for slow requests is recomputed, because a quantile reads the whole
 * histogram.
 */
const SLOW_EVERY = 256;
const SLOW_SHARE = 0.99;
/** A character that occurs nowhere else in a route's name. */
const SEPARATOR = '\n';

export type RouteCount = {
  readonly apiName: string;
  readonly routeKey: string;
  count: number;
  clientErrors: number;
  serverErrors: number;
  readonly times: Uint32Array;
  /** The 99th percentile of the route's durations; Infinity until there are enough durations. */
  slowFromMs: number;
  // The members below are for sampling, see sampling.ts.
  second: number;
  inSecond: number;
  notKept: number;
} & LastHeaders;

/** A second since the epoch, with the number of its requests and errors. */
type SecondCount = readonly [second: number, count: number, errors: number];

export class RequestCounts {
  readonly #routes = new Map<string, RouteCount>();
  // Contains the counts by stage and route, so that a count is found without building a name. The WeakMap keeps no
  // deployment in memory.
  #ofStage = new WeakMap<ServedStage, Map<RoutePlan | undefined, RouteCount>>();
  #last:
    | { readonly stage: ServedStage; readonly route: RoutePlan | undefined; readonly counted: RouteCount }
    | undefined;
  readonly #second = new Float64Array(COUNTED_SECONDS).fill(NaN);
  readonly #count = new Float64Array(COUNTED_SECONDS);
  readonly #errors = new Float64Array(COUNTED_SECONDS);
  #newest = NaN;
  #total = 0;
  #sinceStart = 0;

  /** Returns the number of requests since startup, or since the counts were cleared. */
  get total(): number {
    return this.#total;
  }

  /** Returns the number of all requests of clients since startup, including requests whose counts were cleared. */
  get sinceStart(): number {
    return this.#sinceStart;
  }

  get routes(): readonly RouteCount[] {
    return [...this.#routes.values()];
  }

  /** Counts a request. @returns the count of the request's route, this request included */
  take({ received, reply, latencyMs }: Finished): RouteCount {
    const { api, stage, route } = received;
    this.#sinceStart += 1;
    const counted = stage === undefined ? this.#named(api, route?.routeKey) : this.#of(api, stage, route);
    this.#add(counted, reply.status, latencyMs, received.receivedAtEpochMs);
    return counted;
  }

  takeEvent(event: FinishedEvent, atEpochMs: number): void {
    const { found, apiId, kind, route, status, latencyMs } = event;
    // Calls of `@connections` come from the backend, so they are not counted.
    if (kind === 'POST') return;
    if (kind === 'MESSAGE') this.#sinceStart += 1;
    const routeKey = kind === 'DISCONNECT' ? '$disconnect' : route?.routeKey;
    this.#add(this.#named(found?.api ?? { name: apiId }, routeKey), status, latencyMs, atEpochMs);
  }

  /** Returns the counts by second, oldest first; empty if nothing was counted. */
  get seconds(): readonly SecondCount[] {
    if (Number.isNaN(this.#newest)) return [];
    const first = this.#newest - COUNTED_SECONDS + 1;
    return Array.from({ length: COUNTED_SECONDS }, (_, index) => {
      const slot = (first + index) % COUNTED_SECONDS;
      const isThere = this.#second[slot] === first + index;
      return [first + index, isThere ? (this.#count[slot] ?? 0) : 0, isThere ? (this.#errors[slot] ?? 0) : 0];
    });
  }

  clear(): void {
    this.#routes.clear();
    this.#ofStage = new WeakMap();
    this.#last = undefined;
    this.#second.fill(NaN);
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

  #named({ name }: Pick<ServedApi, 'name'>, routeKey = '(no route)'): RouteCount {
    const key = `${name}${SEPARATOR}${routeKey}`;
    let counted = this.#routes.get(key);
    if (counted === undefined) this.#routes.set(key, (counted = nothingCounted(name, routeKey)));
    return counted;
  }

  #add(counted: RouteCount, status: number, latencyMs: number, atEpochMs: number): void {
    this.#total += 1;
    counted.count += 1;
    const isClientError = status >= 400 && status < 500;
    const isServerError = status >= 500 && status < 600;
    if (isClientError) counted.clientErrors += 1;
    if (isServerError) counted.serverErrors += 1;
    const place = classOf(latencyMs);
    counted.times[place] = (counted.times[place] ?? 0) + 1;
    if (counted.count % SLOW_EVERY === 0) counted.slowFromMs = quantileOf(counted, SLOW_SHARE) ?? Infinity;
    this.#addSecond(Math.floor(atEpochMs / 1000), isClientError || isServerError);
  }

  #addSecond(second: number, isError: boolean): void {
    const slot = second % COUNTED_SECONDS;
    if (this.#second[slot] !== second) {
      this.#second[slot] = second;
      this.#count[slot] = 0;
      this.#errors[slot] = 0;
    }
    // If the clock was moved back, counting continues from the earlier time.
    this.#newest = second;
    this.#count[slot] = (this.#count[slot] ?? 0) + 1;
    if (isError) this.#errors[slot] = (this.#errors[slot] ?? 0) + 1;
  }
}

function nothingCounted(apiName: string, routeKey: string): RouteCount {
  return {
    apiName,
    routeKey,
    count: 0,
    clientErrors: 0,
    serverErrors: 0,
    times: new Uint32Array(CLASSES),
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

/** Returns a quantile of a route's durations, as the middle of its class; undefined if there are no durations. */
export function quantileOf({ count, times }: RouteCount, share: number): number | undefined {
  const wanted = Math.max(1, Math.ceil(count * share));
  let seen = 0;
  for (let place = 0; place < times.length; place += 1) {
    seen += times[place] ?? 0;
    if (seen >= wanted) return timeOf(place);
  }
  return undefined;
}
