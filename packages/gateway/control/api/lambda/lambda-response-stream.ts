import { EVENT_STREAM, toEventStream } from './event-stream.ts';
import type { ByteStream, Invoker } from '../../../core/ports.ts';
import type { ControlReply } from '../../../core/api-call.ts';
import type { StreamEvent } from './event-stream.ts';

type StreamStart = Awaited<ReturnType<Invoker['stream']>>;

/**
 * Streams a response. `idleMs` is the longest time without output. A failure is reported in the stream, because the
 * status of the response was already sent.
 */
export function streamReply(
  start: Extract<StreamStart, { kind: 'streams' | 'failed' }>,
  headers: readonly string[],
  idleMs: number,
): ControlReply {
  const bytes =
    start.kind === 'streams'
      ? toEventStream(start.body, chunk, (failure) => complete(failure?.message))
      : toEventStream(NOTHING, chunk, () => complete(start.payload));
  return {
    status: 200,
    headers: ['Content-Type', EVENT_STREAM, ...headers],
    body: '',
    stream: { bytes, idleMs, onOver: () => undefined },
  };
}

const NOTHING: ByteStream = {
  cancel: () => undefined,
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

function chunk(payload: Buffer): StreamEvent {
  return { name: 'PayloadChunk', contentType: 'application/octet-stream', payload };
}

function complete(details: string | undefined): StreamEvent {
  const said = details === undefined ? {} : { ErrorCode: 'Unhandled', ErrorDetails: details };
  const payload = Buffer.from(JSON.stringify(said));
  return { name: 'InvokeComplete', contentType: 'application/json', payload };
}
