/**
 * Changes a reply so that its body is cut or its connection is reset while it is sent. To do so, the reply's stream
 * ends with an error, which closes the connection. A reply with an empty body, such as the reply to HEAD, cannot be
 * cut.
 */
import { gatewayError } from '../../core/errors.ts';
import { addFraming, bytesOf } from '../../core/events/reply-framing.ts';
import type { BreakOff, Injected } from '../../core/trail.ts';
import type { Reply } from '../../core/exchange.ts';
import type { ByteStream } from '../../core/ports.ts';

/** The timeout of a connection without data, in milliseconds. */
const IDLE_MS = 30_000;

export function breakReplyOff(reply: Reply, { notes }: Injected, how: BreakOff, method: string): void {
  if (how.kind === 'reset') {
    const note = `${how.by}: the connection was reset`;
    notes.push(note);
    reply.stream?.bytes.cancel();
    setStream(reply, { bytes: cutAfter(noBytes(), 0, note), isReset: true });
    return;
  }
  const { by, afterBytes } = how;
  const length = reply.stream === undefined ? bytesOf(reply.body) : Infinity;
  if (length === 0 || method === 'HEAD') return;
  const sentBytes = Math.min(afterBytes, length - 1);
  const note = `${by}: the body was cut after ${sentBytes} bytes`;
  notes.push(note);
  // Content-Length states the full length, so that the client notices that the body is cut.
  if (reply.stream === undefined) addFraming(reply, length, false);
  setStream(reply, { bytes: cutAfter(reply.stream?.bytes ?? onePart(reply.body), sentBytes, note) });
}

function setStream(
  reply: Reply,
  { bytes, isReset = false }: { readonly bytes: ByteStream; readonly isReset?: boolean },
): void {
  const { stream } = reply;
  reply.body = '';
  reply.stream = {
    bytes,
    idleMs: stream?.idleMs ?? IDLE_MS,
    onOver: stream?.onOver ?? (() => undefined),
    ...(isReset && { isReset: true as const }),
  };
}

/**
 * Cuts a stream after `limit` bytes. A shorter stream is cut at its end, which means that a chunked body lacks its last
 * chunk.
 */
function cutAfter(bytes: ByteStream, limit: number, reason: string): ByteStream {
  return {
    cancel: () => bytes.cancel(),
    async *[Symbol.asyncIterator]() {
      let left = limit;
      for await (const part of bytes) {
        if (left > 0) yield part.subarray(0, left);
        left -= part.length;
        if (left <= 0) break;
      }
      bytes.cancel();
      throw gatewayError('INTEGRATION_FAILURE', { source: 'integration', reason });
    },
  };
}

function onePart(body: string | Buffer): ByteStream {
  return {
    cancel: () => undefined,
    async *[Symbol.asyncIterator]() {
      yield await Promise.resolve(Buffer.from(body));
    },
  };
}

function noBytes(): ByteStream {
  return onePart('');
}
