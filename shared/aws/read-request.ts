/**
 * The only module that reads a request from an event. It supports REST APIs, HTTP APIs (payload 1.0 and 2.0), function
 * URLs, WebSocket APIs and REQUEST authorizers. Each part is read on demand.
 */
import { asNonEmptyText, asText, isJsonObject, memberOf } from '@gatewright/aws/json-object';
import { DomainError } from '../errors.ts';
import { parseOptionalFields } from './event-fields.ts';
import type { EventFields } from './event-fields.ts';

export type EventRequest = {
  readonly fields: EventFields;
  readonly context: EventFields;
  /** The member `requestContext.http`, which only payload 2.0 has. */
  readonly http: EventFields;
  /** The member `requestContext.identity`, which all formats except payload 2.0 have. */
  readonly identity: EventFields;
  /** The data that the authorizer returned. Its form depends on the type of the authorizer. */
  readonly authorizer: EventFields;
};

export type ValuesByName = ReadonlyMap<string, readonly string[]>;

const LAST_EPOCH_MS = 253_402_300_799_999;

/**
 * Finds the parts of an event from which a request is read.
 * @throws DomainError EVENT_MALFORMED if the event or one of these parts is neither an object nor missing
 */
export function readRequest(event: unknown): EventRequest {
  const fields = parseOptionalFields(event);
  const context = parseOptionalFields(fields['requestContext']);
  return {
    fields,
    context,
    http: parseOptionalFields(context['http']),
    identity: parseOptionalFields(context['identity']),
    authorizer: parseOptionalFields(context['authorizer']),
  };
}

export function methodOf({ fields, http }: EventRequest): string | undefined {
  return asText(http['method'] ?? fields['httpMethod']);
}

/** Returns the path as requested, including the stage. */
export function pathOf({ fields, context, http }: EventRequest): string | undefined {
  return asText(http['path'] ?? context['path'] ?? fields['path']);
}

/**
 * Returns all values of each header, by header name in lower case. Payload 2.0 has already joined values with commas,
 * and contains cookies separately.
 */
export function headersOf({ fields }: EventRequest): ValuesByName {
  const headers = valuesOf(fields['multiValueHeaders'], fields['headers'], (name) => name.toLowerCase());
  const { cookies } = fields;
  if (!Array.isArray(cookies) || cookies.length === 0) return headers;
  const values = headers.get('cookie') ?? [];
  const cookie = cookies.join('; ');
  return values.includes(cookie) ? headers : new Map(headers).set('cookie', [...values, cookie]);
}

/** Returns all values of each query parameter, decoded. */
export function queryOf({ fields }: EventRequest): ValuesByName {
  const { rawQueryString } = fields;
  if (typeof rawQueryString !== 'string' || rawQueryString === '')
    return valuesOf(
      fields['multiValueQueryStringParameters'],
      fields['queryStringParameters'],
      (name) => name,
    );
  const query = new Map<string, string[]>();
  // API Gateway also accepts `;` as a separator.
  for (const [name, value] of new URLSearchParams(inAscii(rawQueryString).replaceAll(';', '&')))
    query.set(name, [...(query.get(name) ?? []), value]);
  return query;
}

/**
 * Percent-encodes every character that is not ASCII. Otherwise, Node.js would drop the upper half of each UTF-16 unit
 * in a name or value that also has a `%` without two digits.
 */
function inAscii(query: string): string {
  return query.toWellFormed().replace(/[\u0080-\u{10ffff}]+/gu, encodeURIComponent);
}

/**
 * Returns the query as sent, without the question mark. Returns undefined if only decoded pairs are known (REST, 1.0).
 */
export function rawQueryOf({ fields }: EventRequest): string | undefined {
  const { rawQueryString } = fields;
  if (typeof rawQueryString === 'string') return rawQueryString;
  return Object.keys(parseOptionalFields(fields['queryStringParameters'])).length === 0 ? '' : undefined;
}

export function pathParametersOf({ fields }: EventRequest): EventFields {
  return parseOptionalFields(fields['pathParameters']);
}

/** Returns the context of a Lambda authorizer, which is the member `lambda` in payload 2.0. */
export function authorizerContextOf({ authorizer }: EventRequest): EventFields {
  return parseOptionalFields(authorizer['lambda'] ?? authorizer);
}

/**
 * Returns the ARN of the IAM principal that signed the request; undefined if it was not signed. API Gateway has
 * verified the signature. In payload 1.0 only `identity` is read, because a Lambda authorizer could return a member
 * `iam`.
 */
export function signerOf({ context, identity, authorizer }: EventRequest): string | undefined {
  const isPayload2 = isJsonObject(context['http']);
  return asNonEmptyText(isPayload2 ? memberOf(authorizer['iam'], 'userArn') : identity['userArn']);
}

/**
 * Returns the caller's address as API Gateway received it. `X-Forwarded-For` is not used, because a caller can forge
 * it.
 */
export function sourceIpOf({ http, identity }: EventRequest): string | undefined {
  return asText(http['sourceIp'] ?? identity['sourceIp']);
}

/** Returns the mTLS certificate, which is under `authentication` in payload 2.0, otherwise under `identity`. */
export function clientCertOf({ context, identity }: EventRequest): unknown {
  return parseOptionalFields(context['authentication'])['clientCert'] ?? identity['clientCert'];
}

/**
 * Returns epoch milliseconds from `requestContext.timeEpoch` (HTTP API 2.0, function URLs) or `requestTimeEpoch` (REST,
 * HTTP API 1.0, WebSocket). No caller can write these. Returns undefined for other events (ALB, TOKEN), and for a
 * number that no gateway writes: a fraction, or a time before 1970 or after 9999. Not every language can represent such
 * a time as a date.
 */
export function receivedAtOf({ context }: EventRequest): number | undefined {
  const stamp = context['timeEpoch'] ?? context['requestTimeEpoch'];
  return typeof stamp === 'number' && Number.isInteger(stamp) && stamp >= 0 && stamp <= LAST_EPOCH_MS
    ? stamp
    : undefined;
}

/**
 * Returns the body as bytes, because signatures are computed over bytes. Text is encoded as UTF-8.
 * @throws DomainError EVENT_MALFORMED if the body is base64 that cannot be decoded without loss
 */
export function bodyOf({ fields: { body, isBase64Encoded } }: EventRequest): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body !== 'string') throw malformed('the body of an HTTP request must be text');
  if (isBase64Encoded !== true) return Buffer.from(body, 'utf8');
  const bytes = Buffer.from(body, 'base64');
  if (bytes.toString('base64') !== body)
    throw malformed('the body is marked as base64, but it is not valid base64');
  return bytes;
}

export function hasBody({ fields: { body } }: EventRequest): boolean {
  return body !== undefined && body !== null && body !== '';
}

/**
 * Returns all values by name. The single-value maps of REST and 1.0 contain only the last of several values, so a value
 * from them is added only if the multi-value maps lack it.
 */
function valuesOf(multi: unknown, single: unknown, nameOf: (name: string) => string): ValuesByName {
  const values = new Map<string, string[]>();
  const listOf = (name: string): string[] => {
    const known = values.get(nameOf(name));
    if (known !== undefined) return known;
    const list: string[] = [];
    values.set(nameOf(name), list);
    return list;
  };
  for (const [name, all] of Object.entries(parseOptionalFields(multi))) {
    const list = listOf(name);
    for (const text of Array.isArray(all) ? all : [all]) if (typeof text === 'string') list.push(text);
  }
  for (const [name, last] of Object.entries(parseOptionalFields(single))) {
    const list = listOf(name);
    if (typeof last === 'string' && !list.includes(last)) list.push(last);
  }
  return values;
}

function malformed(message: string): DomainError {
  return new DomainError('EVENT_MALFORMED', message);
}
