/** Requests to a server that has been started: until it listens, one on the clock, and until an answer is another. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from '../targets.ts';

const DEADLINE_MS = 60_000;
export const POLL_MS = 10_000;
const LISTEN_EVERY_MS = 50;
/** Often enough that the wait for the next question is no part of what is measured. */
const ASK_EVERY_MS = 8;

/** Some servers never answer a request that meets a save. */
const PATIENCE_MS = 1_000;

type Answer = { readonly body: string; readonly ms: number };

/** Any answer will do; it is the first request that a server meets, and no function runs for it. */
export async function untilListening({ process: child }: Running, url: string): Promise<void> {
  const untilMs = performance.now() + DEADLINE_MS;
  while (performance.now() < untilMs) {
    if (child.exitCode !== null) throw new Error(`ended with exit code ${child.exitCode}`);
    try {
      await (await fetch(url)).text();
      return;
    } catch {
      await delay(LISTEN_EVERY_MS);
    }
  }
  throw new Error(`no server is listening at ${url}`);
}

/** @throws Error for another status than 200 */
export async function ask(url: string, limitMs = DEADLINE_MS): Promise<Answer> {
  const fromMs = performance.now();
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${body.slice(0, 500)}`);
  return { body, ms: performance.now() - fromMs };
}

/** From now to the end of the first answer that is `wanted`, Infinity without one; answers that fail meanwhile are none. */
export async function untilBody(url: string, wanted: string): Promise<number> {
  const fromMs = performance.now();
  while (performance.now() - fromMs < POLL_MS) {
    const answer = await ask(url, PATIENCE_MS).catch(() => undefined);
    if (answer?.body === wanted) return performance.now() - fromMs;
    await delay(ASK_EVERY_MS);
  }
  return Infinity;
}
