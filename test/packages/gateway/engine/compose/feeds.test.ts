import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  publishFunctionLine,
  publishingGroups,
  publishingInvocations,
} from '../../../../../packages/gateway/engine/compose/feeds.ts';
import type { Invocation, Measurement } from '../../../../../packages/gateway/core/ports.ts';
import type { ServiceHost } from '../../../../../packages/gateway/engine/service-host.ts';
import { EventJournal } from '../../../../../packages/gateway/kernel/event-journal.ts';
import { Feed } from '../../../../../packages/gateway/kernel/feed.ts';
import {
  aByteStream,
  CountingRandom,
  EPOCH_MS,
  MemoryLogGroups,
  VirtualClock,
} from '../../../../support/virtual-ports.ts';

const fail = (message: string): never => assert.fail(message);
type Result = Parameters<ReturnType<ReturnType<typeof publishingInvocations>>>[0];

describe('publishingGroups', () => {
  it('writes each line, and publishes it with its time', () => {
    const groups = new MemoryLogGroups();
    const lines = new Feed<unknown>(fail);
    const published: unknown[] = [];
    lines.follow((line) => published.push(line));

    publishingGroups(groups, { lines } as unknown as ServiceHost, new VirtualClock()).write(
      'access',
      'GET /',
    );

    assert.deepEqual(groups.lines, ['access: GET /']);
    assert.deepEqual(published, [{ group: 'access', text: 'GET /', epochMs: EPOCH_MS }]);
  });
});

// Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs": one group for each function.
describe('publishFunctionLine', () => {
  const line = { functionName: 'orders', stream: 'stdout', epochMs: EPOCH_MS, message: 'placed' } as const;
  const TIME = new Date(EPOCH_MS).toISOString();
  for (const { name, over, expected } of [
    {
      name: 'a line of a logger with time, request and level',
      over: { level: 'INFO', requestId: 'r-1', logStream: 's-1' },
      expected: { prefix: `${TIME}\tr-1\tINFO\t`, stream: 's-1' },
    },
    {
      name: 'a line while the module loads without a request',
      over: { level: 'ERROR', requestId: undefined, logStream: 's-1' },
      expected: { prefix: `${TIME}\tERROR\t`, stream: 's-1' },
    },
    {
      name: "a line in the function's own format",
      over: { level: undefined, requestId: 'r-1' },
      expected: { prefix: '', stream: undefined },
    },
  ] as const)
    it(`publishes ${name}`, () => {
      const lines = new Feed<unknown>(fail);
      const published: unknown[] = [];
      lines.follow((one) => published.push(one));

      publishFunctionLine({ ...line, ...over }, { lines } as unknown as ServiceHost);

      const group = '/aws/lambda/orders';
      assert.deepEqual(published, [{ group, text: 'placed', epochMs: EPOCH_MS, ...expected }]);
    });
});

/** Lambda developer guide, "Types of metrics for Lambda functions". */
describe('publishingInvocations', () => {
  const failed = { kind: 'failed', payload: '{}', errorType: 'Error', errorMessage: 'no' } as const;
  const streams = { kind: 'streams', head: undefined, body: aByteStream([]) } as const;
  for (const { name, end, expected } of [
    { name: 'a result', end: { kind: 'returned', payload: '1' }, expected: { Errors: 0, Duration: 40 } },
    {
      name: 'a start of 30 ms',
      end: { kind: 'returned', payload: '1', initMs: 30 },
      expected: { Duration: 10 },
    },
    { name: 'an error', end: failed, expected: { Errors: 1, Duration: 40 } },
    { name: 'a stream', end: streams, expected: { Invocations: 1, Errors: 0, Duration: 40 } },
    {
      name: 'a caller that gave up',
      end: { kind: 'timed-out' },
      expected: { Errors: 0, Duration: undefined },
    },
    {
      name: 'a throttled event',
      end: { kind: 'refused', reason: 'throttled', message: '' },
      expected: { Throttles: 1, Invocations: undefined },
    },
    { name: 'no function', end: { kind: 'refused', reason: 'not-found', message: '' }, expected: undefined },
  ] as const)
    it(`measures ${name}`, () => {
      const [measured] = measure([end], 40);

      const values = Object.fromEntries(
        (measured?.subject.metrics ?? []).map(([metric], index) => [metric, measured?.values[index]]),
      );
      if (expected === undefined) assert.equal(measured, undefined);
      for (const [metric, value] of Object.entries(expected ?? {}))
        assert.equal(values[metric], value, metric);
    });

  it('counts the simultaneous events by function', () => {
    const results = [1, 2, 3].map(() => ({ kind: 'returned', payload: '1' }) as const);

    const measured = measure(results, 1);

    assert.deepEqual(
      measured.map(
        ({ subject, values }) =>
          values[subject.metrics.findIndex(([name]) => name === 'ConcurrentExecutions')],
      ),
      [1, 2, 3],
    );
  });

  /** Returns what is published about these results of one function, with their durations. */
  function measure(results: readonly Result[], ms: number): readonly Measurement[] {
    const clock = new VirtualClock();
    const metrics = new Feed<Measurement>(fail);
    const published: Measurement[] = [];
    metrics.follow((one) => published.push(one));
    const journal = new EventJournal(clock, new CountingRandom(), fail);
    const watch = publishingInvocations(() => ({ metrics, journal }) as unknown as ServiceHost, clock);
    const ends = results.map(() => watch({ functionName: 'orders' } as Invocation));
    clock.advance(ms);
    for (const [index, result] of results.entries()) ends[index]?.(result);
    return published;
  }
});
