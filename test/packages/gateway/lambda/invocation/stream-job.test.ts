/** An event whose answer is read as it comes: two limits of time, one of size, and every way to end. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StreamJob } from '../../../../../packages/gateway/lambda/invocation/stream-job.ts';
import type { StreamStart } from '../../../../../packages/gateway/lambda/invocation/stream-job.ts';
import type { Deadlines, Invocation, StreamTimes } from '../../../../../packages/gateway/core/ports.ts';

/** Time that moves by hand. */
class Hand implements Deadlines {
  #now = 0;
  readonly #waiting = new Map<object, { readonly dueMs: number; readonly then: () => void }>();
  nowMs(): number {
    return this.#now;
  }
  after(ms: number, then: () => void) {
    const id = {};
    this.#waiting.set(id, { dueMs: this.#now + ms, then });
    return { clear: () => void this.#waiting.delete(id) };
  }
  signal(): AbortSignal {
    return new AbortController().signal;
  }
  pass(ms: number): void {
    this.#now += ms;
    for (const [id, { dueMs, then }] of this.#waiting)
      if (dueMs <= this.#now && this.#waiting.delete(id)) then();
  }
  get waiting(): number {
    return this.#waiting.size;
  }
}

const MB = Buffer.alloc(1024 * 1024);

function aJob(over: Partial<Invocation & StreamTimes> = {}) {
  const hand = new Hand();
  const starts: StreamStart[] = [];
  const job = new StreamJob(
    { functionName: 'f', payload: '{}', traceHeader: '', timeoutMs: 1_000, idleMs: 300, ...over },
    (start) => starts.push(start),
    hand,
  );
  const acknowledged: number[] = [];
  const receive = (bytes: Buffer | string, contentType?: string): void =>
    job.receive({
      bytes: Buffer.from(bytes),
      acknowledge: (count) => void acknowledged.push(count),
      ...(contentType !== undefined && { contentType }),
    });
  const read = async (): Promise<string> => {
    const [start] = starts;
    assert.ok(start?.kind === 'streams');
    const parts: string[] = [];
    try {
      for await (const bytes of start.body) parts.push(bytes.toString());
    } catch (error) {
      parts.push(String(error instanceof Error && 'code' in error ? error.code : error));
    }
    return parts.join('|');
  };
  return { job, hand, starts, receive, read, acknowledged };
}

describe('an event with a streamed answer', () => {
  it('starts the stream with its first part, whose type it has, and ends it with the invocation', async () => {
    const { job, starts, receive, read, acknowledged } = aJob();
    receive('one', 'text/html');
    receive('three');
    job.settle({ kind: 'returned', payload: '' });

    assert.deepEqual(
      starts.map((start) => start.kind === 'streams' && [start.head, start.contentType]),
      [[undefined, 'text/html']],
    );
    assert.equal(await read(), 'one|three');
    assert.deepEqual(acknowledged, [3, 5]);
  });

  it('has the result of a function that does not stream as its only part', async () => {
    const { job, starts, read } = aJob();
    const requestId = () => 'request-1';
    job.settle({ kind: 'returned', payload: '{"a":1}', requestId });

    assert.partialDeepStrictEqual(starts, [{ kind: 'streams', contentType: 'application/json', requestId }]);
    assert.equal(await read(), '{"a":1}');
    assert.equal(job.isSettled, true);
  });

  for (const result of [
    { kind: 'failed', payload: '{}', errorType: 'Error', errorMessage: 'no' },
    { kind: 'refused', reason: 'throttled', message: 'no instance is free' },
    { kind: 'timed-out' },
  ] as const) {
    it(`that is ${result.kind} before its first part is answered with that`, () => {
      const { job, starts } = aJob();
      job.settle(result);
      job.settle({ kind: 'timed-out' });

      assert.deepEqual(starts, [result]);
    });

    it(`that is ${result.kind} behind its first part ends with an error`, async () => {
      const { job, receive, read, acknowledged } = aJob();
      receive('part');
      job.settle(result);
      receive('later');

      const code = result.kind === 'timed-out' ? 'INTEGRATION_TIMEOUT' : 'FUNCTION_FAILED';
      assert.equal(await read(), `part|${code}`);
      assert.deepEqual(acknowledged, [5, 4]);
    });
  }

  for (const [result, reason] of [
    [{ kind: 'failed', payload: '{}', errorType: 'Error', errorMessage: 'no' }, 'Error: no'],
    [{ kind: 'refused', reason: 'throttled', message: 'no instance is free' }, 'no instance is free'],
    [{ kind: 'timed-out' }, 'the response was not complete within the integration timeout'],
  ] as const)
    it(`says why it ended: ${reason}`, async () => {
      const { job, starts, receive } = aJob();
      receive('part');
      job.settle(result);
      const [start] = starts;
      assert.ok(start?.kind === 'streams');
      const parts = start.body[Symbol.asyncIterator]();
      await parts.next();

      await assert.rejects(parts.next(), (error: Error) => error.message.includes(reason));
    });

  it('waits for its first part as long as for an idle stream, and for the whole stream as long as its timeout', async () => {
    const first = aJob();
    first.hand.pass(299);
    assert.deepEqual(first.starts, []);
    first.hand.pass(1);
    assert.deepEqual(first.starts, [{ kind: 'timed-out', isColdStart: true }]);

    const { hand, receive, read, job } = aJob();
    hand.pass(200);
    receive('part');
    hand.pass(799);
    assert.equal(job.isSettled, false);
    hand.pass(1);
    assert.equal(await read(), 'part|INTEGRATION_TIMEOUT');
    assert.equal(hand.waiting, 0);
  });

  it('takes 200 MB and no byte more', () => {
    const { job, receive } = aJob();
    for (let count = 0; count < 200; count += 1) job.receive({ bytes: MB, acknowledge: () => undefined });
    assert.equal(job.isSettled, false);
    receive('x');
    assert.equal(job.isSettled, true);
  });

  it('is its payload, together with the fields of a call to Lambda’s own API', () => {
    assert.equal(aJob({ payload: '{"n":1}' }).job.message, '{"n":1}');
    assert.deepEqual(aJob({ payload: '7', options: { clientContext: 'c', onLine: undefined } }).job.message, {
      event: '7',
      clientContext: 'c',
      invoked: undefined,
    });
  });
});
