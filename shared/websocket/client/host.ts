/** The features of the browser or Node that the client library uses: sockets, time and randomness. */
import type { HandshakeFailure } from './connection-problem.ts';
import { takeFailure, watchHandshakes } from './node-handshakes.ts';

/** The part of a WebSocket that is used. It is the same in browsers, Node (from 22 on) and `ws`. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export type SocketClass = new (url: string, protocols?: string[]) => Socket;

export interface Host {
  connect(url: string, protocols: readonly string[]): Socket;
  /**
   * Returns what is known about the handshake that ended with this event. The handshake was made at the address `url`.
   */
  failureOf(url: string, event: unknown): HandshakeFailure;
  /** Reports an error for which there is no handler. */
  warn(text: string): void;
  nowMs(): number;
  /** Returns a number in [0, 1). */
  fraction(): number;
  /** @returns a function that cancels the call */
  after(ms: number, run: () => void): () => void;
  newId(): string;
}

/**
 * Returns the host's features.
 * @throws Error if the host has no WebSocket class; the caller then has to pass the class
 */
export function hostOf(given?: SocketClass): Host {
  const made = given ?? (globalThis as { WebSocket?: SocketClass }).WebSocket;
  if (made === undefined)
    throw new Error(
      'this runtime has no WebSocket: pass an implementation, such as { webSocket: WebSocket } of the package ws',
    );
  if (given === undefined) watchHandshakes();
  return {
    connect: (url, protocols) => new made(url, [...protocols]),
    failureOf: (url, event) => readFailure(event, given === undefined ? takeFailure(url) : {}),
    warn: (text) => console.warn(text),
    nowMs: () => performance.now(),
    fraction: Math.random,
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    newId: () =>
      Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
        byte.toString(16).padStart(2, '0'),
      ).join(''),
  };
}

/** The package `ws` has the status only in the text of its error. */
const STATUS_IN_TEXT = /^Unexpected server response: (\d{3})$/;

function readFailure(event: unknown, known: HandshakeFailure): HandshakeFailure {
  const { message } = Object(event) as { readonly message?: unknown };
  const text = typeof message === 'string' && message !== '' ? message : known.text;
  const found = STATUS_IN_TEXT.exec(text ?? '')?.[1];
  return { status: known.status ?? (found === undefined ? undefined : Number(found)), text };
}
