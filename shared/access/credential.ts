/** Finds the caller's credential in an event, but does not verify it. */
import { REQUEST_HEADERS_LIMIT_BYTES } from '../aws/limits.ts';
import type { ClientCertificate, RequestEvent } from '../aws/authorizer-event.ts';
import { splitSubprotocols } from '../aws/subprotocols.ts';
import { DomainError } from '../errors.ts';
import type { CompiledSource } from './compiled-document.ts';

const BEARER = /^bearer +/i;

/**
 * The credential in an event. `issuers` are the ids of the issuers whose credentials may be at this place in the event.
 */
export type Credential =
  | { readonly kind: 'token'; readonly token: string; readonly issuers: readonly string[] }
  | {
      readonly kind: 'certificate';
      readonly certificate: ClientCertificate;
      readonly issuers: readonly string[];
    };

/** The parts of a request that may contain a credential. */
type CredentialPlaces = Pick<RequestEvent, 'headers' | 'query' | 'certificate'>;

/**
 * Reads the credential of a TOKEN event. The event has only one header, chosen in the authorizer's settings.
 * @throws DomainError TOKEN_MISSING if the header contains no credential; TOKEN_MALFORMED if the credential is too long
 * or malformed
 */
export function readTokenHeader(value: string, sources: readonly CompiledSource[]): Credential {
  const source = sources.filter(isHeader).find((candidate) => suits(value, candidate, sources));
  if (source === undefined || value.trim() === '') throw missing();
  return { kind: 'token', token: readHeader(value, source.scheme), issuers: source.issuers };
}

/**
 * Reads all sources, and returns the credential of the first that has a value. No later source replaces a bad
 * credential.
 * @throws DomainError TOKEN_MISSING if no source has a value; TOKEN_MALFORMED if a header's value is malformed, or a
 * later source has another token for the same issuer
 */
export function readCredential(event: CredentialPlaces, sources: readonly CompiledSource[]): Credential {
  const [first, ...others] = sources.flatMap((source) => readSource(event, source, sources));
  if (first === undefined) throw missing();
  if (others.some((other) => contradicts(first, other)))
    throw malformed('the request carries two different tokens');
  return first;
}

function contradicts(first: Credential, other: Credential): boolean {
  const isSameIssuer = other.issuers.some((id) => first.issuers.includes(id));
  return isSameIssuer && first.kind === 'token' && other.kind === 'token' && first.token !== other.token;
}

function readSource(
  event: CredentialPlaces,
  source: CompiledSource,
  sources: readonly CompiledSource[],
): readonly Credential[] {
  const { issuers } = source;
  if (source.in === 'clientCert')
    return event.certificate === undefined
      ? []
      : [{ kind: 'certificate', certificate: event.certificate, issuers }];
  return readTokens(event, source, sources).map((token) => ({ kind: 'token', token, issuers }));
}

function readTokens(
  event: CredentialPlaces,
  source: Exclude<CompiledSource, { in: 'clientCert' }>,
  sources: readonly CompiledSource[],
): readonly string[] {
  switch (source.in) {
    case 'header':
      return valuesIn(event.headers, source.name)
        .filter((value) => suits(value, source, sources))
        .map((value) => readHeader(value, source.scheme));
    case 'query':
      return valuesIn(event.query, source.name);
    case 'subprotocol':
      return valuesIn(event.headers, 'sec-websocket-protocol').flatMap((value) =>
        readSubprotocol(value, source.marker),
      );
  }
}

function valuesIn(map: ReadonlyMap<string, readonly string[]>, name: string): readonly string[] {
  return (map.get(name) ?? []).filter((value) => value.trim() !== '');
}

type HeaderSource = Extract<CompiledSource, { in: 'header' }>;

function isHeader(source: CompiledSource): source is HeaderSource {
  return source.in === 'header';
}

/**
 * Whether a header's value belongs to a source. One header may be read with and without `Bearer`, as Cognito's
 * authorizers do, and the value decides which source applies.
 */
function suits(value: string, { name, scheme }: HeaderSource, sources: readonly CompiledSource[]): boolean {
  const isOnly = sources.filter(isHeader).every((other) => other.name !== name || other.scheme === scheme);
  return isOnly || BEARER.test(value) === (scheme !== undefined);
}

/**
 * Reads `Bearer eyJ…` (RFC 6750 section 2.1, scheme in any case) or the bare credential. Refuses a comma, because HTTP
 * APIs join duplicate headers with commas, and the second credential would be ignored.
 */
function readHeader(value: string, scheme: 'Bearer' | undefined): string {
  if (value.length > REQUEST_HEADERS_LIMIT_BYTES)
    throw malformed(
      `the header has ${value.length} characters; a credential may have at most ${REQUEST_HEADERS_LIMIT_BYTES}`,
    );
  const before = scheme === undefined ? '' : BEARER.exec(value)?.[0];
  const token = before === undefined ? '' : value.slice(before.length);
  if (!/^[A-Za-z0-9._~+/=-]+$/.test(token))
    throw malformed(`the header is not of the form "${scheme === undefined ? '' : 'Bearer '}<token>"`);
  return token;
}

/** Returns each entry of the list that directly follows the marker, such as `eyJ…` in `bearer, eyJ…`. */
function readSubprotocol(value: string, marker: string): readonly string[] {
  const protocols = splitSubprotocols(value);
  const isMarker = (protocol: string | undefined) => protocol?.toLowerCase() === marker.toLowerCase();
  return protocols.filter((token, place) => token !== '' && isMarker(protocols[place - 1]));
}

function missing(): DomainError {
  return new DomainError('TOKEN_MISSING', 'the request carries no credential');
}

function malformed(message: string): DomainError {
  return new DomainError('TOKEN_MALFORMED', message);
}
