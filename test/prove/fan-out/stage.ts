/** A stage of the proof: what it waits for, how long at most, and how far it has come when that is over. */

/** @throws Error that says so; what continues meanwhile is left to whoever closes the clients */
export async function within<T>(
  what: string,
  limitMs: number,
  work: Promise<T>,
  howFar: () => string = () => '',
): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(tooLate(what, limitMs, howFar())), limitMs);
  // Lost against the limit, nobody is left to hear it.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const LOOK_EVERY_MS = 20;

/**
 * The time until the condition was true.
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
