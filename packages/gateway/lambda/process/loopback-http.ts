import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Whether a request comes from a web page. A web page can send requests to every loopback port. Such requests are
 * recognized by their Host or Origin header.
 */
export function isFromBrowser({ headers }: IncomingMessage, host: string): boolean {
  return headers.host !== host || headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}

/**
 * Returns the body as text. A body that exceeds the limit is read to its end and dropped, and the result is undefined.
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= limitBytes) parts.push(part);
  }
  return size > limitBytes ? undefined : Buffer.concat(parts).toString();
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  const length = String(Buffer.byteLength(text));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': length, ...headers });
  response.end(text);
}

export function refuse(
  response: ServerResponse,
  status: number,
  errorType: string,
  errorMessage: string,
): void {
  answerJson(response, status, { errorMessage, errorType });
}
