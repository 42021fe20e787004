/** What a start has used and no longer needs goes back to the system once the gateway has nothing to do. */
import { performance } from 'node:perf_hooks';
import type { EventLoopUtilization } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A collection of all there is stops the thread for some tens of milliseconds: nobody may be waiting. */
const LOOK_EVERY_MS = 1_000;
const IDLE_BELOW = 0.03;
/**
 * Of starts alone: this collection throws compiled code away as well, and who has been asked for five seconds would answer a
 * tenth slower for the seconds after it.
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
  collect() {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as Collect;
    setFlagsFromString('--no-expose-gc');
    collect({ type: 'major', flavor: 'last-resort' });
  },
};

/** Once, in the first second in which next to nothing happens. */
export function releaseWhenIdle({ utilization, later, collect }: Surroundings = OWN, looks = LOOKS): void {
  const before = utilization();
  later(() => {
    if (utilization(before).utilization < IDLE_BELOW) collect();
    else if (looks > 1) releaseWhenIdle({ utilization, later, collect }, looks - 1);
  }, LOOK_EVERY_MS);
}
