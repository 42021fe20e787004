/** Where the caller put the token. Reads it out; verifies nothing. */
import { REQUEST_HEADERS_LIMIT_BYTES } from '../aws/limits.ts';
import type { RequestEvent } from '../aws/authorizer-event.ts';
import { SUBPROTOCOL_MARKER } from '../aws/websocket-event.ts';
import { DomainError } from '../errors.ts';

/**
 * Takes the token out of `Authorization: Bearer eyJ…` (RFC 6750 section 2.1, scheme in any case).
 * A comma is refused: HTTP APIs join duplicate headers with it, and "first wins" hides the second.
 * @throws DomainError TOKEN_MISSING, TOKEN_MALFORMED
 */
export function readBearer(headerValue: string): string {
  if (headerValue.trim() === '') throw missing();
  if (headerValue.length > REQUEST_HEADERS_LIMIT_BYTES)
    throw malformed('the Authorization header is too long');
  const token = /^bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(headerValue)?.[1];
  if (token === undefined) throw malformed('the Authorization header is not of the form "Bearer <token>"');
  return token;
}

/**
 * Finds the token of a REQUEST event: `Authorization` header; on a WebSocket's `$connect` also the
 * subprotocol after `bearer`, or `?token=`. Elsewhere the query is not read: URLs end up in logs.
 * Two different tokens are refused instead of choosing one.
 * @throws DomainError TOKEN_MISSING, TOKEN_MALFORMED
 */
export function readCredential(event: RequestEvent): string {
  const found = (event.headers.get('authorization') ?? [])
    .filter((value) => value.trim() !== '')
    .map(readBearer);
  if (event.kind === 'websocket') {
    found.push(...(event.headers.get('sec-websocket-protocol') ?? []).flatMap(readSubprotocol));
    found.push(...(event.query.get('token') ?? []).filter((value) => value !== ''));
  }
  const [token, ...others] = new Set(found);
  if (token === undefined) throw missing();
  if (others.length > 0) throw malformed('the request carries two different tokens');
  return token;
}

function readSubprotocol(value: string): readonly string[] {
  const protocols = value.split(',').map((protocol) => protocol.trim());
  const marker = protocols.findIndex((protocol) => protocol.toLowerCase() === SUBPROTOCOL_MARKER);
  const token = marker === -1 ? undefined : protocols[marker + 1];
  return token === undefined || token === '' ? [] : [token];
}

function missing(): DomainError {
  return new DomainError('TOKEN_MISSING', 'the request carries no token');
}

function malformed(message: string): DomainError {
  return new DomainError('TOKEN_MALFORMED', message);
}
