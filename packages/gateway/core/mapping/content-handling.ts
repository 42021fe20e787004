/**
 * The conversion of bodies to and from an integration (docs/aws §2.4, both tables). If the result is text, bytes that
 * are not valid UTF-8 are lost, as on AWS.
 */

export type ContentHandling = 'CONVERT_TO_TEXT' | 'CONVERT_TO_BINARY';

/** A body as text or as bytes. Templates work only on text. */
export type Payload =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Buffer };

/** The error for a body that must be decoded but is not valid base64. The client receives 500. */
export class NotBase64Error extends Error {
  override readonly name = 'NotBase64Error';
}

const NOTHING = Buffer.alloc(0);

/**
 * Converts a request body. `isBinary` is true if the request's Content-Type is a binary media type of the API.
 * @throws NotBase64Error if the body must be decoded but is not valid base64
 */
export function convertRequestBody(
  body: Buffer = NOTHING,
  isBinary: boolean,
  handling: ContentHandling | undefined,
): Payload {
  if (isBinary) return handling === 'CONVERT_TO_TEXT' ? encoded(body) : { kind: 'bytes', bytes: body };
  return handling === 'CONVERT_TO_BINARY' ? decoded(body) : text(body);
}

/**
 * Converts a response body. `isBinary` is true if the response's Content-Type is a binary media type of the API.
 * `wantsBinary` is true if the first type in the Accept header is a binary media type of the API.
 * @throws NotBase64Error if the body must be decoded but is not valid base64
 */
export function convertResponseBody(
  body: Buffer,
  { isBinary, wantsBinary }: { readonly isBinary: boolean; readonly wantsBinary: boolean },
  handling: ContentHandling | undefined,
): Payload {
  const target = handling ?? (wantsBinary ? 'CONVERT_TO_BINARY' : 'CONVERT_TO_TEXT');
  if (isBinary) return target === 'CONVERT_TO_TEXT' ? encoded(body) : { kind: 'bytes', bytes: body };
  return target === 'CONVERT_TO_BINARY' ? decoded(body) : text(body);
}

function text(body: Buffer): Payload {
  return { kind: 'text', text: body.toString('utf8') };
}

function encoded(body: Buffer): Payload {
  return { kind: 'text', text: body.toString('base64') };
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Decodes base64 by the rules of Java's decoder: the standard alphabet, no spaces, and optional padding. */
function decoded(body: Buffer): Payload {
  const base64 = body.toString('latin1');
  if (!BASE64.test(base64) || base64.replace(/=+$/, '').length % 4 === 1)
    throw new NotBase64Error('the body is not base64');
  return { kind: 'bytes', bytes: Buffer.from(base64, 'base64') };
}
