/** Presents the stored lines as events of log groups. The events are numbered, as in CloudWatch Logs. */
import type { KeptFeed } from '../../kernel/kept-feed.ts';
import type { LogLine } from '../../kernel/service.ts';

/**
 * The position of an event. AWS orders events by time. Events of the same millisecond are ordered by when they were
 * written.
 */
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

/** The log stream of the gateway's own lines, as in the events of subscriptions. */
export const OWN_STREAM = 'gatewright';
/**
 * The maximum time in milliseconds that a search may take in one turn of the event loop, so that other requests do not
 * have to wait longer.
 */
const SLICE_MS = 8;
/** The number of lines between two checks of the time. */
const LINES_PER_LOOK = 200;

/** Iterates over events without interruption. This method is for filters that read only names and times. */
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
 * Visits events, and lets other code run in between. This method is for filters that read whole messages.
 * @param visit returns false to end the visit
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

/** Returns an event id of 56 digits, like AWS's ids. */
export function eventIdOf({ epochMs, number }: Position): string {
  return `${epochMs}${String(number).padStart(12, '0')}`.padStart(56, '0');
}
