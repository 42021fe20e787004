/**
 * Hard limits that hold before any route is looked up.
 * reads: URL, headers, body · adds: nothing · may answer: no · fails with: URI_TOO_LONG, HEADERS_TOO_LARGE, REQUEST_TOO_LARGE
 * @see aws-behaviour §1.1 step 1, §2.5
 */
import { gatewayError } from '../errors.ts';
import type { Received } from '../exchange.ts';

/** Bytes. One more than the body limit may arrive: that is how the server says "too long" without reading on. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_HEADER_BYTES = 10_240;
const MAX_URL_BYTES = 10_240;

export function screen(received: Received): void {
  const urlBytes = received.rawPath.length + received.rawQuery.length;
  if (urlBytes > MAX_URL_BYTES)
    throw gatewayError('URI_TOO_LONG', { source: 'client', reason: `URL of ${urlBytes} bytes` });
  let headerBytes = 0;
  for (const text of received.rawHeaders) headerBytes += text.length + 2;
  if (headerBytes > MAX_HEADER_BYTES)
    throw gatewayError('HEADERS_TOO_LARGE', { source: 'client', reason: `headers of ${headerBytes} bytes` });
  if (received.body !== undefined && received.body.length > MAX_BODY_BYTES)
    throw gatewayError('REQUEST_TOO_LARGE', { source: 'client', reason: 'body over 10 MB' });
}
