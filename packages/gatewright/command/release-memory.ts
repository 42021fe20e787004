/** Returns memory to the system once the gateway is idle: that of the start, and that of large bodies. */
import { performance } from 'node:perf_hooks';
import type { EventLoopUtilization } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A full collection stops the thread for some tens of milliseconds, so no request should be waiting. */
const LOOK_EVERY_MS = 1_000;
const IDLE_BELOW = 0.03;
/**
 * Only after starts: this collection also discards compiled code, and after five seconds of requests it would
 * slow the next ones by a tenth.
 */
const LOOKS = 5;
/** Garbage of this many bytes is worth a collection. V8 starts none by itself while nothing allocates. */
const PEAK_BYTES = 64 * 1024 ** 2;

type Flavor = 'regular' | 'last-resort';
type Collect = (options: { readonly type: 'major'; readonly flavor: Flavor }) => void;

type Surroundings = {
  readonly utilization: (since?: EventLoopUtilization) => EventLoopUtilization;
  readonly later: (run: () => void, ms: number) => void;
  /** `last-resort` also discards compiled code. */
  readonly collect: (flavor: Flavor) => void;
  /** Of buffers, garbage included. */
  readonly bufferBytes: () => number;
};

const OWN: Surroundings = {
  utilization: (since) => performance.eventLoopUtilization(since),
  later: (run, ms) => void setTimeout(run, ms).unref(),
  collect(flavor) {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as Collect;
    setFlagsFromString('--no-expose-gc');
    collect({ type: 'major', flavor });
  },
  bufferBytes: () => process.memoryUsage().arrayBuffers,
};

/** Once, in the first nearly idle second. */
export function releaseMemoryWhenIdle(
  surroundings: Pick<Surroundings, 'utilization' | 'later' | 'collect'> = OWN,
  looks = LOOKS,
): void {
  const { utilization, later, collect } = surroundings;
  const before = utilization();
  later(() => {
    if (utilization(before).utilization < IDLE_BELOW) collect('last-resort');
    else if (looks > 1) releaseMemoryWhenIdle(surroundings, looks - 1);
  }, LOOK_EVERY_MS);
}

/** In each nearly idle second in which buffers take much more than they did when they took least. */
export function releaseBuffersWhenIdle(surroundings: Surroundings = OWN, leastBytes = Infinity): void {
  const { utilization, later, collect, bufferBytes } = surroundings;
  const before = utilization();
  later(() => {
    let least = Math.min(leastBytes, bufferBytes());
    if (bufferBytes() - least >= PEAK_BYTES && utilization(before).utilization < IDLE_BELOW) {
      collect('regular');
      // What is left is in use.
      least = bufferBytes();
    }
    releaseBuffersWhenIdle(surroundings, least);
  }, LOOK_EVERY_MS);
}
