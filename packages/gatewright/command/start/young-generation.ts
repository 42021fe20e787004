/**
 * Limits the young generation of V8's heap, most of which is garbage. Under load, V8 would let it grow to 128 MB. An
 * eighth of this size is enough, unless hundreds of requests are processed at the same time.
 */
import { performance } from 'node:perf_hooks';
import { getActiveResourcesInfo } from 'node:process';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import type { EventLoopUtilization } from 'node:perf_hooks';
import { collectAll, IDLE_BELOW } from './release-memory.ts';

const BYTES_PER_MB = 1024 * 1024;
/** Size of each half of a young generation in MB. Live objects are copied from one half to the other. */
const HALF_MB = 8;
/**
 * Size of each half in MB while many connections are open. It is V8's own limit. A small half would be full before the
 * requests of these connections are finished, and the objects of all requests would be copied.
 */
const CROWD_HALF_MB = 64;
const CROWD = 128;
/** The maximum size of each half in MB in a new thread. A thread that needs less memory uses less. */
const THREAD_HALF_MB = 8;
const LOOK_EVERY_MS = 250;
/** The number of consecutive idle checks after which the young generation may be shrunk. They take one second. */
const IDLE_LOOKS = 4;
/** The factor by which V8 lets a young generation grow when enough of it has stayed alive. */
const USUAL_GROWTH = 2;
const NO_GROWTH = 1;

type Surroundings = {
  /** The flags that the user has passed to Node. */
  readonly nodeOptions: string;
  readonly youngBytes: () => number;
  /** Returns the number of open connections of the whole process. */
  readonly connections: () => number;
  readonly utilization: (since?: EventLoopUtilization) => EventLoopUtilization;
  readonly collect: () => void;
  readonly setFlags: (flags: string) => void;
  readonly every: (run: () => void, ms: number) => void;
};

const OWN: Surroundings = {
  nodeOptions: [...process.execArgv, process.env['NODE_OPTIONS']].join(' '),
  youngBytes: () =>
    getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0,
  connections: () => getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
  utilization: (since) => performance.eventLoopUtilization(since),
  collect: collectAll,
  setFlags: setFlagsFromString,
  every: (run, ms) => void setInterval(run, ms).unref(),
};

/**
 * Limits the young generation of the calling thread. V8 reads the maximum size only from the command line of the
 * process, but it reads the growth factor each time before it grows. A growth factor of 1 therefore stops the growth.
 * The factor applies to all threads, so new threads begin with a sufficient size.
 */
export function limitYoungGeneration({
  nodeOptions,
  youngBytes,
  connections,
  utilization,
  collect,
  setFlags,
  every,
}: Surroundings = OWN): void {
  if (/semi[-_]space/.test(nodeOptions)) return;
  setFlags(`--min-semi-space-size=${THREAD_HALF_MB}`);
  let growth = USUAL_GROWTH;
  let looked = utilization();
  let idleLooks = 0;
  let isAfterCrowd = false;
  every(() => {
    const bytes = youngBytes();
    const isCrowded = connections() > CROWD;
    const halfMb = isCrowded ? CROWD_HALF_MB : HALF_MB;
    const wanted = bytes < 2 * halfMb * BYTES_PER_MB ? USUAL_GROWTH : NO_GROWTH;
    idleLooks = utilization(looked).utilization < IDLE_BELOW ? idleLooks + 1 : 0;
    looked = utilization();
    isAfterCrowd ||= isCrowded;
    // V8 does not shrink the young generation by itself. It is shrunk only after there were many connections, because
    // shrinking also discards compiled code.
    if (idleLooks >= IDLE_LOOKS && !isCrowded) {
      if (isAfterCrowd && bytes > 2 * HALF_MB * BYTES_PER_MB) collect();
      isAfterCrowd = false;
    }
    if (wanted === growth) return;
    growth = wanted;
    setFlags(`--semi-space-growth-factor=${growth}`);
  }, LOOK_EVERY_MS);
}
