/**
 * Reads recorded requests from a file. The file is an HTTP Archive (from `gatewright export`, browsers or proxies), or
 * contains records of AWS WAF's own log, one JSON object per line.
 */
import { ownFault } from '../../../core/errors.ts';
import { HeaderList } from '../../../core/events/header-list.ts';
import { isJsonObject, memberOf } from '@gatewright/aws/json-object';
import { EDITED_BODY } from '../../../kernel/edited-body.ts';
import type { LostPart, RequestParts } from '../evaluate/inspected-request.ts';

export type TrafficRequest = {
  readonly parts: RequestParts;
  /** The title of the request, for example `GET /dev/pets`. */
  readonly title: string;
  readonly epochMs: number;
};

/** The fingerprint that the console's redactor writes instead of a secret. */
const FINGERPRINT = /\[[0-9a-f]{8}(?:\.\..{4})?\]/;
const REDACTED = 'REDACTED';

/**
 * Reads recorded requests from the text of a file.
 * @throws DefinitionError if an entry or line is invalid. The message names the entry or line
 */
export function readTraffic({ name, text }: { name: string; text: string }): readonly TrafficRequest[] {
  const whole = parseOrUndefined(text);
  const entries = memberOf(memberOf(whole, 'log'), 'entries');
  if (Array.isArray(entries)) return entries.map((entry: unknown, index) => readEntry(entry, index, name));
  const lines = text.split('\n');
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [readLine(line, index + 1, name)]));
}

function readEntry(entry: unknown, index: number, file: string): TrafficRequest {
  const request = memberOf(entry, 'request');
  const [method, url] = [memberOf(request, 'method'), memberOf(request, 'url')];
  if (typeof method !== 'string' || typeof url !== 'string')
    throw ownFault({ file }, `entry ${index + 1} must have a request with a method and a URL`);
  const { path, query } = splitUrl(url);
  const headers = readHeaders(memberOf(request, 'headers'));
  const post = memberOf(request, 'postData');
  const sent = memberOf(post, 'text');
  const isBinary = memberOf(post, 'encoding') === 'base64';
  const body = typeof sent === 'string' ? Buffer.from(sent, isBinary ? 'base64' : 'utf8') : undefined;
  const size = memberOf(request, 'bodySize');
  const lost = new Set<LostPart>(['address']);
  const isWhole = typeof size !== 'number' || size < 0 || size === (body?.length ?? 0);
  const isEdited = memberOf(post, 'comment') === EDITED_BODY;
  if (!isWhole || isEdited || (body !== undefined && FINGERPRINT.test(String(sent)))) lost.add('body');
  if (FINGERPRINT.test(query)) lost.add('query');
  if (FINGERPRINT.test(path)) lost.add('path');
  const at = memberOf(entry, 'startedDateTime');
  const epochMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return recorded({ method, path, query, headers, body, sourceIp: '', missing: lost }, epochMs);
}

function readLine(line: string, number: number, file: string): TrafficRequest {
  const record = parseOrUndefined(line);
  const request = memberOf(record, 'httpRequest');
  const [method, uri] = [memberOf(request, 'httpMethod'), memberOf(request, 'uri')];
  if (typeof method !== 'string' || typeof uri !== 'string')
    throw ownFault(
      { file, line: number },
      'the file is not an HTTP Archive (.har), and this line is not a log record of AWS WAF',
    );
  const [clientIp, args, at] = [
    memberOf(request, 'clientIp'),
    memberOf(request, 'args'),
    memberOf(record, 'timestamp'),
  ];
  const query = typeof args === 'string' ? args : '';
  // AWS WAF's log contains no bodies.
  const lost = new Set<LostPart>(method === 'GET' || method === 'HEAD' ? [] : ['body']);
  if (uri === REDACTED) lost.add('path');
  if (query === REDACTED) lost.add('query');
  if (method === REDACTED) lost.add('method');
  if (typeof clientIp !== 'string') lost.add('address');
  const sourceIp = typeof clientIp === 'string' ? clientIp : '';
  const headers = readHeaders(memberOf(request, 'headers'));
  const epochMs = typeof at === 'number' ? at : Number.NaN;
  return recorded({ method, path: uri, query, headers, body: undefined, sourceIp, missing: lost }, epochMs);
}

function recorded(parts: RequestParts, epochMs: number): TrafficRequest {
  const hidden = new Set<string>();
  parts.headers.each((lowerName, _, value) => {
    if (value === REDACTED || FINGERPRINT.test(value)) hidden.add(lowerName);
  });
  return {
    parts: { ...parts, hiddenHeaders: hidden },
    title: `${parts.method} ${parts.path}`,
    epochMs: Number.isNaN(epochMs) ? 0 : epochMs,
  };
}

/** Splits the URL as text, because `new URL` would normalize the path and query that the rules inspect. */
function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const below = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split('#')[0] ?? '';
  const mark = below.indexOf('?');
  return {
    path: (mark === -1 ? below : below.slice(0, mark)) || '/',
    query: mark === -1 ? '' : below.slice(mark + 1),
  };
}

function readHeaders(list: unknown): HeaderList {
  if (!Array.isArray(list)) return new HeaderList([]);
  const lines = list.flatMap((item: unknown) => {
    const [name, value] = [memberOf(item, 'name'), memberOf(item, 'value')];
    return typeof name === 'string' && typeof value === 'string'
      ? [name, Buffer.from(value, 'utf8').toString('latin1')]
      : [];
  });
  return new HeaderList(lines);
}

function parseOrUndefined(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
