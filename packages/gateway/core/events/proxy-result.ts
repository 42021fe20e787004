/** Reads a function's proxy response (docs/aws §3.5, §3.6, §11.1, §11.3). */
import { HTTP_PHASES, nameAfter, REST_PHASES } from './header-phases.ts';
import { asJsonObject, parseJson, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { quote } from '../routing/quote.ts';
import type { ProxyFault } from '../defect.ts';
import { acceptsBinary } from './media-types.ts';
import { readCookies, readHeaderMap, readMultiHeaderMap } from './result-headers.ts';
import type { HeaderLine, HeaderReading } from './result-headers.ts';
import { canonicalHeaderName } from './request-headers.ts';

type ProxyResult =
  | {
      readonly kind: 'reply';
      readonly status: number;
      /** A flat list of names and values, which always contains a content type. */
      readonly headers: string[];
      readonly body: string | Buffer;
    }
  /**
   * A malformed result. The client receives 502 (REST, `$connect`, function URL) or 500 (HTTP). `reason` is for the
   * operator.
   */
  | Malformed
  /**
   * A result with invalid base64. The client receives 500 (REST, HTTP; docs/aws §2.4) or 502 (`$connect`, function
   * URL).
   */
  | { readonly kind: 'undecodable'; readonly reason: string; readonly part: 'base64' };

type Malformed = { readonly kind: 'malformed'; readonly reason: string } & ProxyFault;

/** The inputs for the rules on binary replies, which apply only to REST APIs. */
export type BinaryRules = {
  /** The API's binary media types, in lower case. */
  readonly binaryMediaTypes: readonly string[];
  readonly accept: string | undefined;
};

const STREAM_MEMBERS = new Set(['statusCode', 'headers', 'multiValueHeaders', 'cookies']);
const REST_MEMBERS = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);

/** The default content type of responses in payload 1.0 and 2.0, recorded on HTTP APIs in April 2025. */
const HTTP_DEFAULT_TYPE = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';

/** Reads the result for a REST API. `statusCode` may be missing (200). Unknown members make the response malformed. */
export function readRestResult(payload: string, rules: BinaryRules): ProxyResult {
  const result = parseRecord(payload);
  if (result === undefined) return malformedWhole(payload);
  const unknown = findUnknown(result, REST_MEMBERS);
  if (unknown !== undefined) return unknown;
  const status = result['statusCode'] === undefined ? 200 : readStatus(result['statusCode']);
  if (status === undefined) return badStatus(result['statusCode']);
  const lines = readMergedHeaders(result, 'multi-first');
  if (lines.kind === 'malformed') return lines;
  const headers = writeRestHeaders(lines.lines);
  const decodes = acceptsBinary(rules.accept, rules.binaryMediaTypes);
  return reply(status, headers, JSON_TYPE, readBody(result, decodes));
}

/** Reads the metadata before a streamed body (REST). The result has no body. Undocumented members are refused. */
export function readStreamHead(prelude: string): ProxyResult {
  const result = parseRecord(prelude);
  if (result === undefined) return malformed('metadata', 'the metadata is not a JSON object');
  const unknown = findUnknown(result, STREAM_MEMBERS, ' in the metadata');
  if (unknown !== undefined) return unknown;
  const status = result['statusCode'] === undefined ? 200 : readStatus(result['statusCode']);
  if (status === undefined) return badStatus(result['statusCode']);
  const lines = readMergedHeaders(result, 'multi-first');
  if (lines.kind === 'malformed') return lines;
  const cookies = readCookies(result['cookies']);
  if (cookies.kind === 'malformed') return cookies;
  return reply(status, writeRestHeaders([...lines.lines, ...cookies.lines]), JSON_TYPE, NO_BODY);
}

/** How the headers of a function reach the client. */
type HttpResultPhase = 'result' | 'url-result';

/**
 * Reads the result for HTTP API payload 1.0. `statusCode` is required, and a body with `isBase64Encoded` is always
 * decoded.
 */
export function readHttp1Result(payload: string, phase: HttpResultPhase = 'result'): ProxyResult {
  const result = parseRecord(payload);
  if (result === undefined) return malformedWhole(payload);
  const unknown = findUnknown(result, REST_MEMBERS);
  if (unknown !== undefined) return unknown;
  const status = readStatus(result['statusCode']);
  if (status === undefined) return badStatus(result['statusCode']);
  const lines = readMergedHeaders(result, 'single-first');
  if (lines.kind === 'malformed') return lines;
  return reply(status, writeHttpHeaders(lines.lines, phase), HTTP_DEFAULT_TYPE, readBody(result, true));
}

/**
 * Reads the response of a function URL. It is like payload 2.0 of an HTTP API, but the default content type is JSON.
 */
export function readFunctionUrlResult(payload: string): ProxyResult {
  return readHttp2Result(payload, 'url-result', JSON_TYPE);
}

/**
 * Reads the result for HTTP API payload 2.0. Without `statusCode` the whole response is the body, even if it is not
 * JSON.
 */
export function readHttp2Result(
  payload: string,
  phase: HttpResultPhase = 'result',
  defaultType = HTTP_DEFAULT_TYPE,
): ProxyResult {
  const parsed = parseJson(payload);
  if (typeof parsed === 'string') return inferred(parsed);
  const result = asJsonObject(parsed);
  if (result === undefined || !Object.hasOwn(result, 'statusCode')) return inferred(payload);
  const status = readStatus(result['statusCode']);
  if (status === undefined) return badStatus(result['statusCode']);
  const single = readHeaderMap(result['headers']);
  if (single.kind === 'malformed') return single;
  const cookies = readCookies(result['cookies']);
  if (cookies.kind === 'malformed') return cookies;
  const headers = writeHttpHeaders([...single.lines, ...cookies.lines], phase);
  return reply(status, headers, defaultType, readBody(result, true));
}

function inferred(body: string): ProxyResult {
  return { kind: 'reply', status: 200, headers: ['Content-Type', JSON_TYPE], body };
}

/**
 * Reads the response of a WebSocket `$connect`. A 2xx status opens the connection. Any other status becomes the status
 * of the handshake's reply. `statusCode` is required, and unknown members are not refused.
 */
export function readConnectResult(payload: string): ProxyResult {
  const result = parseRecord(payload);
  if (result === undefined) return malformedWhole(payload);
  const status = readStatus(result['statusCode']);
  if (status === undefined) return badStatus(result['statusCode']);
  const lines = readMergedHeaders(result, 'multi-first');
  if (lines.kind === 'malformed') return lines;
  return reply(status, writeRestHeaders(lines.lines), JSON_TYPE, readBody(result, true));
}

type MessageResult =
  /**
   * The result of reading the response to a WebSocket message. A `frame` is sent to the client as one text frame if the
   * route has a route response.
   */
  { readonly kind: 'frame'; readonly body: string } | { readonly kind: 'silent' } | Malformed;

/**
 * Reads the response to a WebSocket message. Only `body` is used, regardless of the status, but the response must be a
 * valid proxy result.
 */
export function readMessageResult(payload: string): MessageResult {
  const result = parseRecord(payload);
  if (result === undefined) return malformedWhole(payload);
  const unknown = findUnknown(result, REST_MEMBERS);
  if (unknown !== undefined) return unknown;
  const body = result['body'];
  if (body === undefined || body === null || body === '') return { kind: 'silent' };
  return typeof body === 'string' ? { kind: 'frame', body } : malformed('body', 'body is not a string');
}

/** The eight NUL bytes with which a streamed response separates its metadata from its body. */
const STREAM_DELIMITER = '\0'.repeat(8);

/** Returns the refusal of a payload that is not an object. Its message describes what the function returned instead. */
function malformedWhole(payload: string): Malformed {
  if (payload.includes(STREAM_DELIMITER))
    return malformed('streamed', 'a streamed response, but the integration does not stream');
  const value = parseJson(payload);
  if (typeof value === 'string' && parseJsonObject(value) !== undefined)
    return malformed('text', 'not a JSON object, but a string that contains a JSON object');
  const what =
    value === null || payload === ''
      ? 'null, which is what a function without a return value returns'
      : Array.isArray(value)
        ? 'a list'
        : value === undefined
          ? undefined
          : `a ${typeof value === 'string' ? 'text' : typeof value}`;
  return malformed('result', what === undefined ? 'not a JSON object' : `not a JSON object, but ${what}`);
}

function malformed(part: ProxyFault['part'], reason: string): Malformed {
  return { kind: 'malformed', reason, part };
}

/**
 * Returns the refusal of a result with unknown members, which names all of them; undefined if all members are known.
 */
function findUnknown(result: UnknownMembers, known: ReadonlySet<string>, where = ''): Malformed | undefined {
  // Most results have no unknown members, and this check runs for every result.
  const name = Object.keys(result).find((member) => !known.has(member));
  if (name === undefined) return undefined;
  const names = Object.keys(result).filter((member) => !known.has(member));
  return {
    kind: 'malformed',
    reason: `${names.length === 1 ? 'unknown member' : 'unknown members'} ${names.map(quote).join(', ')}${where}`,
    part: names.length === Object.keys(result).length ? 'data' : 'member',
    name,
    ...(names.length > 1 && { others: names.slice(1) }),
  };
}

function parseRecord(payload: string): UnknownMembers | undefined {
  return asJsonObject(parseJson(payload));
}

const STATUS_TEXT = /^[2-9]\d\d$/;

/**
 * Reads a status, which is an integer or a string of digits; undefined for anything else. A 1xx status is not accepted,
 * because it is not valid for a final reply.
 */
function readStatus(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  return STATUS_TEXT.test(String(value)) ? Number(value) : undefined;
}

/** The number of characters of a status that a message shows. */
const MOST_SHOWN = 64;

function badStatus(value: unknown): Malformed {
  return malformed(
    'statusCode',
    value === undefined
      ? 'statusCode is missing'
      : `statusCode ${typeof value === 'string' ? quote(value) : JSON.stringify(value).slice(0, MOST_SHOWN)} is not an HTTP status`,
  );
}

/**
 * Returns the headers of both maps. If `multiValueHeaders` is not empty, names that differ only in case are treated as
 * one header, which has the first spelling and all values.
 */
function readMergedHeaders(result: UnknownMembers, order: 'multi-first' | 'single-first'): HeaderReading {
  const multi = readMultiHeaderMap(result['multiValueHeaders']);
  if (multi.kind === 'malformed') return multi;
  const single = readHeaderMap(result['headers']);
  if (single.kind === 'malformed') return single;
  const all = order === 'multi-first' ? [...multi.lines, ...single.lines] : [...single.lines, ...multi.lines];
  if (multi.lines.length === 0) return { kind: 'headers', lines: all };
  const groups = Map.groupBy(all, ([name]) => name.toLowerCase());
  const lines = [...groups.values()].flatMap((group) => {
    const spelling = group[0]?.[0] ?? '';
    return group.map(([, value]): HeaderLine => [spelling, value]);
  });
  return { kind: 'headers', lines };
}

/** Returns the headers for the client. REST APIs rename the headers that they set themselves (docs/aws §2.7). */
function writeRestHeaders(lines: readonly HeaderLine[]): string[] {
  const headers: string[] = [];
  for (const [name, value] of lines) {
    const after = nameAfter(REST_PHASES.result, name);
    if (after !== undefined) headers.push(after, value);
  }
  return headers;
}

/**
 * Returns the headers for the client. HTTP APIs send canonical names on HTTP/1.1: `myheader` becomes `Myheader`
 * (recorded).
 */
function writeHttpHeaders(lines: readonly HeaderLine[], phase: HttpResultPhase): string[] {
  const headers: string[] = [];
  for (const [name, value] of lines) {
    const lower = name.toLowerCase();
    const sent = nameAfter(HTTP_PHASES[phase], lower);
    if (sent !== undefined) headers.push(sent === lower ? canonicalHeaderName(name) : sent, value);
  }
  return headers;
}

type BodyReading =
  | { readonly kind: 'body'; readonly body: string | Buffer }
  | Exclude<ProxyResult, { kind: 'reply' }>;

const NO_BODY: BodyReading = { kind: 'body', body: '' };
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Reads the body. If `decodes` is true, base64 is decoded to bytes; otherwise base64 text is sent to the client
 * unchanged.
 */
function readBody(result: UnknownMembers, decodes: boolean): BodyReading {
  const body = result['body'];
  const isBase64 = result['isBase64Encoded'] ?? false;
  if (typeof isBase64 !== 'boolean') return malformed('isBase64Encoded', 'isBase64Encoded is not a boolean');
  if (body === undefined || body === null) return NO_BODY;
  if (typeof body !== 'string')
    return isBufferJson(body)
      ? malformed('buffer', 'body is a Buffer, which JSON writes as an object')
      : malformed('body', 'body is not a string');
  if (!isBase64 || !decodes) return { kind: 'body', body };
  if (!BASE64.test(body)) return { kind: 'undecodable', reason: 'body is not base64', part: 'base64' };
  return { kind: 'body', body: Buffer.from(body, 'base64') };
}

/** @see https://nodejs.org/api/buffer.html#buftojson */
function isBufferJson(body: unknown): boolean {
  const { type, data } = asJsonObject(body) ?? {};
  return type === 'Buffer' && Array.isArray(data);
}

function reply(status: number, headers: string[], defaultType: string, body: BodyReading): ProxyResult {
  if (body.kind !== 'body') return body;
  if (!hasContentType(headers)) headers.push('Content-Type', defaultType);
  return { kind: 'reply', status, headers, body: body.body };
}

function hasContentType(headers: readonly string[]): boolean {
  for (let index = 0; index < headers.length; index += 2)
    if (headers[index]?.toLowerCase() === 'content-type') return true;
  return false;
}
