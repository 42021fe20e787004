/** Reads the actions of rules, with their custom responses and inserted headers. */
import { ACTIONS } from './statement.ts';
import { soleMember } from './refused-rule.ts';
import { HEADER_NAME } from '../../../core/events/header-list.ts';
import type { ActionKind, CustomResponse, InsertedHeader, RuleAction } from './statement.ts';
import type { MemberReader } from '@gatewright/aws/member-reader';

/** Status codes that custom responses may have (developer guide, "Supported status codes for custom response"). */
const STATUSES = new Set([
  200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 408, 409, 411, 412,
  413, 414, 415, 416, 421, 429, 500, 501, 502, 503, 504, 505,
]);
const MAX_HEADERS = 10;
const MAX_BODY_BYTES = 4096;
const CONTENT_TYPES = {
  TEXT_PLAIN: 'text/plain',
  TEXT_HTML: 'text/html',
  APPLICATION_JSON: 'application/json',
} as const;

export type ResponseBodies = ReadonlyMap<string, NonNullable<CustomResponse['body']>>;

/** Reads `CustomResponseBodies` of a web ACL or rule group. */
export function readResponseBodies(at: MemberReader | undefined): ResponseBodies {
  const names = at?.names ?? [];
  if (names.length > 50) at?.refuse('', `has ${names.length} bodies; at most 50 are allowed`);
  return new Map(
    names.flatMap((name) => {
      const one = at?.object(name);
      if (one === undefined) return [];
      const text = one.text('Content');
      const bytes = Buffer.byteLength(text);
      if (bytes > MAX_BODY_BYTES)
        one.refuse('Content', `has ${bytes} bytes; at most ${MAX_BODY_BYTES} are allowed`);
      const type = one.nameIn('ContentType', CONTENT_TYPES);
      return [[name, { text, contentType: CONTENT_TYPES[type] }] as const];
    }),
  );
}

export function readAction(at: MemberReader, bodies: ResponseBodies): RuleAction {
  const name = soleMember(at, 'action');
  const kind = new Map<string, ActionKind>(Object.entries(ACTIONS)).get(name);
  if (kind === undefined)
    at.refuse('', `unknown action ${name}; expected one of ${Object.keys(ACTIONS).join(', ')}`);
  const inner = at.object(name);
  if (kind === 'BLOCK') {
    const custom = inner.optional('CustomResponse');
    return { kind, response: custom && readResponse(custom, bodies) };
  }
  const custom = inner.optional('CustomRequestHandling');
  return { kind, inserts: custom === undefined ? [] : readHeaders(custom, 'InsertHeaders') };
}

function readResponse(at: MemberReader, bodies: ResponseBodies): CustomResponse {
  const status = at.integer('ResponseCode', 200, 599);
  if (!STATUSES.has(status))
    at.refuse('ResponseCode', `${status} is not a status code that AWS WAF supports`);
  const key = at.has('CustomResponseBodyKey') ? at.text('CustomResponseBodyKey') : undefined;
  const body = key === undefined ? undefined : bodies.get(key);
  if (key !== undefined && body === undefined)
    at.refuse('CustomResponseBodyKey', `${key} is not a key of CustomResponseBodies`);
  return { status, headers: readHeaders(at, 'ResponseHeaders'), body };
}

function readHeaders(at: MemberReader, member: string): readonly InsertedHeader[] {
  return at.objects(member, MAX_HEADERS).map((one) => {
    const name = one.text('Name', 64);
    const value = one.text('Value', 255);
    if (!HEADER_NAME.test(name))
      one.refuse('Name', `${JSON.stringify(name)} is not the name of a header, such as X-Reason`);
    // A line break would start another header.
    if (/[\0\r\n]/.test(value))
      one.refuse('Value', 'contains a line break or a NUL character; write one line');
    return { name, value };
  });
}
