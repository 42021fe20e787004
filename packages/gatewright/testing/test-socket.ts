/** A client of a WebSocket API for tests. Tests wait for messages in order, with a time limit. */
import { WebSocket } from 'ws';
import { TestingError } from './control-link.ts';

export type SocketOptions = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Token that is sent as `Authorization: Bearer …`. */
  readonly token?: string;
  readonly protocols?: readonly string[];
  readonly api?: string;
  readonly stage?: string;
};

export interface TestSocket {
  /** Sends a message. An object or list is sent as JSON. */
  send(message: string | object): void;
  /**
   * Returns the next message. It is parsed if it is JSON.
   * @throws TestingError if no message arrives in time
   */
  next(withinMs?: number): Promise<unknown>;
  /** Resolves with the close code and the reason when the connection ends. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): Promise<void>;
}

/**
 * Thrown if the API refuses the connection.
 *
 * @example
 * ```ts
 * import { HandshakeRefused } from 'gatewright/testing';
 *
 * new HandshakeRefused(403, 'Forbidden').status // → 403
 * ```
 */
export class HandshakeRefused extends Error {
  override readonly name = 'HandshakeRefused';
  readonly code = 'GATEWRIGHT_HANDSHAKE';
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`the WebSocket API refused the connection: ${status} ${body}`);
    this.status = status;
    this.body = body;
  }
}

const USUAL_WAIT_MS = 10_000;

/**
 * Connects to a WebSocket API.
 * @throws HandshakeRefused if the API refuses the connection
 */
export async function openSocket(
  url: string,
  { headers = {}, query = {}, token, protocols = [] }: SocketOptions,
  parse: (text: string) => unknown,
): Promise<TestSocket> {
  const address = new URL(url);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  const socket = new WebSocket(address, [...protocols], {
    headers: { ...headers, ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
  });
  const inbox = new Inbox(parse);
  socket.on('message', (data: Buffer) => inbox.take(data.toString()));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      inbox.end(`the connection was closed with code ${code}`);
      resolve({ code, reason: reason.toString() });
    });
  });
  await handshake(socket);
  return {
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: (withinMs = USUAL_WAIT_MS) => inbox.next(withinMs),
    closed,
    async close() {
      socket.close();
      await closed;
    },
  };
}

function handshake(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.on('error', reject);
    socket.once('unexpected-response', (_, response) => {
      let body = '';
      response.on('data', (part: Buffer) => (body += part.toString()));
      response.on('end', () => reject(new HandshakeRefused(response.statusCode ?? 0, body)));
    });
  });
}

/** Stores the received messages and the callers that wait for a message. */
class Inbox {
  readonly #parse: (text: string) => unknown;
  readonly #messages: unknown[] = [];
  readonly #waiting: { resolve: (message: unknown) => void; reject: (error: Error) => void }[] = [];
  #ended: string | undefined;

  constructor(parse: (text: string) => unknown) {
    this.#parse = parse;
  }

  take(text: string): void {
    const message = this.#read(text);
    const first = this.#waiting.shift();
    if (first === undefined) this.#messages.push(message);
    else first.resolve(message);
  }

  end(why: string): void {
    this.#ended = why;
    for (const { reject } of this.#waiting.splice(0)) reject(new TestingError(why));
  }

  next(withinMs: number): Promise<unknown> {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift());
    if (this.#ended !== undefined) return Promise.reject(new TestingError(this.#ended));
    return new Promise((resolve, reject) => {
      const waiter = {
        resolve: (message: unknown) => {
          clearTimeout(timer);
          resolve(message);
        },
        reject: (error: Error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(new TestingError(`no message arrived within ${withinMs} ms`));
      }, withinMs);
      this.#waiting.push(waiter);
    });
  }

  #read(text: string): unknown {
    try {
      return this.#parse(text);
    } catch {
      return text;
    }
  }
}
