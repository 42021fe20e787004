/**
 * Limits the young generation, most of which is garbage. V8 would let it grow to 128 MB under load. A size of more than
 * an eighth of that makes no request faster, unless hundreds of requests are in flight.
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
/** Maximum size of each half in MB in a new thread. The thread uses only what it needs. */
const THREAD_HALF_MB = 8;
const LOOK_EVERY_MS = 250;
/** Number of checks in one second. */
const IDLE_LOOKS = 4;
/** V8 doubles a young generation when enough of it has stayed alive. */
const USUAL_GROWTH = 2;
const NO_GROWTH = 1;

type Surroundings = {
  /** Flags that the user has passed to V8. */
  readonly nodeOptions: string;
  readonly youngBytes: () => number;
  /** Open connections of the whole process. */
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
 * Limits the young generation of the calling thread. V8 reads its limit only from the process's command line, but reads
 * the growth factor at each growth. The factor applies to all threads, so new threads begin with a sufficient size.
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
    // The young generation does not shrink by itself. It is shrunk only after many connections, because shrinking also
    // discards compiled code.
    if (idleLooks >= IDLE_LOOKS && !isCrowded) {
      if (isAfterCrowd && bytes > 2 * HALF_MB * BYTES_PER_MB) collect();
      isAfterCrowd = false;
    }
    if (wanted === growth) return;
    growth = wanted;
    setFlags(`--semi-space-growth-factor=${growth}`);
  }, LOOK_EVERY_MS);
}
