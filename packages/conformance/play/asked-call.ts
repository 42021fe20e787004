/** Reads the responses of calls that create and remove the stack of a case. */
import { setTimeout as delay } from 'node:timers/promises';
import { show } from './compare.ts';
import type { ControlReply } from '../schema/control-case.ts';
import type { JsonObject } from '../schema/parity-case.ts';

const POLL_MS = 250;

/** @throws Error if the call was refused */
export function bodyOf(call: string, { body, error }: ControlReply): JsonObject {
  if (error !== undefined) throw new Error(`${call} failed: ${error.code} ${show(error.message)}`);
  return body;
}

/**
 * Repeats a call until it has a result.
 * @param late what the error says if there is no result before the deadline
 */
export async function repeatCall<Result>(
  ask: () => Promise<Result | undefined>,
  deadlineMs: number,
  late: string,
): Promise<Result> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const result = await ask();
    if (result !== undefined) return result;
    if (performance.now() > endMs) throw new Error(`${late} after ${deadlineMs / 1000} s`);
    await delay(POLL_MS);
  }
}

/** Returns the error, which also says what was left behind when the stack was removed because of it. */
export function withLeft(error: unknown, left: string | undefined): unknown {
  return left === undefined ? error : new Error(`${(error as Error).message}; ${left}`, { cause: error });
}
