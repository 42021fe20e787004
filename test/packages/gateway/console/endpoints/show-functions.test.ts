/** Functions as the console lists them: how often they were called, how long that took, what they printed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showFunctions } from '../../../../../packages/gateway/console/endpoints/show-functions.ts';
import { FunctionLines } from '../../../../../packages/gateway/console/records/function-lines.ts';
import { SHOWING } from '../../../../../packages/gateway/console/records/redact.ts';
import type { FunctionCallNote } from '../../../../../packages/gateway/console/records/function-calls.ts';
import type { ShownFunction } from '../../../../../packages/gateway/console/endpoints/inspect-model.ts';

const DECLARED = {
  name: 'list',
  handler: 'index.handler',
  runtime: 'nodejs24.x',
  memorySizeMb: 128,
  timeoutSeconds: 3,
  stackName: 'shop',
  environment: { STAGE: 'dev' },
};

const aCall = (over: Partial<FunctionCallNote>): FunctionCallNote => ({
  functionName: 'list',
  tookMs: 1,
  initMs: undefined,
  requestId: undefined,
  failed: false,
  standsFor: 1,
  ...over,
});

function shown(calls: readonly FunctionCallNote[], lines?: FunctionLines): ShownFunction | undefined {
  const counts = { instances: 2, busy: 1, started: 5 };
  return showFunctions([DECLARED], () => counts, calls, lines, SHOWING, undefined)[0];
}

describe('a function of the console', () => {
  it('is shown as it is declared, with its instances, even if nothing has called it', () => {
    assert.deepEqual(shown([aCall({ functionName: 'other' })]), {
      name: 'list',
      isToolkit: false,
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      memoryMb: 128,
      timeoutSeconds: 3,
      stack: 'shop',
      instances: 2,
      busy: 1,
      started: 5,
      environment: [['STAGE', 'dev']],
      calls: 0,
      errors: 0,
      p50Ms: undefined,
      p99Ms: undefined,
      coldMs: [],
      lines: [],
    });
  });

  for (const [name, calls, expected] of [
    ['one call', [aCall({ tookMs: 7 })], [1, 0, 7, 7]],
    ['an even number', [4, 1, 3, 2].map((tookMs) => aCall({ tookMs })), [4, 0, 2, 4]],
    [
      'a hundred, two of which failed',
      Array.from({ length: 100 }, (_, index) => aCall({ tookMs: 100 - index, failed: index < 2 })),
      [100, 2, 50, 99],
    ],
    [
      'some that represent those that were not recorded',
      [aCall({ tookMs: 1, standsFor: 98 }), aCall({ tookMs: 50 }), aCall({ tookMs: 900 })],
      [100, 0, 1, 50],
    ],
  ] as const)
    it(`has counts and durations by rank: ${name}`, () => {
      const { calls: count, errors, p50Ms, p99Ms } = shown(calls) ?? {};

      assert.deepEqual([count, errors, p50Ms, p99Ms], expected);
    });

  it('has its first 50 cold starts and its last 100 lines', () => {
    const lines = new FunctionLines();
    for (let at = 0; at < 120; at += 1)
      for (const functionName of ['list', 'other'])
        lines.onLine({ functionName, requestId: undefined, level: 'INFO', epochMs: at, message: `${at}` });
    const calls = Array.from({ length: 61 }, (_, at) => aCall(at === 0 ? {} : { initMs: at }));
    const one = shown(calls, lines);

    assert.deepEqual([one?.coldMs.length, one?.coldMs[0], one?.coldMs.at(-1)], [50, 1, 50]);
    assert.deepEqual([one?.lines.length, one?.lines[0]?.message], [100, '20']);
    assert.deepEqual(one?.lines.at(-1), { epochMs: 119, level: 'INFO', message: '119', recordId: undefined });
  });
});
