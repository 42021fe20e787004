/** A WebSocket client that sends bytes, so that it can do what no library allows. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

const ANSWERED_WITHIN_MS = 60_000;

export class RawClient {
  readonly socket: Socket;
  /** Its connection id, which it requests when it opens the connection. */
  id = '';
  #received: Buffer = Buffer.alloc(0);
  /** The number of received frames, by opcode. */
  readonly frames = new Map<number, number>();
  /** The code of the close frame; undefined if none has arrived. */
  closeCode: number | undefined;
  #texts: string[] = [];
  receivedBytes = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  static async open(url: URL): Promise<RawClient> {
    const socket = connect({ port: Number(url.port), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    const [head] = (await once(socket, 'data', { signal: AbortSignal.timeout(ANSWERED_WITHIN_MS) })) as [
      Buffer,
    ];
    if (!head.toString('latin1').startsWith('HTTP/1.1 101 ')) throw new Error(head.toString('latin1'));
    const client = new RawClient(socket);
    client.send(textFrame('id'));
    client.id = (await client.text()).split(' ')[0] ?? '';
    return client;
  }

  /** @returns whether the system accepts more bytes at present */
  send(bytes: Buffer): boolean {
    return !this.socket.destroyed && this.socket.write(bytes);
  }

  /** Returns the next text message that consists of a single frame. */
  async text(): Promise<string> {
    const until = performance.now() + ANSWERED_WITHIN_MS;
    for (;;) {
      const text = this.#texts.shift();
      if (text !== undefined) return text;
      if (performance.now() > until || this.socket.destroyed) throw new Error('no answer has come');
      await once(this.socket, 'data', { signal: AbortSignal.timeout(ANSWERED_WITHIN_MS) });
    }
  }

  /** Waits until the connection has ended. */
  async ended(): Promise<void> {
    this.socket.resume();
    if (this.socket.readableEnded || this.socket.destroyed) return;
    const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
    await Promise.race([once(this.socket, 'end', { signal }), once(this.socket, 'close', { signal })]);
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.receivedBytes += chunk.length;
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    for (;;) {
      const [first, second] = this.#received;
      if (first === undefined || second === undefined) return;
      const short = second & 0x7f;
      const from = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (this.#received.length < from) return;
      const length =
        short === 127
          ? Number(this.#received.readBigUInt64BE(2))
          : short === 126
            ? this.#received.readUInt16BE(2)
            : short;
      if (this.#received.length < from + length) return;
      const payload = this.#received.subarray(from, from + length);
      this.#received = this.#received.subarray(from + length);
      const opcode = first & 0x0f;
      this.frames.set(opcode, (this.frames.get(opcode) ?? 0) + 1);
      if (opcode === 1) this.#texts.push(payload.toString('utf8'));
      if (opcode === 8) this.closeCode = length >= 2 ? payload.readUInt16BE(0) : 1005;
    }
  }
}

/** Makes a frame that is masked with zeros, so that the payload stays unchanged. */
export function frame(opcode: number, payload: Buffer, isFinal = true): Buffer {
  return Buffer.concat([header(opcode, payload.length, isFinal), payload]);
}

export function header(opcode: number, length: number, isFinal = true): Buffer {
  const first = (isFinal ? 0x80 : 0) | opcode;
  const mask = Buffer.alloc(4);
  if (length < 126) return Buffer.concat([Buffer.from([first, 0x80 | length]), mask]);
  if (length < 65_536) {
    const bytes = Buffer.from([first, 0x80 | 126, 0, 0]);
    bytes.writeUInt16BE(length, 2);
    return Buffer.concat([bytes, mask]);
  }
  const bytes = Buffer.alloc(10);
  bytes.writeUInt8(first, 0);
  bytes.writeUInt8(0x80 | 127, 1);
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([bytes, mask]);
}

/** Makes a text message, in frames of the largest size that AWS accepts. */
export function textFrame(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const most = 32 * 1024;
  if (bytes.length <= most) return frame(1, bytes);
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += most)
    frames.push(frame(at === 0 ? 1 : 0, bytes.subarray(at, at + most), at + most >= bytes.length));
  return Buffer.concat(frames);
}
