/** Sends one request to each route that an expectation lists. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { fillPath, pickMethod, takesBody } from './fill-path.ts';
import type { ExpectedRoute } from './expectation.ts';
import type { ServedApi, Started } from './process.ts';
import type { Answer } from './verdict.ts';

/**
 * Time limit for a response. It is longer than AWS's limit for an integration, so that the gateway's timeout comes
 * first.
 */
const ANSWER_WITHIN_MS = 32_000;
const MAX_BODY_CHARACTERS = 2000;
const LINE_WITHIN_MS = 3000;
/** Texts of API Gateway's errors with a 5xx status, docs/errors.md. */
const GATEWAY_WORDS =
  /^(?:internal server error|service unavailable|endpoint request timed[ -]out|network error .*|bad gateway|null)$/i;
/** The default body of a POST: a few members that most handlers look for. */
const GENERIC_BODY = { id: '1', name: 'test', title: 'test', text: 'test', message: 'test', value: 1 };

/** Returns the responses in the order of the routes, each with what the gateway logged during the request. */
export async function askRoutes(started: Started, routes: readonly ExpectedRoute[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const route of routes) {
    if (started.hasEnded()) break;
    const before = started.log().length;
    const api = findApi(started.apis, route);
    const { status, body } = api === undefined ? { status: undefined, body: '' } : await askOne(api, route);
    const isRefused = api !== undefined && (status === undefined || status >= 400);
    const said = isRefused
      ? await waitForLine(() => started.log().slice(before))
      : started.log().slice(before);
    const log = api === undefined ? 'the gateway does not serve this API' : lineOf(said);
    const isUnknownRoute = isUnknown(route, { status, body, log });
    answers.push({ route, status, isUnknownRoute, isOwnWords: !isGatewayText(body), log });
  }
  return answers;
}

/**
 * Finds the API by logical id; or takes the first API of the protocol if the name in the template differs from the
 * served name.
 */
export function findApi(apis: readonly ServedApi[], route: ExpectedRoute): ServedApi | undefined {
  const ofKind = apis.filter(({ kind }) => kind === route.protocol);
  return ofKind.find(({ logicalId }) => logicalId === route.api) ?? ofKind[0];
}

/**
 * Recognizes the gateway's response for an unknown route; a function that returns 404 has a different text. A REST API
 * returns the same text if a route requires a signature, so the phase in the log decides.
 */
export function isUnknown(
  { protocol }: ExpectedRoute,
  { status, body, log }: Reply & { readonly log: string },
): boolean {
  if (protocol === 'http') return status === 404 && body === '{"message":"Not Found"}';
  return status === 403 && body.includes('Missing Authentication Token') && !/ ms authenticate\b/.test(log);
}

/**
 * Recognizes the gateway's own responses by their text. The member `message` alone is not enough, because a function
 * that fails may return it, too.
 */
export function isGatewayText(body: string): boolean {
  const message = /^\{\s*"message":\s*"([^"]*)"\s*\}$/.exec(body)?.[1];
  return body === '' || (message !== undefined && GATEWAY_WORDS.test(message));
}

type Reply = { readonly status: number | undefined; readonly body: string };

async function askOne(api: ServedApi, route: ExpectedRoute): Promise<Reply> {
  if (route.protocol === 'websocket') return connect(api.url, route);
  const method = pickMethod(route.method);
  const url = `${api.url}${fillPath(route.path)}${route.query ?? ''}`;
  const hasBody = takesBody(method);
  const body = typeof route.body === 'string' ? route.body : JSON.stringify(route.body ?? GENERIC_BODY);
  try {
    const response = await fetch(url, {
      method,
      headers: { ...(hasBody && { 'content-type': 'application/json' }), ...route.headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      ...(hasBody && { body }),
    });
    return { status: response.status, body: (await response.text()).slice(0, MAX_BODY_CHARACTERS) };
  } catch {
    return { status: undefined, body: '' };
  }
}

function connect(url: string, { query = '', headers = {} }: ExpectedRoute): Promise<Reply> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url}${query}`, { headers, handshakeTimeout: ANSWER_WITHIN_MS });
    const end = (status: number | undefined): void => {
      resolve({ status, body: '' });
      socket.terminate();
    };
    socket.on('open', () => end(101));
    socket.on('unexpected-response', (_, response) => end(response.statusCode));
    socket.on('error', () => end(undefined));
  });
}

/** Waits for the log line. The gateway writes it after the response, and on a busy machine it may come much later. */
export async function waitForLine(said: () => string, withinMs = LINE_WITHIN_MS): Promise<string> {
  const deadlineMs = performance.now() + withinMs;
  while (!said().split('\n').some(isLine) && performance.now() < deadlineMs) await sleep(20);
  // An error that the line quotes may arrive in a later chunk.
  await sleep(20);
  return said();
}

/** Returns the request's log line, which names method, path and status. A quoted error may span several lines. */
export function lineOf(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const at = lines.findLastIndex(isLine);
  return lines.slice(at).join(' ').slice(0, MAX_BODY_CHARACTERS);
}

function isLine(line: string): boolean {
  return /^\S+ \S+ \d{3} /.test(line);
}
