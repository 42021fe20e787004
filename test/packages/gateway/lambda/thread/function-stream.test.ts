import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FunctionStream } from '../../../../../packages/gateway/lambda/thread/function-stream.ts';

describe('what a function streams', () => {
  function aStream() {
    const acknowledged: number[] = [];
    const stream = new FunctionStream();
    const take = (text: string): void =>
      stream.take({ bytes: Buffer.from(text), acknowledge: (bytes) => void acknowledged.push(bytes) });
    const read = async (): Promise<string> => {
      const parts: string[] = [];
      for await (const bytes of stream) parts.push(bytes.toString());
      return parts.join('|');
    };
    return { stream, take, read, acknowledged };
  }

  it('is acknowledged when it is read, and kept until then', async () => {
    const { stream, take, read, acknowledged } = aStream();
    take('one');
    take('three');
    assert.deepEqual(acknowledged, []);
    stream.end();

    assert.equal(await read(), 'one|three');
    assert.deepEqual(acknowledged, [3, 5]);
  });

  it('goes to a waiting reader, and is acknowledged at once', async () => {
    const { stream, take, acknowledged } = aStream();
    const next = stream[Symbol.asyncIterator]().next();
    take('late');

    assert.equal((await next).value?.toString(), 'late');
    assert.deepEqual(acknowledged, [4]);
  });

  it('is acknowledged without a reader once that has left, so that the function runs on', async () => {
    const { stream, take, read, acknowledged } = aStream();
    take('unread');
    stream.cancel();
    take('after');

    assert.deepEqual(acknowledged, [6, 5]);
    assert.equal(await read(), '');
  });

  it('ends once: with its error behind the parts, and what comes later is lost', async () => {
    const { stream, take, read, acknowledged } = aStream();
    take('part');
    stream.end(new Error('cut'));
    stream.end();
    take('later');

    await assert.rejects(read(), /cut/);
    assert.deepEqual(acknowledged, [5, 4]);
  });

  for (const { how, end, outcome } of [
    { how: 'the function has ended', end: (stream: FunctionStream) => stream.end(), outcome: 'over' },
    { how: 'the reader has left', end: (stream: FunctionStream) => stream.cancel(), outcome: 'over' },
    {
      how: 'the function has failed',
      end: (stream: FunctionStream) => stream.end(new Error('cut')),
      outcome: 'cut',
    },
  ])
    it(`lets no reader wait if ${how}, and gives each later reader the same result`, async () => {
      const { stream } = aStream();
      const read = (): Promise<string> =>
        stream[Symbol.asyncIterator]()
          .next()
          .then(
            ({ done }) => (done === true ? 'over' : 'a part'),
            (error: unknown) => (error instanceof Error ? error.message : 'no error'),
          );
      const waiting = read();
      end(stream);

      assert.deepEqual([await waiting, await read()], [outcome, outcome]);
    });
});
