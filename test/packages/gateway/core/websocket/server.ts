/** A gateway port with one WebSocket API on a free port of loopback, and real clients for it. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createApiServer } from '../../../../../packages/gateway/server/http.ts';
import { BodyMemory } from '../../../../../packages/gateway/server/body-memory.ts';
import { UnreadReplies } from '../../../../../packages/gateway/server/unread-replies.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { attachWebSockets } from '../../../../../packages/gateway/server/websocket-frames.ts';
import { Connections } from '../../../../../packages/gateway/core/websocket/connections.ts';
import { handleManagement } from '../../../../../packages/gateway/core/websocket/management.ts';
import { WebSocket } from 'ws';
import { anApi, somePorts } from './fixture.ts';
import type { AddressInfo, Socket } from 'node:net';
import type { ClientOptions } from 'ws';
import type { ServedApi } from '../../../../../packages/gateway/core/exchange.ts';
import type { Clock, InvocationResult } from '../../../../../packages/gateway/core/ports.ts';
import type { Identities } from '../../../../../packages/gateway/core/policy/identities.ts';
import type { FakePorts, Handler, SeenEvent } from './fixture.ts';

export type RunningApi = {
  readonly at: FakePorts;
  /** `127.0.0.1:12345` */
  readonly host: string;
  close(): Promise<void>;
};

const NO_IDENTITIES: Identities = {
  find: () => undefined,
  secretOf: () => undefined,
  sessionOf: () => undefined,
  all: [],
};

export async function startApi(
  api: ServedApi,
  handlers: Readonly<Record<string, Handler | InvocationResult>>,
  identities: Identities = NO_IDENTITIES,
  makeConnections = (clock: Clock) => new Connections(clock),
): Promise<RunningApi> {
  const ports = somePorts(api, handlers);
  const at = { ...ports, identities, connections: makeConnections(ports.clock) };
  const server = createApiServer({
    isHostAllowed: () => true,
    resolveApi: () => api,
    // As on the control port, the API's id may precede the signed path.
    handleManagement: (request, served) =>
      handleManagement(request, served, at, request.path.replace(`/${api.apiId}/`, '/')),
    bodies: new BodyMemory(at.log),
    unread: new UnreadReplies(at.log),
    ports: at,
  });
  const webSockets = attachWebSockets(server, {
    at,
    receive: ({
      method = 'GET',
      url: target = '/',
      rawHeaders,
      httpVersion,
      socket: { remoteAddress = '127.0.0.1' },
    }) => receive({ method, target, rawHeaders, body: undefined, remoteAddress, httpVersion }, api, at),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    at,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      await webSockets.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The result of a handshake. */
type Handshake =
  | { readonly kind: 'open'; readonly client: Client; readonly headers: NodeJS.Dict<string | string[]> }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly headers: NodeJS.Dict<string | string[]>;
      readonly body: string;
    };

export async function shakeHands(
  url: string,
  options: ClientOptions = {},
  protocols: string[] = [],
): Promise<Handshake> {
  const socket = new WebSocket(url, protocols, options);
  const client = new Client(socket);
  return new Promise((resolve, reject) => {
    socket.on('upgrade', ({ headers }) =>
      socket.on('open', () => resolve({ kind: 'open', client, headers })),
    );
    socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        resolve({ kind: 'refused', status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    socket.on('error', reject);
  });
}

/** Opens a connection that must be accepted. */
export async function open(url: string, options: ClientOptions = {}): Promise<Client> {
  const handshake = await shakeHands(url, options);
  if (handshake.kind === 'refused') throw new Error(`refused with ${handshake.status}: ${handshake.body}`);
  return handshake.client;
}

/** A real client that keeps what it gets until a test asks. */
export class Client {
  readonly socket: WebSocket;
  readonly #frames: string[] = [];
  readonly #waiting: ((frame: string) => void)[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('message', (data: Buffer, isBinary) => {
      const frame = isBinary ? `binary ${data.toString('hex')}` : data.toString();
      const next = this.#waiting.shift();
      if (next === undefined) this.#frames.push(frame);
      else next(frame);
    });
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next frame, waiting for it. */
  next(): Promise<string> {
    const frame = this.#frames.shift();
    return frame === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(frame);
  }
}

/** Sends bytes on a bare socket and collects all that comes back until the gateway closes it. */
export async function talk(host: string, bytes: string): Promise<string> {
  const socket = connectTcp(host);
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

/** A bare socket to `127.0.0.1:12345`. */
export function connectTcp(host: string): Socket {
  return connect(Number(host.split(':')[1]), '127.0.0.1');
}

/** The text of a handshake, good unless changed. */
export function handshakeText(changes: Readonly<Record<string, string>> = {}, path = '/dev'): string {
  const headers = {
    Host: 'api.test',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...changes,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** An API that echoes every message, and the first event of its `$disconnect` function. */
export async function startEcho(): Promise<RunningApi & { readonly ended: Promise<SeenEvent> }> {
  const { promise: ended, resolve } = Promise.withResolvers<SeenEvent>();
  const running = await startApi(anApi(ECHO_ROUTES), { echo, bye: resolve });
  return { ...running, ended };
}

export const ECHO_ROUTES = {
  $default: { functionName: 'echo', repliesToClient: true },
  $disconnect: { functionName: 'bye' },
};

export const echo: Handler = ({ body }) => ({ statusCode: 200, body });
