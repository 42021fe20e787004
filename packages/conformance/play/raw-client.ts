/**
 * Sends HTTP/1.1 requests over a plain socket. The target, the header names and the body are sent byte for byte as the
 * case specifies, and the response is returned undecoded. Ordinary clients would normalize the path, add headers, or
 * refuse to send `Expect`, `TE` and `Upgrade`.
 */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

const HTTPS = 443;

export type RawRequest = {
  readonly host: string;
  readonly port: number;
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** `Host` is added unless it is in this list. If there is a body, the same applies to `Content-Length`. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Buffer | undefined;
  readonly timeoutMs: number;
  /** TLS settings; without them, the request is sent over a plain socket. */
  readonly tls?: {
    readonly servername: string;
    /** Certificate of the trusted authority; without it, Node's default authorities are trusted. */
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
  };
};

export type RawReply = {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
};

/**
 * Sends one request on its own connection.
 * @throws Error if the server closes the connection, sends an invalid response, or takes longer than `timeoutMs`
 */
export function sendRaw(request: RawRequest): Promise<RawReply> {
  const { promise, resolve, reject } = Promise.withResolvers<RawReply>();
  const { port, host, tls } = request;
  const address = addressOf(host);
  const socket = tls === undefined ? connect(port, address) : connectTls({ port, host: address, ...tls });
  let received: Buffer = Buffer.alloc(0);
  const deadline = setTimeout(() => {
    finish(() => reject(new Error(`the response was not complete within ${request.timeoutMs} ms`)));
  }, request.timeoutMs);
  function finish(settle: () => void): void {
    clearTimeout(deadline);
    socket.destroy();
    settle();
  }
  function read(atEnd: boolean): void {
    try {
      const reply = parseReply(received, request.method, atEnd);
      if (reply !== undefined) finish(() => resolve(reply));
      else if (atEnd) finish(() => reject(new Error(`connection closed after ${received.length} bytes`)));
    } catch (error) {
      finish(() => reject(error instanceof Error ? error : new Error(String(error))));
    }
  }
  socket.on(tls === undefined ? 'connect' : 'secureConnect', () => socket.write(printRequest(request)));
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    read(false);
  });
  socket.on('end', () => read(true));
  socket.on('error', (error) => finish(() => reject(error)));
  return promise;
}

/** Returns the loopback address for names below `localhost` (RFC 6761, section 6.3), which not every resolver knows. */
export function addressOf(host: string): string {
  return host.endsWith('.localhost') ? '127.0.0.1' : host;
}

export function printRequest({ host, port, method, target, headers, body }: RawRequest): Buffer {
  const has = (name: string) => headers.some(([given]) => given.toLowerCase() === name);
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  if (!has('host')) lines.unshift(`Host: ${port === HTTPS ? host : `${host}:${port}`}`);
  const framed = has('content-length') || has('transfer-encoding');
  if (body !== undefined && !framed) lines.push(`Content-Length: ${body.length}`);
  // latin1 keeps every byte of the target as the case specifies it.
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (body === undefined) return head;
  return Buffer.concat([head, has('transfer-encoding') ? chunk(body) : body]);
}

function chunk(body: Buffer): Buffer {
  const end = Buffer.from('0\r\n\r\n');
  if (body.length === 0) return end;
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n'), end]);
}

/** Returns the final response in `bytes`, or undefined if it is incomplete. Interim responses (1xx) are skipped. */
export function parseReply(bytes: Buffer, method: string, atEnd: boolean): RawReply | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [statusLine = '', ...headerLines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined)
    throw new Error(`the response does not begin with an HTTP status line: ${statusLine.slice(0, 80)}`);
  const rest = bytes.subarray(headEnd + 4);
  if (status.startsWith('1') && status !== '101') return parseReply(rest, method, atEnd);
  const headers = headerLines.map((line): readonly [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const body = readBody(rest, { status: Number(status), headers, bodyless: method === 'HEAD' }, atEnd);
  return body === undefined ? undefined : { status: Number(status), headers, body };
}

type Framing = {
  readonly status: number;
  readonly headers: RawReply['headers'];
  readonly bodyless: boolean;
};

function readBody(rest: Buffer, { status, headers, bodyless }: Framing, atEnd: boolean): Buffer | undefined {
  if (bodyless || status === 101 || status === 204 || status === 304) return Buffer.alloc(0);
  const find = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  if (find('transfer-encoding')?.toLowerCase() === 'chunked') return readChunks(rest);
  const length = find('content-length');
  if (length === undefined) return atEnd ? rest : undefined;
  return rest.length < Number(length) ? undefined : rest.subarray(0, Number(length));
}

function readChunks(rest: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(rest.subarray(at, lineEnd).toString('latin1'), 16);
    if (Number.isNaN(size)) throw new Error('the response has a chunk without a size');
    const start = lineEnd + 2;
    if (rest.length < start + size + 2) return undefined;
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(rest.subarray(start, start + size));
    at = start + size + 2;
  }
}
