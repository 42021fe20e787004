/**
 * Connects one HTTP server's upgrades with the WebSocket pipeline. `ws` implements the protocol, and `websocket/`
 * handles handshakes, messages and closing.
 */
import { describeFault } from '../core/errors.ts';
import { WebSocketServer } from 'ws';
import { wordRefusal } from '../core/deployment/wordings/refusal-wordings.ts';
import { ABNORMAL, GOING_AWAY, MESSAGE_LIMIT_BYTES } from '../core/websocket/limits.ts';
import { connect, disconnect, message } from '../core/websocket/pipeline.ts';
import { ClientSocket } from './client-socket.ts';
import { printHead } from './raw-reply.ts';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Received } from '../core/exchange.ts';
import type { Connection, ConnectionDetail, Connections } from '../core/websocket/connections.ts';
import type { Closure } from '../core/websocket/limits.ts';
import type { RawReply } from './raw-reply.ts';
import type { WebSocketPorts } from '../core/websocket/pipeline.ts';

type WebSocketDeps = {
  /**
   * Returns the request in the form that the pipeline needs, with the API that its address belongs to; undefined if
   * this API is not a WebSocket API.
   */
  receive(request: IncomingMessage): Received | undefined;
  readonly at: WebSocketPorts;
};

/**
 * The time in milliseconds that a client has to respond to a close frame, or to read the reply to a refused handshake.
 */
const GOODBYE_MS = 1000;
/**
 * The time limit in milliseconds for each step of the shutdown. The first step is the closing handshakes, and the
 * second is the `$disconnect` functions.
 */
const SHUTDOWN_STEP_MS = 500;
const SWEEP_EVERY_MS = 5000;

/**
 * The options for `ws`. They are in a separate constant because the published types of `ws` lack `closeTimeout`. `ws`
 * itself does not respond to pings, because client-socket.ts does.
 */
const FRAMES = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  autoPong: false,
  maxPayload: MESSAGE_LIMIT_BYTES,
  closeTimeout: GOODBYE_MS,
  // AWS does not select a subprotocol itself. Only the response of the `$connect` function can set one, in a header.
  handleProtocols: () => false as const,
};

/**
 * Whether a request is a WebSocket handshake. It is used as the `shouldUpgradeCallback` of an HTTP server, because REST
 * and HTTP APIs ignore `Upgrade` and respond normally.
 */
export function isWebSocketHandshake(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Regularly ends connections that are idle or too old, on all servers. Returns a function that stops this. The timer
 * does not keep the process alive.
 */
export function startSweeping(connections: Connections): () => void {
  const timer = setInterval(() => connections.sweep(), SWEEP_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Serves the WebSocket handshakes of `server` until the port is closed. */
export function attachWebSockets(server: Server, deps: WebSocketDeps): WebSocketPort {
  const port = new WebSocketPort(deps);
  server.on('upgrade', (request, socket, head) => port.accept(request, socket, head));
  return port;
}

/**
 * The maximum number of `$disconnect` functions that run at the same time. Ten thousand connections may end at once,
 * for example because the clock is moved past their idle limit. Without this limit, their `$disconnect` calls would
 * exceed the account's concurrency, and a throttled `$disconnect` is not repeated.
 */
const CLOSED_AT_ONCE = 250;

export class WebSocketPort {
  readonly #deps: WebSocketDeps;
  readonly #frames = new WebSocketServer(FRAMES);
  readonly #open = new Map<Connection, ClientSocket>();
  readonly #handshakes = new Set<Duplex>();
  /** The handshakes in progress, and all connections whose `$disconnect` function has not ended. */
  readonly #tasks = new Set<Promise<void>>();
  readonly #closing = new TaskQueue(CLOSED_AT_ONCE);
  #isClosing = false;

  constructor(deps: WebSocketDeps) {
    this.#deps = deps;
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (this.#isClosing) {
      socket.destroy();
      return;
    }
    const received = this.#deps.receive(request);
    if (received === undefined) {
      writeReply(socket, wordRefusal('no-websocket-api'));
      return;
    }
    this.#track(this.#shakeHands(received, request, socket, head));
  }

  async #shakeHands(
    received: Received,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    this.#handshakes.add(socket);
    const outcome = await connect(received, this.#deps.at);
    this.#handshakes.delete(socket);
    if (outcome.kind === 'refused') {
      writeReply(socket, outcome.reply);
      return;
    }
    const webSocket = this.#upgrade(request, socket, head, outcome.headers);
    // The client disconnected while `$connect` was running. The function has accepted the connection, so
    // `$disconnect` must be called for it.
    if (webSocket === undefined) await disconnect(outcome.detail, ABNORMAL, this.#deps.at);
    else this.#track(this.#serve(webSocket, socket, outcome.detail));
  }

  #upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    headers: readonly string[],
  ): WebSocket | undefined {
    let upgraded: WebSocket | undefined;
    const addHeaders = (lines: string[]): void => {
      for (let index = 0; index + 1 < headers.length; index += 2)
        lines.push(`${headers[index] ?? ''}: ${headers[index + 1] ?? ''}`);
    };
    // Both callbacks run during the call to `handleUpgrade`, because `ws` handles the upgrade synchronously.
    this.#frames.once('headers', addHeaders);
    this.#frames.handleUpgrade(request, socket, head, (webSocket) => (upgraded = webSocket));
    this.#frames.off('headers', addHeaders);
    return upgraded;
  }

  /** Serves a connection. Resolves when the connection and its `$disconnect` function have ended. */
  async #serve(webSocket: WebSocket, stream: Duplex, detail: ConnectionDetail): Promise<void> {
    const { at } = this.#deps;
    const { promise: closed, resolve: onClosed } = Promise.withResolvers<Closure>();
    const client = new ClientSocket(webSocket, stream, {
      message: async (text) => {
        try {
          const frame = await message(connection, text, at);
          // A client that sends without reading the responses is cut off before it fills the memory.
          if (frame !== undefined && at.connections.deliver(connection, frame) === 'full') client.cutOff();
        } catch (fault) {
          this.#report(fault);
          client.cutOff();
        }
      },
      closed: onClosed,
    });
    const connection = at.connections.open(detail, client);
    this.#open.set(connection, client);
    const closure = await closed;
    at.connections.forget(connection);
    this.#open.delete(connection);
    await this.#closing.run(() => disconnect(connection, closure, at));
  }

  /**
   * Ends every connection with 1001, disconnects clients that do not respond, and runs `$disconnect`. Each step has a
   * time limit.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const socket of this.#handshakes) socket.destroy();
    for (const connection of this.#open.keys()) this.#deps.at.connections.end(connection, GOING_AWAY);
    await settleWithin(this.#tasks, SHUTDOWN_STEP_MS);
    for (const client of this.#open.values()) client.cutOff();
    await settleWithin(this.#tasks, SHUTDOWN_STEP_MS);
  }

  #track(task: Promise<void>): void {
    const guarded = task.catch((fault: unknown) => this.#report(fault));
    this.#tasks.add(guarded);
    void guarded.finally(() => this.#tasks.delete(guarded));
  }

  /** An error of one connection must not end the process. */
  #report(fault: unknown): void {
    this.#deps.at.log.write(describeFault(fault));
  }
}

async function settleWithin(tasks: Iterable<Promise<void>>, limitMs: number): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), limitMs);
  await Promise.race([Promise.allSettled(tasks), tooLate]);
  clearTimeout(timer);
}

/** Sends an ordinary HTTP reply to a refused handshake, on a socket that Node's HTTP server no longer handles. */
function writeReply(socket: Duplex, reply: RawReply): void {
  if (!socket.writable) return;
  const deadline = setTimeout(() => socket.destroy(), GOODBYE_MS);
  deadline.unref();
  socket.once('finish', () => socket.destroy());
  socket.once('close', () => clearTimeout(deadline));
  socket.write(printHead(reply));
  socket.end(reply.body);
}

/** Runs tasks in order of arrival. The number of tasks that run at the same time is limited. */
export class TaskQueue {
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  async run(task: () => Promise<void>): Promise<void> {
    if (this.#running === this.#atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      await task();
    } finally {
      // The slot of the finished task is given directly to the next task, so no other task can take it.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
