/**
 * One publication to many connections under AWS's quotas, millisecond by millisecond: functions that each notify their
 * share, and the account's bucket of calls, which all of them use.
 */
import { LISTENERS_PER_SHARE } from '#shared/websocket/fan-out-plan.ts';

type SimulatedFanOut = {
  readonly connections: number;
  /** The number of functions that run at the same time. The others wait. */
  readonly functionsAtOnce: number;
};

type Reckoned = {
  readonly seconds: number;
  /** Connections that were throttled twice. They learn of the message after their next ping. */
  readonly missed: number;
  readonly firstTrySent: number;
};

/** docs/aws §11.6 and the quotas page: calls per second of an account and region, and how many at once. */
export const ACCOUNT_RATE = 10_000;
const ACCOUNT_BURST = 5_000;
/**
 * How many calls one processor (1,769 MB) signs and sends in a millisecond, and how long API Gateway takes for a call.
 */
export const POSTS_PER_MS = 2.5;
const POST_MS = 10;
/** The same values as in shared/websocket/deliver.ts and tell.ts. */
const AT_ONCE = 64;
const RETRY_MS = { least: 100, spread: 400 };
const START_MS = 150;

type Function = { left: number; budget: number; inFlight: number; readonly begun: number };

export function simulateFanOut({ connections, functionsAtOnce }: SimulatedFanOut): Reckoned {
  let waiting = Math.ceil(connections / LISTENERS_PER_SHARE);
  let unassigned = connections;
  let running: Function[] = [];
  let tokens = ACCOUNT_BURST;
  let missed = 0;
  let firstTrySent = 0;
  /** The calls that end or are tried again, by millisecond. */
  const ends = new Map<number, Function[]>();
  const retries = new Map<number, Function[]>();
  const later = (map: Map<number, Function[]>, at: number, one: Function): void => {
    const list = map.get(at) ?? [];
    list.push(one);
    map.set(at, list);
  };
  let now = 0;
  let order = 0;
  for (; waiting > 0 || running.length > 0; now += 1) {
    tokens = Math.min(ACCOUNT_BURST, tokens + ACCOUNT_RATE / 1000);
    while (waiting > 0 && running.length < functionsAtOnce) {
      const left = Math.min(LISTENERS_PER_SHARE, unassigned);
      unassigned -= left;
      waiting -= 1;
      running.push({ left, budget: 0, inFlight: 0, begun: now + START_MS });
    }
    for (const one of ends.get(now) ?? []) one.inFlight -= 1;
    ends.delete(now);
    for (const one of retries.get(now) ?? []) {
      one.budget -= 1;
      if (tokens >= 1) tokens -= 1;
      else missed += 1;
      later(ends, now + POST_MS, one);
    }
    retries.delete(now);
    for (const one of running) {
      if (now < one.begun) continue;
      one.budget = Math.min(POSTS_PER_MS * 4, one.budget + POSTS_PER_MS);
      while (one.left > 0 && one.inFlight < AT_ONCE && one.budget >= 1) {
        one.budget -= 1;
        one.left -= 1;
        one.inFlight += 1;
        if (tokens >= 1) {
          tokens -= 1;
          firstTrySent += 1;
          later(ends, now + POST_MS, one);
        } else {
          order += 1;
          // The delays are spread evenly, as random delays would be.
          later(retries, now + RETRY_MS.least + ((order * 7919) % RETRY_MS.spread), one);
        }
      }
    }
    running = running.filter(({ left, inFlight }) => left > 0 || inFlight > 0);
  }
  return { seconds: now / 1000, missed, firstTrySent };
}

/**
 * The cost in dollars per hour (docs/aws/prices.md), with one message a minute to every connection, and a ping every
 * four minutes.
 */
export function hourlyCost(connections: number): number {
  const million = connections / 1e6;
  const pings = 15;
  const deliveries = 60;
  const connected = 60 * 0.25;
  const messages = (deliveries + 2 * pings) * 1.0;
  const gigabyteSecond = 0.0000133334 * 1e6;
  const pingFunctions = pings * (0.2 + 0.015 * 0.5 * gigabyteSecond);
  const publishers = (deliveries / (POSTS_PER_MS * 1000)) * 1.769 * gigabyteSecond;
  const table = pings * (0.625 + 0.125) + deliveries * 0.05 * 0.125;
  return million * (connected + messages + pingFunctions + publishers + table);
}
