/** Applies the parameter mapping of HTTP APIs to requests and responses (docs/aws §7.8). */
import { HeaderList } from '../events/header-list.ts';
import { decodeQueryText } from '@gatewright/aws/percent-encoding';
import {
  type ChangeFacts,
  type ParameterChange,
  type ParameterChanges,
  readChangeValue,
} from './parameter-change.ts';
import { printQueryPair, renderPath } from './target-uri.ts';
import { printHeaders, setHeader, toHeaderValue, type WireHeaders } from './wire-headers.ts';

type Facts = ChangeFacts['request'];

/**
 * Changes headers and query in place.
 * @returns the new path; undefined means that the path is unchanged
 * @throws HeaderInvalidError if a mapped name or value is not allowed in a header
 */
export function changeRequest(
  changes: ParameterChanges['request'],
  request: Facts,
  headers: WireHeaders,
  query: QueryPart[],
): { readonly path: string | undefined } {
  const facts = { request, headers: request.headers, body: request.body };
  let path: string | undefined;
  for (const { target, action, value } of changes) {
    const text = readChangeValue(value, facts);
    if (target.place === 'header') changeHeader(headers, target.name, action, text);
    else if (target.place === 'querystring') changeQuery(query, target.name, action, text);
    else if (target.place === 'path' && text !== '') path = text;
  }
  return { path };
}

/**
 * Returns the request with the changes applied, for building an event. Members without a change keep the client's
 * values.
 * @throws HeaderInvalidError if a mapped name or value is not allowed in a header
 */
export function applyRequestChanges<T extends Facts>(changes: ParameterChanges['request'], request: T): T {
  const headers = gatherHeaders(request.headers);
  const query = parseQuery(request.rawQuery);
  const { path } = changeRequest(changes, request, headers, query);
  return {
    ...request,
    headers: new HeaderList(printHeaders(headers)),
    rawQuery: query.map(({ text }) => text).join('&'),
    rawPath: path === undefined ? request.rawPath : renderPath(path, {}),
  };
}

/**
 * Returns the response with the changes applied.
 * @throws HeaderInvalidError if a mapped name or value is not allowed in a header
 */
export function applyResponseChanges<T extends Answer>(
  changes: ParameterChanges['response'],
  answer: T,
  request: Facts,
): T & { readonly headers: string[] } {
  const headers = gatherHeaders(new HeaderList(answer.headers));
  const status = changeResponse(changes, answer, request, headers);
  return { ...answer, status, headers: printHeaders(headers) };
}

function gatherHeaders(from: HeaderList): WireHeaders {
  const headers: WireHeaders = new Map();
  from.each((lower, name, value) => {
    const { values = [], name: spelled = name } = headers.get(lower) ?? {};
    setHeader(headers, spelled, [...values, value]);
  });
  return headers;
}

const STATUS = /^[2-5]\d\d$/;

type Answer = {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string | Buffer;
};

/**
 * Changes headers in place.
 * @returns the status for the client
 * @throws HeaderInvalidError if a mapped name or value is not allowed in a header
 */
export function changeResponse(
  changes: ParameterChanges['response'],
  answer: Answer,
  request: Facts,
  headers: WireHeaders,
): number {
  let { status } = answer;
  const facts = { request, headers: new HeaderList(answer.headers), body: answer.body };
  for (const { target, action, value } of changes.get(answer.status) ?? []) {
    const text = readChangeValue(value, facts);
    if (target.place === 'header') changeHeader(headers, target.name, action, text);
    else if (target.place === 'statuscode' && STATUS.test(text)) status = Number(text);
  }
  return status;
}

function changeHeader(
  headers: WireHeaders,
  name: string,
  action: ParameterChange['action'],
  value: string,
): void {
  const lower = name.toLowerCase();
  if (action === 'remove') headers.delete(lower);
  // An empty value leaves the header unchanged.
  else if (value !== '') {
    const earlier = action === 'append' ? (headers.get(lower)?.values ?? []) : [];
    setHeader(headers, name, [...earlier, toHeaderValue(name, value)]);
  }
}

type QueryPart = { readonly name: string; readonly text: string };

/**
 * Splits a query into its parts. Each part keeps its original text, so that parts that no mapping changes are sent
 * exactly as they were received.
 */
export function parseQuery(rawQuery: string): QueryPart[] {
  if (rawQuery === '') return [];
  return rawQuery.split('&').map((text) => ({ name: decodeQueryText(text.split('=')[0] ?? ''), text }));
}

function changeQuery(
  query: QueryPart[],
  name: string,
  action: ParameterChange['action'],
  value: string,
): void {
  if (action !== 'append' && (action === 'remove' || value !== ''))
    query.splice(0, query.length, ...query.filter((part) => part.name !== name));
  if (action !== 'remove' && value !== '') query.push({ name, text: printQueryPair(name, value) });
}
