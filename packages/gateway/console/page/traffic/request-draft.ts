/** A request that is being built from a route, a recorded request or a saved one. */
import { CONNECTION_HEADERS } from './snippets.ts';
import type { ShownApi, ShownRoute } from '../../endpoints/inspect-model.ts';
import type { RequestDetail } from '../../records/model.ts';

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

export type Header = readonly [name: string, value: string];

export type Draft = {
  readonly method: string;
  /** The request target, including the stage and the query. */
  readonly target: string;
  readonly headers: readonly Header[];
  readonly body: string;
  /** The caller; empty means that the headers determine the caller. */
  readonly as: string;
};

export function draftOfRoute(api: ShownApi, route: ShownRoute | undefined): Draft {
  return {
    method: route !== undefined && METHODS.includes(route.method) ? route.method : 'GET',
    target: targetOf(api, route),
    headers: headersOf(route),
    body: route?.examples[0]?.text ?? '',
    as: '',
  };
}

/** Headers that the client or the connection sets for each request. */
const OF_A_REQUEST = new Set([...CONNECTION_HEADERS, 'x-amzn-trace-id']);

export function draftOfRequest({ method, target, request }: RequestDetail): Draft {
  return {
    method,
    target,
    headers: request.headers.filter(([name]) => !OF_A_REQUEST.has(name.toLowerCase())),
    body: request.body?.text ?? '',
    as: '',
  };
}

/** Returns the request target, including the required query parameters, which the user fills in. */
function targetOf({ url }: ShownApi, route: ShownRoute | undefined): string {
  const base = new URL(url.replace(/^ws/, 'http')).pathname.replace(/\/$/, '');
  const path =
    route === undefined || !route.path.startsWith('/') ? '/' : route.path.replaceAll(/\{([^}+]+)\+?\}/g, '1');
  const query = (route?.required ?? []).flatMap((text) => /^querystring (.+)$/.exec(text)?.[1] ?? []);
  return `${base}${path}${query.length === 0 ? '' : `?${query.map((name) => `${name}=`).join('&')}`}`;
}

function headersOf(route: ShownRoute | undefined): readonly Header[] {
  const needed = (route?.required ?? []).flatMap((text): Header[] => {
    const name = /^header (.+)$/.exec(text)?.[1];
    return name === undefined ? [] : [[name, '']];
  });
  const hasBody = route !== undefined && !['GET', 'HEAD', 'OPTIONS', '$default'].includes(route.method);
  return hasBody ? [['Content-Type', 'application/json'], ...needed] : needed;
}

/**
 * Percent-encodes a typed path for sending. Spaces and letters beyond ASCII are encoded, and existing escapes are left
 * unchanged.
 * @throws Error if the path does not begin with a slash
 */
export function toTarget(typed: string): string {
  if (!typed.startsWith('/')) throw new Error('The path must begin with a slash.');
  return typed.replaceAll(/[^\x21-\x7e]+/g, (text) => encodeURIComponent(text.toWellFormed()));
}

export function hasBody({ method }: Pick<Draft, 'method'>): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}

const PLACEHOLDER = /\$\{([A-Z][A-Z0-9_]{0,63})\}/g;

/** Returns the `NAME` of each `${NAME}`. The value of a placeholder is not saved with the request. */
export function placeholdersIn({ target, headers, body }: Draft): readonly string[] {
  const texts = [target, ...headers.map(([, value]) => value), body];
  return [...new Set(texts.flatMap((text) => [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name)))];
}

/**
 * Replaces placeholders with their values.
 * @param values by name; a placeholder without a value is left unchanged
 */
export function fillPlaceholders(draft: Draft, values: ReadonlyMap<string, string>): Draft {
  const fill = (text: string): string =>
    text.replaceAll(PLACEHOLDER, (whole, name: string) => values.get(name) ?? whole);
  return {
    ...draft,
    target: fill(draft.target),
    headers: draft.headers.map(([name, value]) => [name, fill(value)] as const),
    body: fill(draft.body),
  };
}
