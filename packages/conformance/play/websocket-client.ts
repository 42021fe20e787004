/** One client's connection: what it has got, and how it ended. */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { headersByName } from './compare.ts';
import { addressOf } from './raw-client.ts';
import type { IncomingMessage } from 'node:http';
import type { Headers } from '../schema/parity-case.ts';
import type { RawReply } from './raw-client.ts';

const HANDSHAKE_MS = 10_000;
const CLOSE_MS = 2_000;

/** The handshake was answered by plain HTTP. */
export class Refused extends Error {
  readonly reply: RawReply;
  constructor(reply: RawReply) {
    super(`the handshake was answered ${reply.status}`);
    this.reply = reply;
  }
}

export type Client = {
  readonly socket: WebSocket;
  /** Of the handshake's answer, by lower-case name. */
  readonly answered: Readonly<Record<string, string>>;
  readonly pongs: readonly string[];
  /** Once it is over. */
  readonly end: { readonly code: number; readonly reason: string } | undefined;
};

type Handshake = {
  readonly url: string;
  readonly headers: Headers;
  readonly subprotocols: readonly string[];
};

/** @throws Refused */
export function connect(
  { url, headers, subprotocols }: Handshake,
  receive: (text: string) => void,
): Promise<Client> {
  const { promise, resolve, reject } = Promise.withResolvers<Client>();
  const there = new URL(url);
  const { host, hostname } = there;
  there.hostname = addressOf(hostname);
  const options = {
    headers: { ...(there.hostname === hostname ? {} : { Host: host }), ...headers } as Record<string, string>,
    handshakeTimeout: HANDSHAKE_MS,
  };
  const socket = new WebSocket(there, [...subprotocols], options);
  const client: { -readonly [Key in keyof Client]: Client[Key] } & { pongs: string[] } = {
    socket,
    answered: {},
    pongs: [],
    end: undefined,
  };
  // A frame may come together with the handshake's answer, so listen before the connection is open.
  socket.on('message', (data: Buffer) => receive(data.toString()));
  socket.on('pong', (data: Buffer) => client.pongs.push(data.toString()));
  socket.on('upgrade', (response: IncomingMessage) => {
    client.answered = headersByName(pairs(response.rawHeaders));
  });
  socket.on('open', () => resolve(client));
  socket.on('close', (code, reason) => (client.end = { code, reason: reason.toString() }));
  socket.on('error', reject);
  socket.on('unexpected-response', (_request, response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const { statusCode: status = 0, rawHeaders } = response;
      reject(new Refused({ status, headers: pairs(rawHeaders), body: Buffer.concat(chunks) }));
    });
  });
  return promise;
}

function pairs(flat: readonly string[]): (readonly [string, string])[] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as const] : []));
}

export async function close(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  // It would not hear of the other side's end either.
  if (socket.isPaused) {
    socket.terminate();
    return;
  }
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close();
  await Promise.race([closed, delay(CLOSE_MS)]);
  socket.terminate();
}
