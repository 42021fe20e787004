/** A reply that is sent as one piece, for which framing headers are added. */

type Piece = { readonly status: number; readonly headers: string[] };

/** @param ends whether the rest of the request is not read, so that the connection is closed after the reply */
export function addFraming({ status, headers }: Piece, bodyBytes: number, ends: boolean): void {
  if (ends) headers.push('Connection', 'close');
  // Replies with status 204 or 304 have no body by definition (RFC 9110 §15.3.5, §15.4.5). The reply to a HEAD request
  // keeps its length.
  if (status !== 204 && status !== 304) headers.push('Content-Length', String(bodyBytes));
}

export function bytesOf(body: string | Buffer): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}
