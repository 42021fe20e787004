/**
 * Source: Lambda developer guide, "Processing records from Kinesis data streams" and "… DynamoDB streams",
 * docs/aws §18.7.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tryBatch } from '../../../../packages/gateway/kernel/ordered-batch.ts';
import type {
  Batch,
  BatchPorts,
  BatchRules,
  BatchSource,
} from '../../../../packages/gateway/kernel/ordered-batch.ts';
import type { Invocation, InvocationResult } from '../../../../packages/gateway/core/ports.ts';
import { EventJournal } from '../../../../packages/gateway/kernel/event-journal.ts';
import { DELIVERED, final } from '../../../../packages/gateway/kernel/event-ports.ts';
import { CountingRandom, EPOCH_MS, VirtualClock } from '../../../support/virtual-ports.ts';

/** A record is its number, and arrives as many milliseconds after the epoch of the tests. */
const SOURCE: BatchSource<number> = {
  arn: 'arn:aws:kinesis:us-east-1:123456789012:stream/shop',
  name: 'shop',
  retentionMs: 86_400_000,
  print: (record) => ({ n: record }),
  sequenceOf: (record) => `s${record}`,
  arrivedAt: (record) => EPOCH_MS + record,
  printArrival: (epochMs) => new Date(epochMs).toISOString(),
  lossInfo: (lost) => ({ Info: lost }),
};
const RULES: BatchRules = {
  id: 'mapping',
  functionName: 'sell',
  qualifier: undefined,
  bisects: false,
  maxRetries: undefined,
  maxAgeMs: undefined,
  reportsItems: false,
  onFailureArn: undefined,
};
const DONE: InvocationResult = { kind: 'returned', payload: 'null' };
const FAILED: InvocationResult = {
  kind: 'failed',
  payload: '{}',
  errorType: 'Error',
  errorMessage: 'broken',
};
const THROTTLED: InvocationResult = { kind: 'refused', reason: 'throttled', message: 'Rate exceeded' };
const failedItems = (...ids: string[]): InvocationResult => ({
  kind: 'returned',
  payload: JSON.stringify({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) }),
});
const aBatch = (records: readonly number[], tries = 0, runs = 0): Batch<number> => ({ records, tries, runs });

type Setting = {
  readonly rules?: Partial<BatchRules>;
  readonly runMs?: number;
  readonly dueMs?: number;
  readonly isOver?: boolean;
  readonly isDeaf?: boolean;
};

async function run(batch: Batch<number>, result: InvocationResult, setting: Setting = {}) {
  const { rules = {}, runMs = 0, dueMs = EPOCH_MS + 1_000, isOver = false, isDeaf = false } = setting;
  const clock = new VirtualClock();
  const random = new CountingRandom();
  const invoked: Invocation[] = [];
  const sent: { readonly arn: string; readonly body: unknown }[] = [];
  const said: string[] = [];
  const ports: BatchPorts = {
    clock,
    random,
    journal: new EventJournal(clock, random, () => undefined),
    report: (message) => said.push(message),
    invoker: {
      has: () => true,
      invoke: (invocation) => {
        invoked.push(invocation);
        clock.advance(runMs);
        return Promise.resolve(result);
      },
    },
    targets: {
      send: (arn, body) => {
        sent.push({ arn, body: JSON.parse(body) });
        return Promise.resolve(isDeaf ? final('NOT_SERVED', 'sns does not run here') : DELIVERED);
      },
      sendHere: () => assert.fail('not asked'),
    },
    functionArnOf: (name) => `arn:of:${name}`,
  };
  const at = { rules: { ...RULES, ...rules }, source: SOURCE, ports };
  const tried = await tryBatch(batch, dueMs, at, () => isOver);
  return { tried, invoked, sent, said };
}

describe('tryBatch', () => {
  const DUE_MS = EPOCH_MS + 1_000;

  it('gives the function all records, and is done with them when it returns', async () => {
    const { tried, invoked, sent, said } = await run(aBatch([1, 2, 3]), DONE, { runMs: 70 });

    assert.deepEqual(tried, { over: [1, 2, 3], left: [], againAt: undefined, endedMs: DUE_MS + 70 });
    const [invocation] = invoked;
    assert.deepEqual(JSON.parse(invocation?.payload ?? ''), { Records: [{ n: 1 }, { n: 2 }, { n: 3 }] });
    assert.deepEqual([invocation?.functionName, 'qualifier' in (invocation ?? {})], ['sell', false]);
    assert.deepEqual([sent, said], [[], []]);
  });

  it('calls the version that its mapping names', async () => {
    const { invoked } = await run(aBatch([1]), DONE, { rules: { qualifier: 'live' } });

    assert.equal(invoked[0]?.qualifier, 'live');
  });

  it('has no result if another reader has taken over meanwhile', async () => {
    assert.equal((await run(aBatch([1]), FAILED, { isOver: true })).tried, undefined);
  });

  it('retries the whole batch after a second, then after longer and longer, to a minute', async () => {
    for (const [runs, waitMs] of [
      [0, 1_000],
      [1, 2_000],
      [2, 4_000],
      [5, 32_000],
      [6, 60_000],
      [30, 60_000],
    ] as const) {
      const { tried, said } = await run(aBatch([1, 2], 4, runs), FAILED, { runMs: 5 });

      assert.deepEqual(tried, {
        over: [],
        left: [{ records: [1, 2], tries: 5, runs: runs + 1 }],
        againAt: DUE_MS + 5 + waitMs,
        endedMs: DUE_MS + 5,
      });
      assert.deepEqual(said, [
        'sell failed on a batch of 2 records from shop: broken. The mapping has no MaximumRetryAttempts, so the batch is tried again until it succeeds or its records expire; later records of the shard wait',
      ]);
    }
  });

  it('uses up no retry if the function has no instance free', async () => {
    const rules = { maxRetries: 0, bisects: true };
    const { tried, sent, said } = await run(aBatch([1, 2], 0, 1), THROTTLED, { rules });

    assert.deepEqual(tried?.left, [{ records: [1, 2], tries: 0, runs: 2 }]);
    assert.notEqual(tried.againAt, undefined);
    assert.deepEqual([sent, said], [[], []]);
  });

  it('splits a batch in two if the mapping allows it, at once and without a retry, but not a single record', async () => {
    const rules = { bisects: true, maxRetries: 0 };
    const { tried } = await run(aBatch([1, 2, 3, 4, 5], 0), FAILED, { rules });

    assert.deepEqual(tried, {
      over: [],
      left: [
        { records: [1, 2, 3], tries: 0, runs: 1 },
        { records: [4, 5], tries: 0, runs: 1 },
      ],
      againAt: undefined,
      endedMs: DUE_MS,
    });
    assert.deepEqual((await run(aBatch([1]), FAILED, { rules })).tried?.over, [1]);
  });

  for (const { name, result, over, left, report } of [
    { name: 'no item', result: failedItems(), over: [1, 2, 3], left: undefined },
    { name: 'one item', result: failedItems('s2'), over: [1], left: [2, 3] },
    { name: 'the first of several', result: failedItems('s3', 's2'), over: [1], left: [2, 3] },
    {
      name: 'an item that it did not get',
      result: failedItems('s9'),
      over: [],
      left: [1, 2, 3],
      report: /cannot be read: itemIdentifier "s9" is not the id of an item in the batch/,
    },
  ])
    it(`continues with the first item that the function reports as failed: ${name}`, async () => {
      const { tried, said } = await run(aBatch([1, 2, 3]), result, { rules: { reportsItems: true } });

      assert.deepEqual([tried?.over, tried?.left[0]?.records], [over, left]);
      if (report === undefined) assert.deepEqual(said, []);
      else assert.match(said.join('\n'), report);
    });

  it('splits nothing if the function has named the item, and reads no items if the mapping does not', async () => {
    const cut = await run(aBatch([1, 2, 3]), failedItems('s2'), {
      rules: { reportsItems: true, bisects: true },
    });
    assert.deepEqual(
      cut.tried?.left.map(({ records }) => records),
      [[2, 3]],
    );
    assert.deepEqual((await run(aBatch([1, 2, 3]), failedItems('s2'))).tried?.over, [1, 2, 3]);
  });

  it('gives up after the retries of its mapping, and says where the records were sent', async () => {
    const rules = { maxRetries: 2, onFailureArn: 'arn:dead' };
    assert.equal((await run(aBatch([1], 1, 2), FAILED, { rules })).tried?.left.length, 1);

    const { tried, sent, said } = await run(aBatch([1, 2, 3], 2, 2), FAILED, { rules });

    assert.deepEqual(tried, { over: [1, 2, 3], left: [], againAt: undefined, endedMs: DUE_MS });
    assert.deepEqual(said, [
      'sell failed on a batch of 3 records from shop: broken. This was the last try (MaximumRetryAttempts 2)',
      'the batch of 3 records from shop for sell was discarded: RetryAttemptsExhausted',
    ]);
    const [{ arn, body } = assert.fail('nothing was sent')] = sent;
    const { requestContext, ...rest } = body as { requestContext: { requestId: string } };
    const { requestId, ...context } = requestContext;
    assert.match(requestId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(
      { arn, context, rest },
      {
        arn: 'arn:dead',
        context: {
          functionArn: 'arn:of:sell',
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 3,
        },
        rest: {
          responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
          version: '1.0',
          timestamp: new Date(EPOCH_MS).toISOString(),
          Info: {
            startSequenceNumber: 's1',
            endSequenceNumber: 's3',
            approximateArrivalOfFirstRecord: new Date(EPOCH_MS + 1).toISOString(),
            approximateArrivalOfLastRecord: new Date(EPOCH_MS + 3).toISOString(),
            batchSize: 3,
          },
        },
      },
    );
  });

  it('reports a batch whose items kept failing as answered by the function', async () => {
    const rules = { maxRetries: 0, reportsItems: true, onFailureArn: 'arn:dead' };
    const { sent } = await run(aBatch([1, 2]), failedItems('s2'), { rules });

    const { responseContext } = sent[0]?.body as { responseContext: unknown };
    assert.deepEqual(responseContext, { statusCode: 200, executedVersion: '$LATEST' });
  });

  it('reports a missing function as not answering, and what happened with the destination', async () => {
    const gone: InvocationResult = { kind: 'refused', reason: 'not-found', message: 'no function sell' };
    const rules = { maxRetries: 0, onFailureArn: 'arn:dead' };
    const { sent, said } = await run(aBatch([1]), gone, { rules, isDeaf: true });

    assert.equal('responseContext' in (sent[0]?.body as object), false);
    assert.equal(
      said.at(-1),
      'the on-failure destination arn:dead did not receive the record: sns does not run here',
    );
  });

  it('drops records that are older than the mapping allows, and runs the others', async () => {
    const rules = { maxAgeMs: 990, onFailureArn: 'arn:dead' };
    const { tried, invoked, sent, said } = await run(aBatch([8, 9, 10, 11], 1, 1), DONE, { rules });

    assert.deepEqual(tried?.over, [8, 9, 10, 11]);
    assert.deepEqual(JSON.parse(invoked[0]?.payload ?? ''), { Records: [{ n: 10 }, { n: 11 }] });
    assert.deepEqual(said, ['the batch of 2 records from shop for sell was discarded: RecordAgeExceeded']);
    const { requestContext, Info, ...rest } = sent[0]?.body as {
      requestContext: { approximateInvokeCount: number };
      Info: { endSequenceNumber: string };
    };
    assert.deepEqual([requestContext.approximateInvokeCount, Info.endSequenceNumber], [1, 's9']);
    assert.equal('responseContext' in rest, false);
  });

  it('calls nothing if all records are too old, for the mapping or for the stream', async () => {
    for (const setting of [
      { rules: { maxAgeMs: 10 } },
      { dueMs: EPOCH_MS + 86_400_100 },
      { dueMs: EPOCH_MS + 86_400_100, rules: { maxAgeMs: 604_800_000 } },
    ]) {
      const { tried, invoked } = await run(aBatch([1, 2]), DONE, setting);

      assert.deepEqual([tried?.over, tried?.left, invoked], [[1, 2], [], []]);
    }
  });
});
