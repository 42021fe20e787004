/** Longer than a request waits between its arrival and its look into a cache. */
const SLACK_MS = 60_000;

/**
 * Whether the clock went back since an entry was put, as it does after a replay of tomorrow. The time to live would
 * keep such an entry until then.
 */
export function isFromLater(putAtEpochMs: number | undefined, nowEpochMs: number): boolean {
  return putAtEpochMs !== undefined && putAtEpochMs > nowEpochMs + SLACK_MS;
}
