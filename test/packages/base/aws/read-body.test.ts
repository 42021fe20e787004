import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { readBody } from '@gatewright/aws/read-body';

const reading = (maxBytes: number) => {
  const stream = new PassThrough();
  return { stream, body: readBody(stream as unknown as IncomingMessage, maxBytes) };
};

describe('readBody', () => {
  it('joins what arrives in pieces', async () => {
    const { stream, body } = reading(100);
    stream.write('one ');
    stream.write('two');
    stream.end();

    assert.equal((await body)?.toString(), 'one two');
  });

  it('reads an empty body', async () => {
    const { stream, body } = reading(100);
    stream.end();

    assert.equal((await body)?.length, 0);
  });

  it('reads as many bytes as are allowed', async () => {
    const { stream, body } = reading(4);
    stream.end('four');

    assert.equal((await body)?.toString(), 'four');
  });

  it('reads nothing more of a body that is longer by a byte', async () => {
    const { stream, body } = reading(4);
    stream.write('fives');

    assert.equal(await body, undefined);
    assert.equal(stream.isPaused(), true);
    assert.equal(stream.listenerCount('data'), 0);
  });

  it('fails if the client breaks off in the middle', async () => {
    const { stream, body } = reading(100);
    stream.write('half');
    stream.destroy();

    await assert.rejects(body, /closed the connection/);
  });
});
