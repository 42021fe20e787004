/** The tolerance, which is longer than the time between a request's arrival and its cache lookup. */
const SLACK_MS = 60_000;

/**
 * Returns whether the clock was set back after an entry was stored, for example after a replay at tomorrow's time.
 * Without this check, the entry would stay until its time to live ends at that later time.
 */
export function isFromFuture(putAtEpochMs: number | undefined, nowEpochMs: number): boolean {
  return putAtEpochMs !== undefined && putAtEpochMs > nowEpochMs + SLACK_MS;
}
