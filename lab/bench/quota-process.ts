/**
 * One of the processes that share a quota. It reports `ready`, waits for a message, and requests units without pause
 * until one is refused. Then it sends requests at a steady pace, and reports its results.
 */
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { openLimiter } from './quota-limiters.ts';
import type { Answer, Calls, QuotaRun } from './quota-limiters.ts';

export type QuotaOrder = QuotaRun & {
  /** Number of requests after the first refusal; one is sent every `paceMs`. */
  readonly afterwards: number;
  readonly paceMs: number;
};

export type QuotaReport = {
  readonly admitted: number;
  readonly refused: number;
  readonly failed: number;
  readonly calls: Calls;
  /** How long each admitted request waited for the limiter. */
  readonly admittedMs: Float64Array;
};

/**
 * Maximum number of failed requests. A store that does not respond must end the run instead of filling it with
 * failures.
 */
const MAX_FAILED = 100;

async function ask(order: QuotaOrder): Promise<QuotaReport> {
  const limiter = openLimiter(order);
  const counts: Record<Answer, number> = { admitted: 0, refused: 0, failed: 0 };
  const admittedMs: number[] = [];
  const askOnce = async (): Promise<Answer> => {
    const startedMs = performance.now();
    const answer = await limiter.ask();
    const tookMs = performance.now() - startedMs;
    if (answer === 'admitted') admittedMs.push(tookMs);
    counts[answer] += 1;
    if (counts.failed > MAX_FAILED)
      throw new Error(`${counts.failed} calls to the table failed, so the run was stopped`);
    return answer;
  };
  // Waits for a turn of the event loop between requests, because real requests arrive through a socket.
  while ((await askOnce()) !== 'refused') await nextTurn();
  const startedMs = performance.now();
  for (let request = 1; request <= order.afterwards; request += 1) {
    await askOnce();
    const aheadMs = startedMs + request * order.paceMs - performance.now();
    if (aheadMs > 0) await wait(aheadMs);
  }
  await limiter.finish();
  return { ...counts, calls: limiter.calls, admittedMs: Float64Array.from(admittedMs) };
}

process.once('message', (order: QuotaOrder) => {
  ask(order).then(
    (report) => process.send?.(report, () => process.disconnect()),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
