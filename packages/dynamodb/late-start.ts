/** How long the thread may take until it listens, and what is said when it has not. */
import { availableParallelism, loadavg } from 'node:os';

/** Processes that want to run, and the cores that there are for them. */
type Load = { readonly waiting: number; readonly cores: number };

/** On a machine that does nothing else it takes a fraction of a second. */
const USUAL_LIMIT_MS = 20_000;
const LONGEST_LIMIT_MS = 120_000;
const SHOWN_LINES = 5;

/** Of the last minute; Windows says 0. */
export function readLoad(): Load {
  return { waiting: loadavg()[0] ?? 0, cores: availableParallelism() };
}

/** The more processes share a core, the longer each of them takes. */
export function startLimitMs({ waiting, cores }: Load): number {
  return Math.min(LONGEST_LIMIT_MS, Math.round(USUAL_LIMIT_MS * Math.max(1, waiting / cores)));
}

export function describeLateStart(limitMs: number, load: Load, output: string): string {
  const { waiting, cores } = load;
  const isBusy = waiting > cores;
  const reason = isBusy
    ? `this machine is busy (a load of ${waiting.toFixed(1)} on ${cores} cores), so that it may only be slow: start again with less beside it`
    : 'nothing says why: start again, and with --data look whether its disk is slow or full';
  const lines = output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
  return (
    `the embedded DynamoDB did not start in ${Math.round(limitMs / 1000)} s; ${reason}. ` +
    'Or take one that runs elsewhere, as DynamoDB Local: --dynamodb http://127.0.0.1:8000' +
    (lines === '' ? '' : `\nThe last that it printed:\n${lines}`)
  );
}
