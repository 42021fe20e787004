/** Handles `FilterLogEvents`, `GetLogEvents` and `TestMetricFilter` (CloudWatch Logs API reference). */
import type { CallInput } from '@gatewright/aws/call-input';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { KeptFeed } from '../../kernel/kept-feed.ts';
import type { LogLine } from '../../kernel/service.ts';
import { invalidParameter } from './error.ts';
import { FROM_ZERO, STREAM_NAME, readGroup } from './input.ts';
import { comparePositions, eventIdOf, eventsOf, visitEvents } from './kept-events.ts';
import type { LogEvent, Position } from './kept-events.ts';
import { EVENT_BYTES } from './log-groups.ts';
import type { LogGroupBook } from './log-groups.ts';
import { InvalidPattern } from './pattern/pattern-text.ts';
import { readExtractingPattern } from './pattern/read-pattern.ts';

type At = { readonly lines: KeptFeed<LogLine>; readonly groups: LogGroupBook };

const MAX_EVENTS = 10_000;
const MAX_STREAMS = 100;
/** The maximum size of a reply, 1 MB. */
const MAX_REPLY_BYTES = 1024 * 1024;
const BEFORE_ALL: Position = { epochMs: -1, number: -1 };

/**
 * Finds events in pages. A page continues after the last returned event, so it also finds events that have arrived
 * since.
 */
export async function filterLogEvents(input: CallInput, { lines, groups }: At): Promise<UnknownMembers> {
  const group = readGroup(input);
  groups.require(group);
  const isOfStream = readStreams(input);
  const { matches } = readPattern(input.optionalText('filterPattern') ?? '');
  const limit = input.optionalInteger('limit', { least: 1, most: MAX_EVENTS }) ?? MAX_EVENTS;
  const after = readToken(input.optionalText('nextToken'), '');
  const fromMs = Math.max(input.optionalInteger('startTime', FROM_ZERO) ?? 0, groups.oldestMs(group));
  const wanted = {
    isOfGroup: (name: string) => name === group,
    isOfStream,
    fromMs,
    toMs: input.optionalInteger('endTime', FROM_ZERO),
  };
  const found: LogEvent[] = [];
  await visitEvents(lines, wanted, (event) => {
    if ((after === undefined || comparePositions(event, after) > 0) && matches(event.message))
      found.push(event);
    return true;
  });
  const page = takePage(found.sort(comparePositions), limit);
  const last = page.at(-1);
  const events = page.map((event) => ({
    logStreamName: event.stream,
    timestamp: event.epochMs,
    message: event.message,
    ingestionTime: event.ingestedMs,
    eventId: eventIdOf(event),
  }));
  const isWhole = last === undefined || page.length === found.length;
  return { events, searchedLogStreams: [], ...(isWhole ? {} : { nextToken: printToken('', last) }) };
}

/** Returns events and the tokens for both directions. If there are no further events, the given token is returned. */
export function getLogEvents(input: CallInput, { lines, groups }: At): UnknownMembers {
  const group = readGroup(input);
  const stream = input.text('logStreamName', STREAM_NAME);
  groups.require(group, stream);
  const limit = input.optionalInteger('limit', { least: 1, most: MAX_EVENTS }) ?? MAX_EVENTS;
  const token = input.optionalText('nextToken');
  const endMs = input.optionalInteger('endTime', FROM_ZERO);
  const wanted = {
    isOfGroup: (name: string) => name === group,
    isOfStream: (name: string) => name === stream,
    fromMs: Math.max(input.optionalInteger('startTime', FROM_ZERO) ?? 0, groups.oldestMs(group)),
    // The end time of `GetLogEvents` is exclusive, but the end time of `FilterLogEvents` is inclusive.
    toMs: endMs === undefined ? undefined : endMs - 1,
  };
  const all = [...eventsOf(lines, wanted)].sort(comparePositions);
  const isBackward = token === undefined ? !input.flag('startFromHead') : token.startsWith('b/');
  const from = readToken(token, isBackward ? 'b/' : 'f/');
  const page = isBackward
    ? takePage(
        all.filter((event) => from === undefined || comparePositions(event, from) < 0).reverse(),
        limit,
      ).reverse()
    : takePage(
        all.filter((event) => from === undefined || comparePositions(event, from) > 0),
        limit,
      );
  const edge = from ?? BEFORE_ALL;
  return {
    events: page.map(({ epochMs, message, ingestedMs }) => ({
      timestamp: epochMs,
      message,
      ingestionTime: ingestedMs,
    })),
    nextForwardToken: printToken('f/', page.at(-1) ?? edge),
    nextBackwardToken: printToken('b/', page[0] ?? edge),
  };
}

function readStreams(input: CallInput): (stream: string) => boolean {
  const names = new Set(input.texts('logStreamNames', { most: MAX_STREAMS }));
  const prefix = input.optionalText('logStreamNamePrefix');
  if (prefix !== undefined && names.size > 0)
    throw invalidParameter('logStreamNamePrefix and logStreamNames are mutually exclusive parameters.');
  if (prefix !== undefined) return (stream) => stream.startsWith(prefix);
  return names.size === 0 ? () => true : (stream) => names.has(stream);
}

/** Tests a filter pattern on messages, with the values that it extracts. */
export function testMetricFilter(input: CallInput): UnknownMembers {
  const { matches, extract } = readPattern(input.optionalText('filterPattern') ?? '');
  return {
    matches: input
      .texts('logEventMessages')
      .flatMap((eventMessage, index) =>
        matches(eventMessage)
          ? [{ eventNumber: index + 1, eventMessage, extractedValues: extract(eventMessage) }]
          : [],
      ),
  };
}

function readPattern(source: string): ReturnType<typeof readExtractingPattern> {
  try {
    return readExtractingPattern(source);
  } catch (error) {
    if (error instanceof InvalidPattern) throw invalidParameter('Invalid filter pattern');
    throw error;
  }
}

function takePage(events: readonly LogEvent[], limit: number): LogEvent[] {
  let bytes = 0;
  const end = events.findIndex(({ message }, index) => {
    bytes += Buffer.byteLength(message) + EVENT_BYTES;
    return index >= limit || (index > 0 && bytes > MAX_REPLY_BYTES);
  });
  return events.slice(0, end === -1 ? undefined : end);
}

/**
 * The digits of a token of GetLogEvents, as AWS prints them. In the gateway, they are the time and the number of an
 * event.
 */
const TOKEN_DIGITS = { time: 20, number: 36 };

function printToken(direction: string, { epochMs, number }: Position): string {
  // Both numbers of BEFORE_ALL are -1, so 1 is added to every number.
  const time = String(epochMs + 1).padStart(TOKEN_DIGITS.time, '0');
  return `${direction}${time}${String(number + 1).padStart(TOKEN_DIGITS.number, '0')}`;
}

function readToken(token: string | undefined, direction: string): Position | undefined {
  if (token === undefined) return undefined;
  const digits = token.startsWith(direction) ? token.slice(direction.length) : '';
  const [, time, number] = /^(\d{20})(\d{36})$/.exec(digits) ?? [];
  if (time === undefined || number === undefined)
    throw invalidParameter('The specified nextToken is invalid.');
  return { epochMs: Number(time) - 1, number: Number(number) - 1 };
}
