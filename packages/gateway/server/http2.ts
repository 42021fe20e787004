/**
 * Connects HTTP/2 streams with the pipeline, for clients of an API port that have negotiated HTTP/2 by ALPN (RFC 9113).
 */
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

/** The maximum number of header pairs that Node accepts. AWS and the pipeline limit the number of bytes instead. */
const MAX_HEADER_PAIRS = 2_000;
type From = { readonly socket: TLSSocket; readonly peer: TlsPeer };

export type Http2Port = {
  take(socket: TLSSocket, peer: TlsPeer): void;
  /** Stops accepting new requests. Open requests may finish. */
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
  // A request is malformed if its `:authority` and its `Host` differ (RFC 9113 §8.3.1). Attack: the Host check accepts
  // one of the two names, and the event contains the other.
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
    // `Host` is added to the headers, because events contain it but HTTP/2 clients send the host only in `:authority`.
    headers: new HeaderList(host === undefined || named !== undefined ? sent : ['Host', host, ...sent]),
    // On AWS, events contain this value even if the client uses HTTP/2 (captured with browsers, which always use
    // HTTP/2).
    httpVersion: '1.1',
    remoteAddress: from.socket.remoteAddress,
    body: isBare ? undefined : stream,
    peer: from.peer,
  };
}
