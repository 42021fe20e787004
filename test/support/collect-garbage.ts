/** Runs V8's garbage collection without a flag on the command line, for tests of what stays in memory. */
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export async function collectGarbage(): Promise<void> {
  // A WeakRef keeps its target until the current turn of the event loop ends.
  await turn();
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
