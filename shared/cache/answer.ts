import { createHash } from 'node:crypto';
import { asJsonObject, membersOf } from '@gatewright/aws/json-object';
import { parseDirectives } from './directives.ts';
import { headerOf } from './cached-request.ts';
import type { CachedRequest } from './cached-request.ts';

export type CacheableAnswer = {
  readonly statusCode: number;
  /** Header values by name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
};

/** The reply to API Gateway, in a form that payloads 1.0 and 2.0 both accept. */
export type CachedReply = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
};

/** Header fields that a 304 repeats (RFC 9110 §15.4.5), and header fields about the age of the cached response. */
const KEPT_BY_304 = [
  'age',
  'cache-control',
  'cache-status',
  'content-location',
  'date',
  'etag',
  'expires',
  'vary',
  'warning',
];

/**
 * Parses a handler's response.
 * @returns undefined for a response that is malformed, has the member `cookies`, or sets several cookies in headers.
 * Such a response is neither cached nor changed.
 */
export function parseAnswer(response: unknown): CacheableAnswer | undefined {
  const members = asJsonObject(response);
  if (members === undefined) return undefined;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded, cookies } = members;
  const status = /^\d{3}$/.test(String(statusCode)) ? Number(statusCode) : undefined;
  if (status === undefined) return undefined;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  if (Array.isArray(cookies) && cookies.length > 0) return undefined;
  const fields = mergeHeaders(headers, multiValueHeaders);
  // Several cookies need several header lines, which cannot be joined.
  if (fields === undefined || (fields.get('set-cookie')?.length ?? 0) > 1) return undefined;
  return {
    statusCode: status,
    headers: Object.fromEntries(fields),
    body: body ?? '',
    isBase64Encoded: isBase64Encoded === true,
  };
}

/**
 * Merges headers as API Gateway does. A name that has two spellings or is in both maps gets all values. A value in both
 * maps counts once.
 * @returns undefined if a value is not a scalar
 */
function mergeHeaders(...maps: readonly unknown[]): ReadonlyMap<string, readonly string[]> | undefined {
  const fields = new Map<string, string[]>();
  for (const map of maps)
    for (const [name, value] of Object.entries(membersOf(map))) {
      // JSON omits a member that is undefined.
      if (value === undefined) continue;
      const values: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (!values.every((each) => ['string', 'number', 'boolean'].includes(typeof each))) return undefined;
      const known = fields.get(name.toLowerCase()) ?? [];
      fields.set(name.toLowerCase(), [
        ...known,
        ...values.map(String).filter((text) => !known.includes(text)),
      ]);
    }
  return fields;
}

/** Adds an entity tag that is computed from the body, if the response is a 200 without one. */
export function withEntityTag(answer: CacheableAnswer): CacheableAnswer {
  if (answer.headers['etag'] !== undefined || answer.statusCode !== 200) return answer;
  const { 'content-encoding': coding = [], 'content-type': type = [] } = answer.headers;
  const hash = createHash('sha256').update(JSON.stringify([coding, type, answer.isBase64Encoded]));
  const etag = `"${hash.update(answer.body).digest('base64url').slice(0, 27)}"`;
  return { ...answer, headers: { ...answer.headers, etag: [etag] } };
}

/** Returns the response with these fields, or 304 if the caller already has the response (RFC 9110 §13). */
export function toReply(
  request: CachedRequest,
  answer: CacheableAnswer,
  fields: Readonly<Record<string, string>>,
): CachedReply {
  const own = Object.entries(answer.headers).map(([name, values]) => [name, values.join(', ')] as const);
  const headers: Record<string, string> = { ...Object.fromEntries(own), ...fields };
  if (answer.statusCode === 200 && isKnown(request, headers)) {
    const kept = KEPT_BY_304.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]));
    return { statusCode: 304, headers: Object.fromEntries(kept) as Record<string, string>, body: '' };
  }
  const { statusCode, body, isBase64Encoded } = answer;
  return { statusCode, headers, body, ...(isBase64Encoded && { isBase64Encoded }) };
}

/** Compares by entity tag if the request has one, otherwise by date (RFC 9110 §13.2.2). */
function isKnown(request: CachedRequest, headers: Readonly<Record<string, string>>): boolean {
  const asked = headerOf(request, 'if-none-match');
  if (asked !== undefined) {
    if (asked.trim() === '*') return true;
    const etag = headers['etag']?.replace(/^W\//, '');
    return etag !== undefined && [...asked.matchAll(/"[^"]*"/g)].some(([tag]) => tag === etag);
  }
  const since = Date.parse(headerOf(request, 'if-modified-since') ?? '');
  return Date.parse(headers['last-modified'] ?? '') <= since;
}

export const directivesOf = ({ headers }: CacheableAnswer) =>
  parseDirectives(headers['cache-control']?.join(', '));
