/**
 * Connects the upgrades of one HTTP server with the WebSocket pipeline. `ws` implements the protocol. `websocket/`
 * decides about handshakes, messages and closing.
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
   * Returns the request for the pipeline, with the API of its address; undefined if the address has no WebSocket API.
   */
  receive(request: IncomingMessage): Received | undefined;
  readonly at: WebSocketPorts;
};

/** Time for a client to respond to a close frame, or to read the reply to a refused handshake. */
const GOODBYE_MS = 1000;
/** Time at shutdown for closing handshakes, and again for `$disconnect` functions. */
const SHUTDOWN_STEP_MS = 500;
const SWEEP_EVERY_MS = 5000;

/**
 * Options for `ws`. They are a separate constant because the published types of `ws` lack `closeTimeout`. Pings are
 * handled in client-socket.ts.
 */
const FRAMES = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  autoPong: false,
  maxPayload: MESSAGE_LIMIT_BYTES,
  closeTimeout: GOODBYE_MS,
  // AWS selects no subprotocol. Only the header of the `$connect` function's result sets one.
  handleProtocols: () => false as const,
};

/**
 * Whether a request is a WebSocket handshake. REST and HTTP APIs ignore `Upgrade` and respond normally. The function is
 * used for `shouldUpgradeCallback` of an HTTP server.
 */
export function isWebSocketHandshake(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Ends idle and old connections of all servers. Returns a function that stops this. The timer does not keep the process
 * alive.
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
 * Maximum number of concurrent `$disconnect` invocations. If ten thousand connections end at once, for example because
 * the clock is moved past their idle limit, they would exceed an account's concurrency. A throttled `$disconnect` is
 * not repeated.
 */
const CLOSED_AT_ONCE = 250;

export class WebSocketPort {
  readonly #deps: WebSocketDeps;
  readonly #frames = new WebSocketServer(FRAMES);
  readonly #open = new Map<Connection, ClientSocket>();
  readonly #handshakes = new Set<Duplex>();
  /** Open handshakes, and every connection until its `$disconnect` function ends. */
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
    // The client disconnected while `$connect` ran. The function accepted the connection, so `$disconnect` is invoked
    // for it.
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
    // Both callbacks run within this call, because `ws` does not wait.
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

/** Runs a bounded number of tasks at a time, in order of arrival. */
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
      // The slot passes directly to the next task without becoming free in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
