/** Decides whether bodies are binary (docs/aws §2.4). */
import type { RequestFacts } from './request-facts.ts';

type EventBody = { readonly body: string | null; readonly isBase64Encoded: boolean };

const NO_BODY: EventBody = { body: null, isBase64Encoded: false };

/**
 * Reads the body for a REST API. It is base64 only if the Content-Type (default `application/json`) is a binary media
 * type of the API.
 */
export function readRestBody(request: RequestFacts, binaryMediaTypes: readonly string[]): EventBody {
  const contentType = request.headers.last('content-type') ?? 'application/json';
  return encodeBody(request.body, isBinaryType(contentType, binaryMediaTypes));
}

/**
 * Reads the body for HTTP API payloads 1.0 and 2.0. The body is text if the Content-Type is one of the text types
 * below. If it is any other type, if it has a charset other than UTF-8, or if there is no Content-Type, the body is
 * base64.
 */
export function readHttpBody(request: RequestFacts): EventBody {
  const contentType = request.headers.last('content-type') ?? '';
  return encodeBody(request.body, !isTextType(bareType(contentType)) || isInOtherCharset(contentType));
}

/**
 * Whether the charset is not UTF-8. Text in such a charset arrives as bytes (captured in August 2026, docs/aws §2.4).
 */
function isInOtherCharset(contentType: string): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1];
  return charset !== undefined && !/^utf-?8$/i.test(charset);
}

const TEXT_TYPES = new Set(['application/json', 'application/xml', 'application/javascript']);

function isTextType(type: string): boolean {
  return type.startsWith('text/') || TEXT_TYPES.has(type);
}

function encodeBody(body: Buffer | undefined, isBinary: boolean): EventBody {
  if (body === undefined || body.length === 0) return NO_BODY;
  return { body: body.toString(isBinary ? 'base64' : 'utf8'), isBase64Encoded: isBinary };
}

/**
 * Whether a response may be sent as bytes. A REST API compares only the first type in Accept. Without an Accept header,
 * only the catch-all binary type matches.
 */
export function acceptsBinary(accept: string | undefined, binaryMediaTypes: readonly string[]): boolean {
  if (binaryMediaTypes.length === 0) return false;
  const comma = accept?.indexOf(',') ?? -1;
  return isBinaryType(comma === -1 ? (accept ?? '') : (accept ?? '').slice(0, comma), binaryMediaTypes);
}

/**
 * Whether a media type matches one of the binary media types. `binaryMediaTypes` is in lower case and contains exact
 * types, `type/*`, or the catch-all. A wildcard on the left (`*` + `/test`) never matches, and a client's wildcard does
 * not match an exact type (both recorded). A client's `type/*` matches only a `type/*` in the API's list
 * (docs/aws §2.4).
 */
export function isBinaryType(mediaType: string, binaryMediaTypes: readonly string[]): boolean {
  return findBinaryEntry(mediaType, binaryMediaTypes) !== undefined;
}

/** Returns the first of the binary media types that the media type matches. */
export function findBinaryEntry(mediaType: string, binaryMediaTypes: readonly string[]): string | undefined {
  if (binaryMediaTypes.length === 0) return undefined;
  const type = bareType(mediaType);
  return binaryMediaTypes.find((entry) => {
    if (entry === '*/*') return true;
    if (entry.startsWith('*')) return false;
    return entry.endsWith('/*') ? type.startsWith(entry.slice(0, -1)) : entry === type;
  });
}

/** Converts `Text/HTML; charset=utf-8` to `text/html`. */
export function bareType(mediaType: string): string {
  const semicolon = mediaType.indexOf(';');
  return (semicolon === -1 ? mediaType : mediaType.slice(0, semicolon)).trim().toLowerCase();
}
