import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  measureInvocation,
  printMeasurement,
} from '../../../../../packages/gateway/core/events/measurement.ts';

type Facts = Parameters<typeof measureInvocation>[0];

const COMMON = {
  functionName: 'orders',
  qualifier: undefined,
  startedAtEpochMs: 1_700_000_000_000,
  tookMs: 120,
  concurrent: 2,
} as const;

/** Lambda developer guide, "Types of metrics for Lambda functions". */
const ROWS: readonly { readonly name: string; readonly end: Facts['end']; readonly counts: object }[] = [
  {
    name: 'an event that the function answers, without the start of its instance',
    end: { kind: 'returned', initMs: 100 },
    counts: { Invocations: 1, Errors: 0, Throttles: 0, ConcurrentExecutions: 2, Duration: 20 },
  },
  {
    name: 'an event that fails',
    end: { kind: 'failed' },
    counts: { Invocations: 1, Errors: 1, Throttles: 0, ConcurrentExecutions: 2, Duration: 120 },
  },
  {
    name: 'an event whose caller gave up, without a duration',
    end: { kind: 'timed-out' },
    counts: { Invocations: 1, Errors: 0, Throttles: 0, ConcurrentExecutions: 2 },
  },
  {
    name: 'a throttled event as nothing else: “Throttled requests and other invocation errors don’t count as Invocations”',
    end: { kind: 'refused', reason: 'throttled' },
    counts: { Throttles: 1 },
  },
];

/** Returns what is printed in CloudWatch's embedded metric format. */
function printed(facts: Facts): Record<string, unknown> {
  const measurement = measureInvocation(facts);
  assert.ok(measurement !== undefined);
  return JSON.parse(printMeasurement(measurement)) as Record<string, unknown>;
}

describe('measureInvocation', () => {
  for (const { name, end, counts } of ROWS)
    it(`counts ${name}`, () => {
      const { _aws, FunctionName, Resource, ...counted } = printed({ ...COMMON, end });

      assert.deepEqual(counted, counts);
      assert.deepEqual([FunctionName, Resource], ['orders', 'orders']);
      assert.partialDeepStrictEqual(_aws, {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          { Namespace: 'AWS/Lambda', Dimensions: [[], ['FunctionName'], ['FunctionName', 'Resource']] },
        ],
      });
    });

  it('counts a version or alias as well as the function', () => {
    const { Resource } = printed({ ...COMMON, qualifier: 'live', end: { kind: 'returned' } });

    assert.equal(Resource, 'orders:live');
  });

  it('counts nothing for an event that no function got', () => {
    for (const reason of ['not-found', 'too-large'])
      assert.equal(measureInvocation({ ...COMMON, end: { kind: 'refused', reason } }), undefined);
  });
});
