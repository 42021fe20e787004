/**
 * Finds out in Node why handshakes failed. As in browsers, the WebSocket class of Node reveals no reason. But the HTTP
 * client of Node reports each response and each error on a diagnostics channel.
 */
import type { HandshakeFailure } from './connection-problem.ts';

type Channel = { readonly subscribe: (name: string, listener: (message: unknown) => void) => void };
type NodeProcess = { readonly getBuiltinModule?: (name: string) => Channel | undefined };

/**
 * undici publishes a response, including a response to an upgrade, with `{ request: { origin, path, upgrade },
 * response: { statusCode } }`.
 */
const RESPONSES = 'undici:request:headers';
/** undici publishes an error, such as a connection that was not made, with `{ request, error }`. */
const ERRORS = 'undici:request:error';
const MOST = 100;

const failures = new Map<string, HandshakeFailure>();
let isWatching = false;

/** Starts to record failures. Does nothing in a browser, or in a version of Node without the channels. */
export function watchHandshakes(): void {
  if (isWatching) return;
  isWatching = true;
  const { process } = globalThis as { readonly process?: NodeProcess };
  const channels = process?.getBuiltinModule?.('node:diagnostics_channel');
  channels?.subscribe(RESPONSES, noteResponse);
  channels?.subscribe(ERRORS, noteError);
}

/** Returns what is known about the last failed handshake at the address, and forgets it. */
export function takeFailure(url: string): HandshakeFailure {
  const name = nameOf(url);
  const failure = failures.get(name) ?? {};
  failures.delete(name);
  return failure;
}

type Request = { readonly origin?: unknown; readonly path?: unknown; readonly upgrade?: unknown };

function noteResponse(message: unknown): void {
  const { request, response } = message as {
    readonly request: Request;
    readonly response: { readonly statusCode?: unknown };
  };
  const { statusCode: status } = response;
  if (typeof status === 'number' && status !== 101) note(request, { status });
}

function noteError(published: unknown): void {
  const { request, error } = published as { readonly request: Request; readonly error?: unknown };
  note(request, { text: textOfError(error) });
}

/** The error for a name with several addresses has no text; its parts have one for each address. */
function textOfError(error: unknown): string {
  const { message, errors = [] } = Object(error) as {
    readonly message?: unknown;
    readonly errors?: readonly unknown[];
  };
  return typeof message === 'string' && message !== '' ? message : errors.map(textOfError).join(', ');
}

function note({ origin, path, upgrade }: Request, failure: HandshakeFailure): void {
  if (upgrade !== 'websocket') return;
  const name = `${String(origin)}${String(path)}`;
  // If the server has refused the handshake with a status, the error that follows only says that the client has closed
  // the connection.
  if (failures.get(name)?.status !== undefined && failure.status === undefined) return;
  failures.delete(name);
  failures.set(name, failure);
  const [oldest] = failures.keys();
  if (failures.size > MOST && oldest !== undefined) failures.delete(oldest);
}

/** `wss://example/prod` and `https://example/prod` are one address. */
function nameOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol.replace(/^ws/, 'http')}//${host}${pathname}${search}`;
}
