import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  encodeEvent,
  toEventStream,
} from '../../../../../../packages/gateway/control/api/lambda/event-stream.ts';
import { decodeEvents } from '../../../../../support/event-stream.ts';
import { aByteStream } from '../../../../../support/virtual-ports.ts';
import type { StreamEvent } from '../../../../../../packages/gateway/control/api/lambda/event-stream.ts';
import type { ByteStream } from '../../../../../../packages/gateway/core/ports.ts';

const part = (payload: Buffer): StreamEvent => ({ name: 'Part', contentType: 'text/plain', payload });
const end = (failure: Error | undefined): StreamEvent => ({
  name: 'End',
  contentType: 'text/plain',
  payload: Buffer.from(failure?.message ?? 'well'),
});

async function read(stream: ByteStream): Promise<string[]> {
  const parts: Buffer[] = [];
  for await (const bytes of stream) parts.push(bytes);
  return decodeEvents(Buffer.concat(parts)).map(
    ({ headers, payload }) => `${headers[':event-type'] ?? ''}:${payload.toString()}`,
  );
}

describe('encodeEvent', () => {
  it('is byte for byte what the specification has', () => {
    const event = { name: 'E', contentType: 'a/b', payload: Buffer.from('hi') };
    const text = (value: string): string => Buffer.from(value).toString('hex');

    const encoded = encodeEvent(event).toString('hex');

    assert.equal(encoded.slice(0, 16), '0000004c0000003a', 'lengths of all and of the headers');
    assert.equal(
      encoded.slice(24, -8),
      `0b${text(':event-type')}070001${text('E')}` +
        `0d${text(':content-type')}070003${text('a/b')}` +
        `0d${text(':message-type')}070005${text('event')}` +
        text('hi'),
    );
  });

  it('is read back by another decoder, with any payload', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const payload = Buffer.from(bytes);
        const [decoded, ...others] = decodeEvents(encodeEvent(part(payload)));

        assert.deepEqual(others, []);
        assert.deepEqual(decoded?.payload, payload);
        assert.deepEqual(decoded.headers, {
          ':event-type': 'Part',
          ':content-type': 'text/plain',
          ':message-type': 'event',
        });
      }),
    );
  });
});

describe('toEventStream', () => {
  it('ends with one additional event', async () => {
    assert.deepEqual(await read(toEventStream(aByteStream(['one', 'two']), part, end)), [
      'Part:one',
      'Part:two',
      'End:well',
    ]);
  });

  it('reports a failure in the last event', async () => {
    const failing: ByteStream = {
      cancel: () => undefined,
      async *[Symbol.asyncIterator]() {
        yield await Promise.resolve(Buffer.from('one'));
        throw new Error('broken');
      },
    };

    assert.deepEqual(await read(toEventStream(failing, part, end)), ['Part:one', 'End:broken']);
  });

  it('passes on that the stream was cancelled', () => {
    let cancelled = 0;
    const source = { ...aByteStream([]), cancel: () => (cancelled += 1) };

    toEventStream(source, part, end).cancel();

    assert.equal(cancelled, 1);
  });
});
