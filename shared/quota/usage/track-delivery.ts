/** Charges delivered lines of access logs. Returns the metrics and the response. */
import { readAccessLine } from './access-log-line.ts';
import type { LineRules } from './access-log-line.ts';
import { readLogDelivery } from './lambda-log-delivery.ts';
import type { FirehoseReply } from './lambda-log-delivery.ts';
import { describeWaiting } from './track-usage.ts';
import type { UsageTracker } from './track-usage.ts';

type TrackedDelivery = {
  /** Counts by metric name. */
  readonly counts: Readonly<Record<string, number>>;
  /** Timestamp of the newest request; undefined if there is no request. */
  readonly newestEpochMs: number | undefined;
  /** Waiting requests and the reasons, for the log; undefined if no request is waiting. */
  readonly waiting: string | undefined;
  /**
   * Returns the response to the delivery.
   * @throws DomainError USAGE_WAITING if some lines from CloudWatch Logs are waiting. The delivery must then be
   * repeated; all other lines are charged. For Firehose, the records with waiting lines are marked as failed instead.
   */
  readonly reply: () => FirehoseReply | undefined;
};

/**
 * Charges the lines of a delivery.
 * @throws DomainError EVENT_MALFORMED if the event is not a delivery of log lines; STORE_UNAVAILABLE if some requests
 * could not be charged. The delivery must then be repeated, even though other requests may have been charged.
 */
export async function trackDelivery(
  event: unknown,
  tracker: UsageTracker,
  rules: LineRules,
): Promise<TrackedDelivery> {
  const { lines: delivered, reply } = readLogDelivery(event);
  const lines = delivered.map((line) => ({
    line,
    reading: readAccessLine(line.message, line.timestampEpochMs, rules),
  }));
  const counted = lines.flatMap(({ line, reading }) =>
    reading.kind === 'counted' ? [{ line, request: reading.request }] : [],
  );
  const { charged, seen, unchargeable, waiting } = await tracker.track(counted.map(({ request }) => request));
  const waitingIds = new Set(waiting.map(({ requestId }) => requestId));
  const late = counted.filter(({ request }) => waitingIds.has(request.requestId)).map(({ line }) => line);
  const countOf = (kind: 'uncounted' | 'malformed') =>
    lines.filter(({ reading }) => reading.kind === kind).length;
  return {
    counts: {
      UsageCharged: charged,
      UsageSeen: seen,
      UsageUnchargeable: unchargeable,
      UsageWaiting: late.length,
      UsageUncounted: countOf('uncounted'),
      UsageMalformed: countOf('malformed'),
    },
    newestEpochMs:
      counted.length === 0
        ? undefined
        : counted.reduce((newest, { request }) => Math.max(newest, request.atEpochMs), -Infinity),
    waiting: waiting.length === 0 ? undefined : describeWaiting(waiting),
    reply: () => reply(new Set(late)),
  };
}
