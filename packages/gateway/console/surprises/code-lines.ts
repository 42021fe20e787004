/**
 * Finds the line of a function's code with the value that causes a surprise: the line that reads the member of the
 * event, or writes the member of the result. This table does not contain the kinds that find their line themselves.
 */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { asJsonObject, parseJson } from '@gatewright/aws/json-object';
import { findStatusLine, WRITES_BODY } from '../records/find-code-places.ts';
import { findLines } from '../records/handler-lines.ts';
import { READS_BODY } from '../records/misread-event.ts';
import type { HandlerText } from '../records/handler-lines.ts';
import { readsOf } from './member-reads.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { Told } from './surprise.ts';

type Patterns = (values: Told['values'], facts: SurpriseFacts) => readonly RegExp[];

/** Code may read a value in several lines: the first is named. A line that writes a result is named if it is unique. */
type Deciding = { readonly reads: Patterns } | { readonly returns: Patterns };

const RESULT = /\breturn\b|=>\s*(?:\(\s*\{|['"`[])/;
const HEADERS = [/['"]?\bheaders['"]?\s*[:=]/, RESULT];

const returns = (...patterns: readonly RegExp[]): Deciding => ({ returns: () => patterns });
const reads = (...patterns: readonly RegExp[]): Deciding => ({ reads: () => patterns });
const body = returns(...WRITES_BODY, RESULT);
const headerLine = (name: string): Deciding => returns(new RegExp(name, 'i'), ...HEADERS);

/** The headers that the values of a surprise name, as the code writes them. */
const namedHeaders: Deciding = {
  returns: (values) => [
    ...listIn(values, 'headers').map(
      (name) => new RegExp(`['"]?${escapeForRegExp(name)}['"]?\\s*[\\]:=,]`, 'i'),
    ),
    ...HEADERS,
  ],
};

/** Matches code that reads `member`. Code that reads one of the names in the values of the surprise comes first. */
const readsIn = (member: string, list: string, flags = ''): Deciding => ({
  reads: (values, { handler }) => [
    ...readsOf(member, listIn(values, list), handler?.text ?? '', flags),
    new RegExp(`\\b${member}\\b`),
  ],
});

/** The member that a function returned instead of statusCode, or else its result. */
const statusMember: Deciding = {
  returns: (_, { recorded: { outcome } }) => {
    const result = outcome?.kind === 'returned' ? asJsonObject(parseJson(outcome.payload)) : undefined;
    const names = Object.keys(result ?? {}).filter((name) => /^(?:status(?:_?code)?|code)$/i.test(name));
    return [...names.map((name) => new RegExp(`['"]?\\b${escapeForRegExp(name)}['"]?\\s*[:=]`)), RESULT];
  },
};

export const CODE_LINES: Readonly<Record<string, Deciding>> = {
  BASE_PATH_IN_EVENT: reads(/\b(?:path|rawPath)\b/),
  RAW_PATH_EMPTY: reads(/\brawPath\b/),
  REDIRECT_WITHOUT_STAGE: headerLine('\\blocation\\b'),
  BASE64_AS_TEXT: returns(/\bisBase64Encoded\b/, RESULT),
  REQUEST_BYTES_LOST: reads(READS_BODY),
  CORS_ORIGIN_NOT_ALLOWED: headerLine('access-control-allow-origin'),
  CORS_TWO_ORIGINS: headerLine('access-control-allow-origin'),
  CORS_ANY_WITH_CREDENTIALS: headerLine('access-control-allow-origin'),
  CORS_METHOD_NOT_ALLOWED: headerLine('access-control-allow-methods'),
  CORS_HEADER_NOT_ALLOWED: headerLine('access-control-allow-headers'),
  CORS_HEADER_NOT_EXPOSED: headerLine('access-control-expose-headers'),
  CORS_WITHOUT_VARY: headerLine('access-control-allow-origin'),
  CORS_HEADERS_DISCARDED: namedHeaders,
  HEADER_REMAPPED: namedHeaders,
  HEADER_DROPPED: namedHeaders,
  HEADER_IN_BOTH_MAPS: returns(/\bmultiValueHeaders\b/, RESULT),
  REQUEST_HEADER_DROPPED: readsIn('headers', 'headers', 'i'),
  QUERY_REPEATED: readsIn('queryStringParameters', 'parameters'),
  HEADER_REPEATED: readsIn('headers', 'headers', 'i'),
  COOKIES_MOVED: reads(/\bheaders\b.*\bcookie\b/i, /\bcookies?\b/i),
  PLUS_AS_SPACE: readsIn('queryStringParameters', 'parameters'),
  PATH_DECODED: readsIn('pathParameters', 'parameters'),
  PATH_ENCODED: readsIn('pathParameters', 'parameters'),
  CLAIM_LIST_AS_TEXT: readsIn('claims', 'claims'),
  CONTEXT_AS_TEXT: readsIn('authorizer', 'names'),
  RESPONSE_INFERRED: statusMember,
  STATUS_BY_DEFAULT: statusMember,
  RESULT_EMPTY: returns(RESULT),
  RESULT_AS_BODY: returns(/\bstatusCode\b/, RESULT),
  PROXY_RESULT_AS_BODY: returns(/\bstatusCode\b/, RESULT),
  TEXT_AS_JSON: returns(RESULT),
  STREAM_WITHOUT_TYPE: reads(/\.write\s*\(|\bpipeline\s*\(|\.end\s*\(/),
  STREAM_WITHOUT_WRITE: reads(/\.end\s*\(/, /\bHttpResponseStream\b/),
  STREAM_COLLECTED: reads(/\bstreamifyResponse\b|\bstreamHandle\b/),
  STREAM_BUFFERED: reads(/\bstreamifyResponse\b|\bHttpResponseStream\b|\bevent-stream\b/),
  PROMISE_PENDING: reads(/\bnew Promise\b/, /=>/),
  VALUE_IGNORED: returns(RESULT),
  CONTENT_TYPE_BY_DEFAULT: returns(/['"]?\bheaders['"]?\s*[:=]/, ...WRITES_BODY, RESULT),
  BODY_DROPPED: body,
  BASE64_FLAG_MISSING: body,
  BODY_ENCODED_TWICE: returns(
    /\bstringify\s*\(.*\bstringify\s*\(|\bdumps\s*\(.*\bdumps\s*\(/,
    ...WRITES_BODY,
    RESULT,
  ),
  VALUE_WITHOUT_TEXT: body,
  BODY_NOT_COMPRESSED: headerLine('content-encoding'),
  BODY_EMPTY_AS_JSON: returns(/\bstatusCode\b/, RESULT),
  ERROR_BY_DEFAULT_RESPONSE: returns(/\b(?:throw|raise)\b/),
  SUCCESS_BY_PATTERN: returns(/\b(?:throw|raise)\b/),
};

/** Returns the file's name and the line; undefined if no function was called, or if the code leaves doubt. */
export function findCodeLine(code: string, told: Told, facts: SurpriseFacts): string | undefined {
  const deciding = Object.hasOwn(CODE_LINES, code) ? CODE_LINES[code] : undefined;
  const { handler, integration, isToolkit } = facts;
  if (deciding === undefined || handler === undefined || isToolkit) return undefined;
  if (integration === undefined || !('functionName' in integration)) return undefined;
  const said = [...told.because, ...told.changes].join('\n');
  if (said.includes(`${handler.file}:`)) return undefined;
  const isRead = 'reads' in deciding;
  const patterns = (isRead ? deciding.reads : deciding.returns)(told.values, facts);
  for (const text of [handler, ...(handler.modules ?? [])])
    for (const pattern of patterns) {
      const found = findLines(text, pattern);
      const [first] = isRead ? found : narrow(found, text, facts);
      if (first !== undefined) return first;
      if (found.length > 0) return undefined;
    }
  return undefined;
}

/** If several lines write the same member, returns the one whose response has this status or these texts. */
function narrow(
  found: readonly string[],
  handler: HandlerText,
  { recorded: { outcome, status } }: SurpriseFacts,
): readonly string[] {
  if (found.length < 2 || outcome?.kind !== 'returned') return found.slice(0, 1);
  const { status: own, statusCode = own } = asJsonObject(parseJson(outcome.payload)) ?? {};
  const line = findStatusLine(handler, Number(statusCode ?? status), outcome.payload);
  return line === undefined ? [] : [line];
}

function listIn(values: Told['values'], name: string): readonly string[] {
  const list = values[name];
  return Array.isArray(list) ? (list as readonly string[]) : [];
}
