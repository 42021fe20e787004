/** `PutLogEvents` (CloudWatch Logs API reference). */
import { asText, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { KeptFeed } from '../../kernel/kept-feed.ts';
import type { LogLine } from '../../kernel/service.ts';
import { invalidParameter } from './error.ts';
import type { CallInput } from './input.ts';
import { EVENT_BYTES } from './log-groups.ts';
import type { LogGroupBook } from './log-groups.ts';

const MAX_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1_048_576;
const DAY_MS = 86_400_000;
const OLDEST_MS = 14 * DAY_MS;
const NEWEST_MS = 2 * 3_600_000;

type Sent = { readonly timestamp: number; readonly message: string };

export function putLogEvents(
  input: CallInput,
  {
    lines,
    groups,
    nowMs,
  }: { readonly lines: KeptFeed<LogLine>; readonly groups: LogGroupBook; readonly nowMs: number },
): UnknownMembers {
  const group = input.groupName('logGroupName');
  const stream = input.streamName('logStreamName');
  const events = readEvents(input);
  groups.require(group, stream);
  const expiredMs = groups.oldestMs(group);
  const isAccepted = ({ timestamp }: Sent): boolean =>
    timestamp <= nowMs + NEWEST_MS && timestamp >= Math.max(nowMs - OLDEST_MS, expiredMs);
  for (const event of events)
    if (isAccepted(event))
      lines.publish({ group, stream, text: event.message, epochMs: event.timestamp, ingestedMs: nowMs });
  const rejected = rejectedOf(events, nowMs, expiredMs);
  // AWS ignores the token, and still gives one.
  return {
    nextSequenceToken: String(nowMs).padStart(56, '0'),
    ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
  };
}

function readEvents(input: CallInput): readonly Sent[] {
  const list = input.list('logEvents');
  if (list.length === 0 || list.length > MAX_EVENTS)
    throw invalidParameter(
      `1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length between 1 and ${MAX_EVENTS}`,
    );
  const events = list.map((item) => {
    const { timestamp, message } = membersOf(item);
    const text = asText(message);
    if (typeof timestamp !== 'number' || !(timestamp >= 0) || text === undefined || text === '')
      throw invalidParameter(
        'Each log event has a timestamp in milliseconds and a message that is not empty.',
      );
    return { timestamp: Math.trunc(timestamp), message: text };
  });
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + EVENT_BYTES, 0);
  if (bytes > MAX_BATCH_BYTES)
    throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0)))
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  if ((events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0) > DAY_MS)
    throw invalidParameter(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
  return events;
}

/** In time order, so the rejected ones are the first and the last. */
function rejectedOf(events: readonly Sent[], nowMs: number, expiredMs: number): UnknownMembers {
  const tooNew = events.findIndex(({ timestamp }) => timestamp > nowMs + NEWEST_MS);
  const tooOld = events.filter(({ timestamp }) => timestamp < nowMs - OLDEST_MS).length;
  const expired = events.filter(({ timestamp }) => timestamp < expiredMs).length;
  return {
    ...(tooNew !== -1 && { tooNewLogEventStartIndex: tooNew }),
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
  };
}
