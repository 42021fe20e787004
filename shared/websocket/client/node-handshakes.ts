/**
 * Reads the status of refused handshakes from Node. Its own WebSocket class tells scripts no reason, as in browsers, but
 * its HTTP client reports each response on a diagnostics channel.
 */

type Channel = { readonly subscribe: (name: string, listener: (message: unknown) => void) => void };
type NodeProcess = { readonly getBuiltinModule?: (name: string) => Channel | undefined };

/** undici publishes a response, including a response to an upgrade, with `{ request: { origin, path, upgrade }, response: { statusCode } }`. */
const RESPONSES = 'undici:request:headers';
const MOST = 100;

const statuses = new Map<string, number>();
let isWatching = false;

/** Begins to note statuses. Does nothing in a browser, or in a version of Node without the channel. */
export function watchHandshakes(): void {
  if (isWatching) return;
  isWatching = true;
  const { process } = globalThis as { readonly process?: NodeProcess };
  process?.getBuiltinModule?.('node:diagnostics_channel')?.subscribe(RESPONSES, note);
}

/** Returns the status of the last refused handshake at the address, and forgets it. */
export function takeStatus(url: string): number | undefined {
  const name = nameOf(url);
  const status = statuses.get(name);
  statuses.delete(name);
  return status;
}

function note(message: unknown): void {
  const { request, response } = message as {
    readonly request: { readonly origin?: unknown; readonly path?: unknown; readonly upgrade?: unknown };
    readonly response: { readonly statusCode?: unknown };
  };
  const { statusCode } = response;
  if (request.upgrade !== 'websocket' || typeof statusCode !== 'number' || statusCode === 101) return;
  const name = `${String(request.origin)}${String(request.path)}`;
  statuses.delete(name);
  statuses.set(name, statusCode);
  const [oldest] = statuses.keys();
  if (statuses.size > MOST && oldest !== undefined) statuses.delete(oldest);
}

/** `wss://example/prod` and `https://example/prod` are one address. */
function nameOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol.replace(/^ws/, 'http')}//${host}${pathname}${search}`;
}
