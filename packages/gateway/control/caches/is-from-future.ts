/** Longer than a request waits between its arrival and its cache lookup. */
const SLACK_MS = 60_000;

/**
 * Whether the clock was set back after an entry was stored, as after a replay at tomorrow's time. Otherwise
 * the entry's time to live would keep it until then.
 */
export function isFromFuture(putAtEpochMs: number | undefined, nowEpochMs: number): boolean {
  return putAtEpochMs !== undefined && putAtEpochMs > nowEpochMs + SLACK_MS;
}
