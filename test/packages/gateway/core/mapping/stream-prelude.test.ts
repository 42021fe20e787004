import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  splitOwnPrelude,
  splitPrelude,
} from '../../../../../packages/gateway/core/mapping/stream-prelude.ts';
import type { ByteStream } from '../../../../../packages/gateway/core/ports.ts';

const NULS = '\0'.repeat(8);

/** A stream of these parts that counts how often it is cancelled. */
function aStream(parts: readonly string[]): ByteStream & { cancelled: number } {
  return {
    cancelled: 0,
    cancel() {
      this.cancelled += 1;
    },
    async *[Symbol.asyncIterator]() {
      for (const part of parts) yield await Promise.resolve(Buffer.from(part));
    },
  };
}

describe('the beginning of a streamed answer', () => {
  for (const parts of [
    [`{}${NULS}body`],
    ['{', `}${NULS.slice(3)}`.slice(0, 1), NULS, 'bo', 'dy'],
    [`{}${NULS}`, 'body'],
  ])
    it(`ends at eight NUL bytes, however it comes: ${JSON.stringify(parts.map((part) => part.length))}`, async () => {
      const stream = aStream(parts);
      const { head, body } = await splitPrelude(stream);
      const rest: Buffer[] = [];
      for await (const part of body) rest.push(part);

      assert.deepEqual([head, Buffer.concat(rest).toString()], ['{}', 'body']);
      assert.equal(stream.cancelled, 0);
      body.cancel();
      assert.equal(stream.cancelled, 1);
    });

  it('is refused if the stream ends before the eight NUL bytes', async () => {
    await assert.rejects(splitPrelude(aStream(['{}'])), /ended before the eight NUL bytes/);
  });

  it('is refused, and the stream let go, if they do not come within 16 KB', async () => {
    const late = aStream([' '.repeat(16_385), NULS]);
    await assert.rejects(splitPrelude(late), /no eight NUL bytes/);
    assert.equal(late.cancelled, 1);
    const latest = await splitPrelude(aStream([' '.repeat(16_384), NULS]));
    assert.equal(latest.head.length, 16_384);
  });
});

// Lambda developer guide, "Response streaming for Lambda functions"
describe('a streamed answer of a function URL', () => {
  it('begins with a head only if its type says so', async () => {
    const answer = `{"statusCode":201}${NULS}body`;
    const headOf = async (type?: string) => (await splitOwnPrelude(aStream([answer]), type)).head;

    assert.equal(await headOf('application/vnd.awslambda.http-integration-response'), '{"statusCode":201}');
    for (const [type, messages] of [
      [undefined, 'application/octet-stream'],
      ['text/plain', 'text/plain'],
    ] as const)
      assert.deepEqual(JSON.parse(await headOf(type)), {
        statusCode: 200,
        headers: { 'Content-Type': messages },
      });
  });
});
