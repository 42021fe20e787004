/** Waits until a started server listens, times one request to it, or polls until its response changes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from '../targets.ts';

const DEADLINE_MS = 60_000;
export const POLL_MS = 10_000;
const LISTEN_EVERY_MS = 50;
/** Interval between two polls. It is so short that the wait does not distort the measurement. */
const ASK_EVERY_MS = 8;

/** Time limit of one request, because some servers never respond to a request that arrives during a save. */
const PATIENCE_MS = 1_000;

type Answer = { readonly body: string; readonly ms: number };

/**
 * Waits until the server sends any response. The request is the first that the server receives, and it runs no
 * function.
 */
export async function untilListening({ process: child }: Running, url: string): Promise<void> {
  const untilMs = performance.now() + DEADLINE_MS;
  while (performance.now() < untilMs) {
    if (child.exitCode !== null) throw new Error(`the server process ended with exit code ${child.exitCode}`);
    try {
      await (await fetch(url)).text();
      return;
    } catch {
      await delay(LISTEN_EVERY_MS);
    }
  }
  throw new Error(`no server is listening at ${url}`);
}

/**
 * Sends a request.
 * @throws Error if the status is not 200
 */
export async function ask(url: string, limitMs = DEADLINE_MS): Promise<Answer> {
  const fromMs = performance.now();
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${body.slice(0, 500)}`);
  return { body, ms: performance.now() - fromMs };
}

/**
 * Returns the milliseconds from now until the end of the first response whose body is `wanted`, or Infinity if no such
 * response arrives. Failed requests are ignored.
 */
export async function untilBody(url: string, wanted: string): Promise<number> {
  const fromMs = performance.now();
  while (performance.now() - fromMs < POLL_MS) {
    const answer = await ask(url, PATIENCE_MS).catch(() => undefined);
    if (answer?.body === wanted) return performance.now() - fromMs;
    await delay(ASK_EVERY_MS);
  }
  return Infinity;
}
