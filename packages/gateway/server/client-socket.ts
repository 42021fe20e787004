/**
 * Connects one client's WebSocket (`ws`) with the registry of connections. AWS's limits apply to the client's messages,
 * and the gateway's own limits apply to the queues in both directions. A broken or slow client therefore does not
 * affect other clients.
 */
import { isUtf8 } from 'node:buffer';
import { WebSocket } from 'ws';
import {
  ABNORMAL,
  BINARY_REFUSED,
  BUFFER_PAUSE_BYTES,
  BYTES_IN_FLIGHT_LIMIT,
  FRAME_COST_BYTES,
  FRAME_LIMIT_BYTES,
  MESSAGES_IN_FLIGHT_LIMIT,
  NO_STATUS,
  FRAME_TOO_BIG,
  TOO_BIG,
} from '../core/websocket/limits.ts';
import { FrameMeter } from './frame-meter.ts';
import type { Duplex } from 'node:stream';
import type { RawData } from 'ws';
import type { ConnectionSocket } from '../core/websocket/connections.ts';
import type { Closure } from '../core/websocket/limits.ts';

type ClientEvents = {
  /**
   * Handles a complete text message. The promise resolves when the gateway has processed the message, and never
   * rejects.
   */
  message(text: string): Promise<void>;
  /** Called once, when the TCP connection has ended. */
  closed(closure: Closure): void;
};

export class ClientSocket implements ConnectionSocket {
  readonly #webSocket: WebSocket;
  readonly #events: ClientEvents;
  readonly #meter = new FrameMeter(FRAME_LIMIT_BYTES);
  #received = 0;
  #inFlight = 0;
  #bytesInFlight = 0;
  #framesUnderWay = 0;
  /**
   * Called when the operating system has accepted a frame. It calls `#regulate` again, because at the time of the
   * `drain` event these frames still count as unsent.
   */
  readonly #frameIsTaken = (): void => {
    this.#framesUnderWay -= 1;
    if (this.#framesUnderWay === 0) this.#regulate();
  };
  /**
   * Whether the last pong is still waiting for the operating system to accept it. `#nextPong` is the payload of the
   * newest ping that has arrived since then.
   */
  #isPongUnderWay = false;
  #nextPong: Buffer | undefined;
  /**
   * The close code and reason if this side ends the connection; undefined otherwise. They take precedence over the
   * client's close frame.
   */
  #closure: Closure | undefined;

  /** @param stream the raw socket below `webSocket` at the time of the upgrade, before any byte was read */
  constructor(webSocket: WebSocket, stream: Duplex, events: ClientEvents) {
    this.#webSocket = webSocket;
    this.#events = events;
    // The meter observes each chunk before `ws` does, but its result is checked after `ws` has read the chunk. Messages
    // that were complete before the oversized frame are therefore still delivered.
    stream.prependListener('data', (chunk: Buffer) => this.#meter.observe(chunk));
    stream.on('data', () => {
      if (this.#meter.isOversized) this.close(FRAME_TOO_BIG);
    });
    stream.on('drain', () => this.#regulate());
    webSocket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    webSocket.on('ping', (data) => this.#answerPing(data));
    webSocket.on('error', (error) => (this.#closure ??= toClosure(error)));
    webSocket.once('close', (code, reason) => {
      events.closed(this.#closure ?? clientClosure(code, reason.toString()));
    });
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount + this.#framesUnderWay * FRAME_COST_BYTES;
  }

  send(data: string | Buffer): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    const bytes = toText(data);
    let start = 0;
    do {
      const end = Math.min(start + FRAME_LIMIT_BYTES, bytes.length);
      this.#framesUnderWay += 1;
      const frame = { binary: false, fin: end === bytes.length };
      this.#webSocket.send(bytes.subarray(start, end), frame, this.#frameIsTaken);
      start = end;
    } while (start < bytes.length);
  }

  close(closure: Closure): void {
    if (this.#closure !== undefined) return;
    this.#closure = closure;
    // The codes 1006 and 1005 are never sent, because they mean that there was no close frame, or that the frame had no
    // code.
    if (closure.code === ABNORMAL.code) this.#webSocket.terminate();
    else if (closure.code === NO_STATUS.code) this.#webSocket.close();
    else this.#webSocket.close(closure.code, closure.reason);
    this.#webSocket.resume();
  }

  /** Ends the connection without a close frame. */
  cutOff(): void {
    this.#webSocket.terminate();
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#closure !== undefined) return;
    if (this.#meter.isOversized && this.#received >= this.#meter.messagesBefore) return;
    this.#received += 1;
    if (isBinary) {
      this.close(BINARY_REFUSED);
      return;
    }
    const text = decodeText(data);
    this.#inFlight += 1;
    this.#bytesInFlight += text.length;
    this.#regulate();
    void this.#events.message(text).finally(() => {
      this.#inFlight -= 1;
      this.#bytesInFlight -= text.length;
      this.#regulate();
    });
  }

  /**
   * Responds to a ping. If pings arrive faster than pongs can be sent, only the newest ping gets a pong
   * (RFC 6455 §5.5.3). Attack: a flood of pings, whose pongs would fill the gateway's memory.
   */
  #answerPing(data: Buffer): void {
    if (this.#webSocket.readyState !== WebSocket.OPEN) return;
    if (this.#isPongUnderWay) {
      this.#nextPong = data;
      this.#regulate();
      return;
    }
    this.#isPongUnderWay = true;
    this.#webSocket.pong(data, false, () => {
      const next = this.#nextPong;
      this.#isPongUnderWay = false;
      this.#nextPong = undefined;
      if (next !== undefined) this.#answerPing(next);
      this.#regulate();
    });
  }

  /**
   * Pauses reading from a client that sends messages faster than functions process them, or that does not read the
   * messages that are sent to it. TCP then slows down the client.
   */
  #regulate(): void {
    const isBusy =
      this.#inFlight >= MESSAGES_IN_FLIGHT_LIMIT ||
      this.#bytesInFlight >= BYTES_IN_FLIGHT_LIMIT ||
      this.#nextPong !== undefined ||
      this.bufferedBytes >= BUFFER_PAUSE_BYTES;
    if (isBusy === this.#webSocket.isPaused || this.#closure !== undefined) return;
    if (isBusy) this.#webSocket.pause();
    else this.#webSocket.resume();
  }
}

/**
 * Decodes a text message. With the `binaryType` that is used here (`nodebuffer`), `ws` always delivers one buffer. The
 * type `RawData` also allows other forms, which do not occur.
 */
function decodeText(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString('utf8');
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)).toString('utf8');
}

/** Replaces invalid UTF-8, which would make a client end the connection with 1007. */
function toText(data: string | Buffer): Buffer {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  return isUtf8(data) ? data : Buffer.from(data.toString('utf8'), 'utf8');
}

/**
 * Converts the client's close code. `ws` reports two codes that RFC 6455 §7.4.1 reserves: 1005 for a frame without a
 * code, 1006 for no frame.
 */
function clientClosure(code: number, reason: string): Closure {
  if (code === 1005) return NO_STATUS;
  if (code === 1006) return ABNORMAL;
  return { code, reason };
}

/** Returns the closure for an error that `ws` reports about the client's bytes. */
export function toClosure(error: Error): Closure {
  const code = 'code' in error ? error.code : undefined;
  switch (code) {
    case 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH':
    case 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH':
      return TOO_BIG;
    case 'WS_ERR_INVALID_UTF8':
      return { code: 1007, reason: error.message };
    case 'WS_ERR_TOO_MANY_BUFFERED_PARTS':
      return { code: 1008, reason: error.message };
    default:
      return typeof code === 'string' && code.startsWith('WS_ERR_')
        ? { code: 1002, reason: error.message }
        : ABNORMAL;
  }
}
