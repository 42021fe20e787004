/** Runs one target for some time, with inputs that depend only on the seed. */
import { diceOf, mutate } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

export type Crash = { readonly target: string; readonly input: string; readonly reason: string };

type FuzzRun = { readonly inputs: number; readonly crashes: readonly Crash[] };

/** No input of 200,000 characters may block the event loop for longer than this, even on a machine with other work. */
const SLOW_MS = 10_000;
const SHORTEN_WITHIN_MS = 5_000;
/** A broken target crashes on most inputs, so only the first crashes are reported. */
const MAX_CRASHES = 3;

/** Ends after this number of inputs or milliseconds, whichever comes first. */
export async function runTarget(
  target: FuzzTarget,
  seed: number,
  bounds: { readonly inputs: number; readonly ms: number },
): Promise<FuzzRun> {
  const dice = diceOf(seed);
  const crashes: Crash[] = [];
  const untilMs = performance.now() + bounds.ms;
  let inputs = 0;
  while (inputs < bounds.inputs && crashes.length < MAX_CRASHES && performance.now() < untilMs) {
    const input = target.make?.(dice) ?? mutate(dice, target.seeds, target.words);
    inputs += 1;
    const reason = await tryInput(target, input);
    if (reason !== undefined)
      crashes.push({ target: target.name, ...(await shorten(target, input, reason)) });
  }
  return { inputs, crashes };
}

/** Returns the reason why an input counts as a crash, or undefined if it does not. */
export async function tryInput(target: FuzzTarget, input: string): Promise<string | undefined> {
  const startedMs = performance.now();
  try {
    await target.run(input);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message.slice(0, 300)}` : String(error);
  }
  const tookMs = performance.now() - startedMs;
  return tookMs > (target.slowMs ?? SLOW_MS) ? `took ${Math.round(tookMs)} ms` : undefined;
}

/** Removes the parts that are not needed for the crash: first halves, then quarters, and so on. */
async function shorten(
  target: FuzzTarget,
  input: string,
  reason: string,
): Promise<{ readonly input: string; readonly reason: string }> {
  let shortest = { input, reason };
  const untilMs = performance.now() + SHORTEN_WITHIN_MS;
  for (let size = input.length >> 1; size > 0; size >>= 1) {
    for (let from = 0; from < shortest.input.length && performance.now() < untilMs; from += size) {
      const without = shortest.input.slice(0, from) + shortest.input.slice(from + size);
      const still = await tryInput(target, without);
      if (still === undefined) continue;
      shortest = { input: without, reason: still };
      from -= size;
    }
  }
  return shortest;
}
