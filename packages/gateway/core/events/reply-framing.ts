/** A reply that is sent as one piece. The framing headers are added to its `headers`. */

type Piece = { readonly status: number; readonly headers: string[] };

/**
 * Adds the framing headers.
 * @param ends true if the rest of the request is not read and the connection is therefore closed after the reply
 */
export function addFraming({ status, headers }: Piece, bodyBytes: number, ends: boolean): void {
  if (ends) headers.push('Connection', 'close');
  // Replies with status 204 or 304 never have a body (RFC 9110 §15.3.5, §15.4.5). The reply to a HEAD request has a
  // Content-Length, although it has no body.
  if (status !== 204 && status !== 304) headers.push('Content-Length', String(bodyBytes));
}

export function bytesOf(body: string | Buffer): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}
