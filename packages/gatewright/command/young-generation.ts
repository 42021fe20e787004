/**
 * How much of the process may be objects that were made a moment ago, most of which nobody needs any more. V8 would let these
 * take 128 MB under load, and no request is faster for more than a quarter of it.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const BYTES_PER_MB = 1024 * 1024;
/** Half of a young generation: what lives is copied from one half to the other. */
const HALF_MB = 16;
/** Of a thread that begins; it takes what it uses. */
const THREAD_HALF_MB = 8;
const LOOK_EVERY_MS = 250;
/** V8 doubles a young generation of which enough has stayed alive. */
const USUAL_GROWTH = 2;
const NO_GROWTH = 1;

type Surroundings = {
  /** What a user has told V8. */
  readonly told: string;
  readonly youngBytes: () => number;
  readonly setFlags: (flags: string) => void;
  readonly every: (run: () => void, ms: number) => void;
};

const OWN: Surroundings = {
  told: [...process.execArgv, process.env['NODE_OPTIONS']].join(' '),
  youngBytes: () =>
    getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0,
  setFlags: setFlagsFromString,
  every: (run, ms) => void setInterval(run, ms).unref(),
};

/**
 * Of the calling thread: its limit can be told to V8 by the process's command line alone, but whether it grows is asked at
 * each growth. Whether it grows is one answer for all threads, so those that start from now on begin with enough.
 */
export function holdYoungGeneration({ told, youngBytes, setFlags, every }: Surroundings = OWN): void {
  if (/semi[-_]space/.test(told)) return;
  setFlags(`--min-semi-space-size=${THREAD_HALF_MB}`);
  let growth = USUAL_GROWTH;
  every(() => {
    const wanted = youngBytes() < 2 * HALF_MB * BYTES_PER_MB ? USUAL_GROWTH : NO_GROWTH;
    if (wanted === growth) return;
    growth = wanted;
    setFlags(`--semi-space-growth-factor=${growth}`);
  }, LOOK_EVERY_MS);
}
