/**
 * Stores compiled code and collects garbage once the gateway is idle after startup, so that nobody waits for it. The
 * collection returns to the operating system the memory that only startup needed.
 */
import { createHook } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import type { EventLoopUtilization } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { writeCompiledCode } from '../compiled-code.cjs';

/**
 * The interval in milliseconds at which the code checks whether the gateway is idle. A full collection stops the thread
 * for some tens of milliseconds, so no request should be waiting at that time.
 */
const LOOK_EVERY_MS = 1_000;
export const IDLE_BELOW = 0.03;
/**
 * The number of checks after startup, or after many connections (young-generation.ts). If the gateway is not idle at
 * any of these checks, no collection takes place. A collection also discards compiled code. After five seconds of
 * requests, this would make the next requests slower by a tenth.
 */
const LOOKS = 5;

type Collect = (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void;

type Surroundings = {
  readonly utilization: (since?: EventLoopUtilization) => EventLoopUtilization;
  readonly later: (run: () => void, ms: number) => void;
  readonly store: () => void;
  readonly collect: () => void;
};

const OWN: Surroundings = {
  utilization: (since) => performance.eventLoopUtilization(since),
  later: (run, ms) => void setTimeout(run, ms).unref(),
  // All code that startup needs has been loaded. The first run in a checkout stores two thousand files, which stops the
  // thread for up to a second. Node also stores them when the process ends, unless it is killed.
  store: () => void writeCompiledCode(),
  collect: collectAll,
};

/** Stores the object that Node has created for a `process.nextTick`. */
const kept: { tick?: object } = {};

/**
 * Keeps one object that Node creates for `process.nextTick`, so that V8 keeps the object's shape. Otherwise, a full
 * collection drops the shape, and V8 treats the next shape as polymorphic (DefineKeyedOwnPropertyInLiteral). For the
 * rest of the process, each tick would then take 0.33 µs instead of 0.06 µs.
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
  // If the user has set the flag, it stays set, because it also makes `gc` available in function threads.
  if (globalThis.gc === undefined) setFlagsFromString('--no-expose-gc');
  collect({ type: 'major', flavor: 'last-resort' });
}

/**
 * Stores compiled code in the first second in which the gateway is nearly idle. If this is one of the first `LOOKS`
 * seconds, also collects garbage.
 * @param looked the number of seconds in which the gateway was not idle
 */
export function settleWhenIdle(surroundings: Surroundings = OWN, looked = 0): void {
  const { utilization, later, store, collect } = surroundings;
  const before = utilization();
  later(() => {
    if (utilization(before).utilization >= IDLE_BELOW) settleWhenIdle(surroundings, looked + 1);
    else {
      // The code is stored first, because a collection discards it.
      store();
      if (looked < LOOKS) collect();
    }
  }, LOOK_EVERY_MS);
}
