/** Events of log groups: the kept lines as CloudWatch Logs numbers and shows them. */
import type { KeptFeed } from '../../kernel/kept-feed.ts';
import type { LogLine } from '../../kernel/service.ts';

/** AWS orders events by time; of the same millisecond the earlier written comes first. */
export type Position = { readonly epochMs: number; readonly number: number };

export type LogEvent = Position & {
  readonly group: string;
  readonly stream: string;
  readonly message: string;
  readonly ingestedMs: number;
};

export type Wanted = {
  readonly isOfGroup: (group: string) => boolean;
  readonly isOfStream?: (stream: string) => boolean;
  readonly fromMs?: number | undefined;
  /** The end of the range, inclusive. */
  readonly toMs?: number | undefined;
};

/** Stream of the gateway's own lines, as in the events of subscriptions. */
const OWN_STREAM = 'gatewright';
/** The time of one turn of the event loop, so that other requests do not wait longer. */
const SLICE_MS = 8;
/** How many lines are read between two looks at the clock. */
const LINES_PER_LOOK = 200;

/** Runs without interruption; for tests that read only names and times. */
export function* eventsOf(lines: KeptFeed<LogLine>, wanted: Wanted): Generator<LogEvent, undefined> {
  const { isOfGroup, isOfStream = () => true, fromMs = -Infinity, toMs = Infinity } = wanted;
  for (const { number, item } of lines.kept()) {
    const { group, stream = OWN_STREAM, epochMs } = item;
    if (epochMs < fromMs || epochMs > toMs || !isOfGroup(group) || !isOfStream(stream)) continue;
    yield {
      number,
      group,
      stream,
      epochMs,
      message: `${item.prefix ?? ''}${item.text}`,
      ingestedMs: item.ingestedMs ?? epochMs,
    };
  }
}

/**
 * Lets other code run in between; for tests of whole messages.
 * @param visit false ends it
 */
export async function visitEvents(
  lines: KeptFeed<LogLine>,
  wanted: Wanted,
  visit: (event: LogEvent) => boolean,
): Promise<void> {
  let since = performance.now();
  let seen = 0;
  for (const event of eventsOf(lines, wanted)) {
    if (!visit(event)) return;
    seen += 1;
    if (seen % LINES_PER_LOOK !== 0 || performance.now() - since < SLICE_MS) continue;
    await new Promise(setImmediate);
    since = performance.now();
  }
}

export function comparePositions(one: Position, other: Position): number {
  return one.epochMs - other.epochMs || one.number - other.number;
}

/** An id of 56 digits, like AWS's ids. */
export function eventIdOf({ epochMs, number }: Position): string {
  return `${epochMs}${String(number).padStart(12, '0')}`.padStart(56, '0');
}
