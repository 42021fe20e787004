import { showControls } from '@gatewright/aws/text/visible-text';
import { FULL_RECORDS_PER_SECOND } from '../../../gateway/console/records/sampling.ts';
import { pairHeaders } from '../../../gateway/console/records/model.ts';
import { colorize, table } from '../../../base/terminal/output.ts';
import type { RecordState, RequestDetail, RequestRow } from '../../../gateway/engine/index.ts';

/** The number of characters at the beginning of a request id that are enough to identify the request. */
const ID_LENGTH = 8;

export function rowsToLines(rows: readonly RequestRow[]): string[] {
  return table(rows.map(cellsOf)).map((line, index) => colour(line, rows[index]?.status ?? 0));
}

function cellsOf(row: RequestRow): readonly string[] {
  const { id, atEpochMs, status, tookMs, method, target, caller, code, phase, notes } = row;
  const reasons = [...(code === undefined ? [phase] : []), ...notes];
  return [
    id.slice(0, ID_LENGTH),
    new Date(atEpochMs).toISOString().slice(11, 23),
    // An event has no status.
    status === 0 ? '-' : String(status),
    `${tookMs.toFixed(1)} ms`,
    method,
    target,
    reasons.join(', '),
    caller ?? '-',
  ];
}

/** Returns a note that not all requests were recorded; undefined if all requests were recorded. */
export function describeSampling({ sampled, notKept }: RecordState): string | undefined {
  if (notKept === 0) return undefined;
  const what =
    sampled === undefined
      ? `${notKept.toLocaleString('en-US')} ordinary successful requests above ${FULL_RECORDS_PER_SECOND} a second were counted, but not recorded`
      : `Ordinary successful requests: ${sampled.text}; refusals, errors, slow requests and messages are all recorded`;
  return `${what}; \`gatewright start --record-all\` records all.`;
}

function colour(line: string, status: number): string {
  if (status >= 500 && status < 600) return colorize('red', line);
  return status >= 400 && status < 500 ? colorize('yellow', line) : line;
}

/**
 * Returns the explanation of a request as text, with its outcome, reasons and changes. Control characters in strings of
 * the request are made harmless for the terminal.
 */
export function printStory(detail: RequestDetail, withPhases: boolean): string[] {
  const { id, atEpochMs, tookMs, story, phases, passedOver } = detail;
  const { headline, sentences, changes } = story;
  return [
    colorize('bold', showControls(headline)),
    `${new Date(atEpochMs).toISOString()}, ${tookMs.toFixed(1)} ms, request ${id}`,
    '',
    ...sentences.flatMap((text) => showLines(text)),
    ...(withPhases
      ? [
          '',
          ...table(
            phases.map(({ name, beginMs, endMs, decided }) => [
              name,
              `${(endMs - beginMs).toFixed(1)} ms`,
              decided,
            ]),
          ),
        ]
      : []),
    ...(changes.length === 0
      ? []
      : [
          '',
          colorize('bold', 'To change the outcome'),
          ...changes.flatMap((change) => showLines(change).map((line) => `  ${line}`)),
        ]),
    ...(passedOver === undefined ? [] : ['', describePassedOver(passedOver)]),
  ];
}

/** `last` means a request to the user's API. A request to a webhook route or to the admin API can be newer. */
function describePassedOver({ method, target, status, id }: RequestRow): string {
  return `A newer request went to Gatewright's own stack: ${method} ${showControls(target)} got ${status} (gatewright explain ${id}).`;
}

/**
 * Splits a message into lines, because messages of functions and of AWS may have several lines. Every line except the
 * first is indented.
 */
function showLines(text: string): string[] {
  const [first = '', ...others] = text.replaceAll('\t', '  ').trimEnd().split(/\r?\n/);
  return [showControls(first), ...others.map((line) => `  ${showControls(line)}`)];
}

/** Returns the differences between two requests as lines that begin with - or +. */
export function diffDetails(one: RequestDetail, other: RequestDetail): string[] {
  const pairs: (readonly [string, string, string])[] = [
    ['status', String(one.status), String(other.status)],
    ['phase', one.phase, other.phase],
    ['reason', one.failure ?? 'none', other.failure ?? 'none'],
    ['route', one.routeKey ?? 'none', other.routeKey ?? 'none'],
    ['caller', one.caller ?? 'anonymous', other.caller ?? 'anonymous'],
    ...pairHeaders(one.reply.headers, other.reply.headers).map(
      ([name, before = 'none', after = 'none']) => [name, before, after] as const,
    ),
  ];
  const heads = pairs
    .filter(([, before, after]) => before !== after)
    .flatMap(([name, before, after]) => [removed(`${name}: ${before}`), added(`${name}: ${after}`)]);
  const body = diffLines(one.reply.body?.text ?? '', other.reply.body?.text ?? '');
  const lines = [...heads, ...(body.length === 0 ? [] : ['  body', ...body])];
  return lines.length === 0 ? ['The replies are the same.'] : lines;
}

/** Compares two strings line by line. Common lines at the start and at the end are omitted. */
function diffLines(one: string, other: string): string[] {
  const before = one.split('\n');
  const after = other.split('\n');
  let same = 0;
  while (same < Math.min(before.length, after.length) && before[same] === after[same]) same += 1;
  let tail = 0;
  while (
    tail < Math.min(before.length, after.length) - same &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail += 1;
  return [
    ...before.slice(same, before.length - tail).map((line) => removed(line)),
    ...after.slice(same, after.length - tail).map((line) => added(line)),
  ];
}

function removed(text: string): string {
  return colorize('red', `- ${showControls(text)}`);
}

function added(text: string): string {
  return colorize('green', `+ ${showControls(text)}`);
}
