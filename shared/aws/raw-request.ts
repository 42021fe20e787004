/** The HTTP request behind a proxy event (REST, HTTP API 1.0 and 2.0, function URL), body as bytes. */
import { DomainError } from '../errors.ts';
import { parseFields, parseOptionalFields } from './event-fields.ts';
import type { EventFields } from './event-fields.ts';
import { gatewayStamp } from './gateway-stamp.ts';

export type RawRequest = {
  readonly method: string;
  /** As requested, stage included. */
  readonly path: string;
  /** Without the question mark; undefined when only decoded pairs are known (REST, 1.0). */
  readonly query: string | undefined;
  readonly pathParameters: EventFields;
  /** By lower-case name, every value sent. Payload 2.0 joins them by commas itself. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Uint8Array;
  /** API Gateway's own timestamp, which no caller can write. */
  readonly receivedAtEpochMs: number;
};

/** @throws DomainError EVENT_MALFORMED */
export function parseRawRequest(event: unknown): RawRequest {
  const fields = parseFields(event);
  const context = parseFields(fields['requestContext']);
  const http = parseOptionalFields(context['http']);
  const method = http['method'] ?? fields['httpMethod'];
  const path = http['path'] ?? context['path'] ?? fields['path'];
  const receivedAtEpochMs = gatewayStamp(event);
  if (typeof method !== 'string' || typeof path !== 'string')
    throw malformed('the event of an HTTP request must have method and path');
  if (receivedAtEpochMs === undefined) throw malformed('the event of an HTTP request must have a time');
  return {
    method,
    path,
    receivedAtEpochMs,
    query: queryOf(fields),
    pathParameters: parseOptionalFields(fields['pathParameters']),
    headers: headersOf(fields),
    body: bytesOf(fields['body'], fields['isBase64Encoded']),
  };
}

function queryOf(fields: EventFields): string | undefined {
  const { rawQueryString } = fields;
  if (typeof rawQueryString === 'string') return rawQueryString;
  const pairs = parseOptionalFields(fields['queryStringParameters']);
  return Object.keys(pairs).length === 0 ? '' : undefined;
}

/** `headers` of REST and 1.0 has only the last of several values; the other map has all. */
function headersOf(fields: EventFields): ReadonlyMap<string, readonly string[]> {
  const multi = parseOptionalFields(fields['multiValueHeaders']);
  const headers = new Map<string, string[]>();
  for (const [name, value] of Object.entries({ ...parseOptionalFields(fields['headers']), ...multi })) {
    const values = headers.get(name.toLowerCase()) ?? [];
    for (const text of Array.isArray(value) ? value : [value])
      if (typeof text === 'string') values.push(text);
    headers.set(name.toLowerCase(), values);
  }
  return headers;
}

/** Signatures are over bytes: text is encoded as UTF-8; base64 must decode without loss. */
function bytesOf(body: unknown, isBase64Encoded: unknown): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body !== 'string') throw malformed('the body of an HTTP request must be text');
  if (isBase64Encoded !== true) return Buffer.from(body, 'utf8');
  const bytes = Buffer.from(body, 'base64');
  if (bytes.toString('base64') !== body) throw malformed('the body is marked as base64, but is not');
  return bytes;
}

function malformed(message: string): DomainError {
  return new DomainError('EVENT_MALFORMED', message);
}
