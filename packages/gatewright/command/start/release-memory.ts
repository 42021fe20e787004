/** Returns the memory that startup needed to the system once the gateway is idle. */
import { createHook } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import type { EventLoopUtilization } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * The interval of the checks whether the gateway is idle. No request should be waiting during a full collection,
 * because it stops the thread for some tens of milliseconds.
 */
const LOOK_EVERY_MS = 1_000;
export const IDLE_BELOW = 0.03;
/**
 * Number of checks after startup or after many connections (young-generation.ts). If the gateway is not idle at any of
 * them, there is no collection. A collection also discards compiled code. After five seconds of requests, this would
 * slow the next requests by a tenth.
 */
const LOOKS = 5;

type Collect = (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void;

type Surroundings = {
  readonly utilization: (since?: EventLoopUtilization) => EventLoopUtilization;
  readonly later: (run: () => void, ms: number) => void;
  readonly collect: () => void;
};

const OWN: Surroundings = {
  utilization: (since) => performance.eventLoopUtilization(since),
  later: (run, ms) => void setTimeout(run, ms).unref(),
  collect: collectAll,
};

/** The object that Node creates for each `process.nextTick`. */
const kept: { tick?: object } = {};

/**
 * Keeps one object that Node creates for `process.nextTick`, because V8 then keeps its shape. Otherwise a full
 * collection drops the shape, and for the rest of the process each tick takes 0.33 µs instead of 0.06 µs, because V8
 * then treats the next shape as polymorphic (DefineKeyedOwnPropertyInLiteral).
 */
function keepTick(): void {
  const init = (_id: number, type: string, _cause: number, resource: object): void => {
    if (type === 'TickObject') kept.tick = resource;
  };
  // Promises are not tracked. Tracking them, even briefly, would make every later promise slower.
  const hook = createHook({ init, trackPromises: false }).enable();
  process.nextTick(() => undefined);
  hook.disable();
}

/** Collects all garbage, and also returns free memory to the system. */
export function collectAll(): void {
  if (kept.tick === undefined) keepTick();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  // The flag stays set if the user has requested `gc`, because function threads then also have it.
  if (globalThis.gc === undefined) setFlagsFromString('--no-expose-gc');
  collect({ type: 'major', flavor: 'last-resort' });
}

/** Collects all garbage once, in the first second in which the gateway is nearly idle. */
export function releaseMemoryWhenIdle(
  { utilization, later, collect }: Surroundings = OWN,
  looks = LOOKS,
): void {
  const before = utilization();
  later(() => {
    if (utilization(before).utilization < IDLE_BELOW) collect();
    else if (looks > 1) releaseMemoryWhenIdle({ utilization, later, collect }, looks - 1);
  }, LOOK_EVERY_MS);
}
