/**
 * Measures how much a program does by counting how often its functions and blocks run, so the result does not depend on
 * how busy the machine is.
 */
import { Session } from 'node:inspector';
import type { Profiler } from 'node:inspector';

type CountedWork = {
  /** The number of executions of functions and of blocks within them; each iteration of a loop counts as one. */
  readonly steps: number;
  /** The functions that ran most often, such as `packages/gateway/control/metering/key-ring.ts holderOf`. */
  readonly most: readonly string[];
};

const ROOT = new URL('../..', import.meta.url).href;
const OURS = /^(gateway|shared|packages)\//;
const NAMED = 5;

const session = new Session();
session.connect();
session.post('Profiler.enable');
// This must happen before any of our own code runs, because code that was compiled without counters has none.
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

/**
 * The work of this repository's code in this thread. Import this file before the code that should be counted, in a
 * process of its own (test/batches.ts).
 */
export async function countWork(run: () => Promise<unknown>): Promise<CountedWork> {
  takeCounts();
  await run();
  const pieces = new Map<string, number>();
  for (const { url, functions } of takeCounts()) {
    const path = url.startsWith(ROOT) ? url.slice(ROOT.length) : '';
    if (!OURS.test(path)) continue;
    for (const { functionName, ranges } of functions) {
      const piece = `${path} ${functionName}`;
      pieces.set(piece, (pieces.get(piece) ?? 0) + ranges.reduce((sum, { count }) => sum + count, 0));
    }
  }
  return {
    steps: [...pieces.values()].reduce((sum, steps) => sum + steps, 0),
    most: [...pieces]
      .sort(([, one], [, other]) => other - one)
      .slice(0, NAMED)
      .map(([piece, steps]) => `${piece}: ${steps}`),
  };
}

/** The counts since they were last read. */
function takeCounts(): readonly Profiler.ScriptCoverage[] {
  let taken: readonly Profiler.ScriptCoverage[] = [];
  // The inspector answers before `post` returns, because it runs in this thread.
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error !== null) throw error;
    taken = result;
  });
  return taken;
}
