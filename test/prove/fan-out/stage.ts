/** A stage of the proof: what it waits for, its time limit, and how far it has come when the limit is reached. */

/**
 * Waits for the work.
 * @throws Error at the time limit. The work is not stopped; it ends when the clients are closed.
 */
export async function within<T>(
  what: string,
  limitMs: number,
  work: Promise<T>,
  howFar: () => string = () => '',
): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(tooLate(what, limitMs, howFar())), limitMs);
  // If the limit is reached first, nothing handles a later error of the work, so it is ignored here.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const LOOK_EVERY_MS = 20;

/**
 * Waits for the condition, and returns the time until it was true.
 * @throws Error if it does not become true within `limitMs`
 */
export async function until(
  what: string,
  limitMs: number,
  holds: () => boolean,
  howFar: () => string = () => '',
): Promise<number> {
  const startedMs = performance.now();
  while (!holds()) {
    if (performance.now() - startedMs > limitMs) throw tooLate(what, limitMs, howFar());
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return Math.round(performance.now() - startedMs);
}

function tooLate(what: string, limitMs: number, howFar: string): Error {
  return new Error(`${what}: not within ${limitMs / 1_000} s${howFar === '' ? '' : `; ${howFar}`}`);
}
