/** Streams of HTTP/2 ⇄ exchanges, for clients of an API port that have agreed on it by ALPN (RFC 9113). */
import { HeaderList } from '../core/events/header-list.ts';
import { acceptRequest } from './answer-request.ts';
import { MAX_HEADER_BYTES, REQUEST_TIMEOUT_MS } from './http.ts';
import { limitBody } from './http2-ends.ts';
import { openSessions } from './http2-sessions.ts';
import { originForm } from '../core/receive.ts';
import type { TLSSocket } from 'node:tls';
import type { ApiServerOptions, Arrival } from './answer-request.ts';
import type { ArrivedStream } from './http2-sessions.ts';
import type { TlsPeer } from './tls-peer.ts';

/** Node counts pairs as well; AWS counts bytes, as the pipeline does. */
const MAX_HEADER_PAIRS = 2_000;
type From = { readonly socket: TLSSocket; readonly peer: TlsPeer };

export type Http2Port = {
  take(socket: TLSSocket, peer: TlsPeer): void;
  /** Lets open requests finish, and takes no new ones. */
  close(): void;
  destroy(): void;
};

export function openHttp2(options: ApiServerOptions, idleSessionMs?: number): Http2Port {
  const limits = { maxHeaderBytes: MAX_HEADER_BYTES, maxHeaderPairs: MAX_HEADER_PAIRS, idleSessionMs };
  const sessions = openSessions<From>(limits, (arrived) =>
    acceptRequest(toArrival(arrived), arrived.sink, options),
  );
  return { ...sessions, take: (socket, peer) => sessions.take(socket, { socket, peer }) };
}

function toArrival({ stream, headers, raw, from }: ArrivedStream<From>): Arrival {
  const own = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const authority = own(':authority');
  const named = own('host');
  // Two different names make the request malformed (RFC 9113 §8.3.1). Attack: one name
  // passes the check, the other appears in the event.
  const isTorn = authority !== undefined && named !== undefined && authority !== named;
  const host = isTorn ? undefined : (authority ?? named);
  const sent = raw.filter((_, index) => !(raw[index - (index % 2)] ?? '').startsWith(':'));
  const isBare = stream.endAfterHeaders;
  if (!isBare) limitBody(stream, REQUEST_TIMEOUT_MS);
  return {
    method: own(':method'),
    target: originForm(own(':path')),
    host,
    apiId: own('x-apigw-api-id')?.toLowerCase(),
    // Clients send the host in `:authority`; events show it among the headers.
    headers: new HeaderList(host === undefined || named !== undefined ? sent : ['Host', host, ...sent]),
    // On AWS, events contain this value even for HTTP/2 clients (captures of browsers, which always use it).
    httpVersion: '1.1',
    remoteAddress: from.socket.remoteAddress,
    body: isBare ? undefined : stream,
    peer: from.peer,
  };
}
