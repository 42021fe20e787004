/** What a definition or a client's input must not do: run without end, fill the memory, or choose another target. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as states from '../../../../../packages/gateway/services/states/service.ts';
import { anEventEngine } from '../../../../support/an-event-engine.ts';

const FAILS = { 'a.$': "States.StringToJson('x')" };

function aBench(definition: object, properties: object = {}) {
  const calls: unknown[] = [];
  const machine = {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'cook',
      StateMachineType: 'EXPRESS',
      RoleArn: 'arn:aws:iam::123456789012:role/cook',
      DefinitionString: JSON.stringify(definition),
      ...properties,
    },
  };
  const bench = anEventEngine(
    { states },
    {
      resources: `  Cook: ${JSON.stringify(machine)}`,
      functions: {
        count: (event) => {
          calls.push(event);
          return event;
        },
        raise: (event) => {
          calls.push(event);
          throw new Error('no');
        },
      },
    },
  );
  const start = (input: unknown) =>
    bench.call('states', 'StartSyncExecution', {
      stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:cook',
      input: JSON.stringify(input),
    });
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      await new Promise(setImmediate);
      await bench.advance(1_000);
    }
  };
  return { bench, calls, start, pass };
}

async function run(definition: object, input: unknown = {}, properties: object = {}) {
  const { start, pass } = aBench(definition, properties);
  const ended = start(input);
  await pass(20);
  return ended;
}

const one = (state: object) => ({ StartAt: 'A', States: { A: { End: true, ...state } } });
const task = (functionName: string, others: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:lambda:us-east-1:123456789012:function:${functionName}`,
  End: true,
  ...others,
});

describe('an execution', () => {
  it('retries no task after it has timed out', async () => {
    const retrier = {
      ErrorEquals: ['States.ALL'],
      IntervalSeconds: 1,
      BackoffRate: 1,
      MaxAttempts: 99_999_999,
    };
    const { calls, start, pass } = aBench({ ...one(task('raise', { Retry: [retrier] })), TimeoutSeconds: 3 });
    const ended = start({});
    await pass(6);
    const answer = await ended;
    const before = calls.length;

    await pass(10);

    assert.equal(answer['status'], 'TIMED_OUT');
    assert.ok(before >= 2, String(before));
    assert.equal(calls.length, before);
  });

  it('gives other work its turn while a state is retried without a pause', async () => {
    const retrier = { ErrorEquals: ['States.ALL'], IntervalSeconds: 0, MaxAttempts: 5_000 };
    const { start } = aBench(one({ Type: 'Pass', Parameters: FAILS, Retry: [retrier] }));
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);

    const answer = await start({});
    isOver = true;

    assert.deepEqual([answer['status'], answer['error']], ['FAILED', 'States.IntrinsicFailure']);
    assert.ok(turns >= 20, String(turns));
  });

  it('keeps no string that doubles with each state', async () => {
    const double = { 's.$': "States.Format('{}{}', $.s, $.s)" };
    const definition = { StartAt: 'A', States: { A: { Type: 'Pass', Parameters: double, Next: 'A' } } };

    const answer = await run(definition, { s: 'ab' });

    assert.deepEqual([answer['status'], answer['error']], ['FAILED', 'States.DataLimitExceeded']);
  });

  it('stops the other branches of a Parallel state if one of them fails', async () => {
    const slow = {
      StartAt: 'Wait',
      States: { Wait: { Type: 'Wait', Seconds: 2, Next: 'Call' }, Call: task('count') },
    };
    const fails = { StartAt: 'Fail', States: { Fail: { Type: 'Fail', Error: 'E' } } };
    const catcher = { ErrorEquals: ['E'], Next: 'Rest' };
    const { calls, start, pass } = aBench({
      StartAt: 'Both',
      States: {
        Both: { Type: 'Parallel', Branches: [slow, fails], Catch: [catcher], End: true },
        Rest: { Type: 'Wait', Seconds: 10, End: true },
      },
    });
    const ended = start({});
    await pass(15);
    const answer = await ended;

    assert.equal(answer['status'], 'SUCCEEDED', JSON.stringify(answer));
    assert.deepEqual(calls, []);
  });

  it('waits for a task whose timeout is longer than any timer', async () => {
    const answer = await run(one(task('count', { TimeoutSeconds: 99_999_999 })), { a: 1 });

    assert.deepEqual([answer['status'], answer['output']], ['SUCCEEDED', '{"a":1}']);
  });

  it('does not invoke a local function for one of another account', async () => {
    const resource = 'arn:aws:lambda:us-east-1:999999999999:function:count';
    const { calls, start, pass } = aBench(one({ Type: 'Task', Resource: resource }));
    const ended = start({});
    await pass(3);
    const answer = await ended;

    assert.equal(answer['status'], 'FAILED');
    assert.deepEqual(calls, []);
  });
});

describe('a state machine that starts itself', () => {
  it('is refused after a thousand executions that wait for one another', async () => {
    const Resource = 'arn:aws:states:::aws-sdk:sfn:startSyncExecution';
    const StateMachineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:cook';
    const catcher = { ErrorEquals: ['States.ALL'], Next: 'Told' };
    const { calls, start } = aBench({
      StartAt: 'Again',
      States: {
        Again: { Type: 'Task', Resource, Parameters: { StateMachineArn }, Catch: [catcher], End: true },
        Told: task('count'),
      },
    });

    const answer = await start({});

    assert.equal(answer['status'], 'SUCCEEDED');
    assert.equal(calls.length, 1);
    assert.partialDeepStrictEqual(calls[0], { Error: 'Sfn.ExecutionLimitExceededException' });
  });
});

describe('an intrinsic function', () => {
  const failed = [
    ['an algorithm that is a member of every object', "States.Hash('a', 'constructor')", {}],
    [
      'a deeply nested value',
      "States.Format('{}', States.StringToJson($.t))",
      { t: `${'['.repeat(300)}${']'.repeat(300)}` },
    ],
  ] as const;
  for (const [what, call, input] of failed)
    it(`fails, and does not end the gateway's answer, with ${what}`, async () => {
      const answer = await run(one({ Type: 'Pass', Parameters: { 'a.$': call } }), input);

      assert.deepEqual([answer['status'], answer['error']], ['FAILED', 'States.IntrinsicFailure']);
    });

  it('removes equal items, and keeps the first of them', async () => {
    const state = { Type: 'Pass', Parameters: { 'a.$': 'States.ArrayUnique($)' } };

    const answer = await run(one(state), [2, 1, 2, { a: 1, b: 2 }, { b: 2, a: 1 }, 1]);

    assert.equal(answer['output'], '{"a":[2,1,{"a":1,"b":2}]}');
  });
});

describe('StringMatches', () => {
  const rows = [
    ['a*b', 'axxb', true],
    ['a*b', 'axxbc', false],
    [String.raw`a\*b`, 'a*b', true],
    [String.raw`a\*b`, 'axb', false],
    ['*', '', true],
    ['*a*a*a*a*a*a*b', 'a'.repeat(20_000), false],
  ] as const;
  for (const [pattern, value, expected] of rows)
    it(`says ${expected} of ${value.slice(0, 8)} by ${pattern}`, async () => {
      const rule = { Variable: '$.v', StringMatches: pattern, Next: 'Yes' };
      const answer = await run(
        {
          StartAt: 'A',
          States: {
            A: { Type: 'Choice', Choices: [rule], Default: 'No' },
            Yes: { Type: 'Pass', Result: true, End: true },
            No: { Type: 'Pass', Result: false, End: true },
          },
        },
        { v: value },
      );

      assert.equal(answer['output'], String(expected));
    });
});

describe('a state machine that AWS does not create, or that the gateway does not run', () => {
  const rows: readonly (readonly [what: string, definition: object, why: RegExp, properties?: object])[] = [
    ['an unknown Type', one({ Type: 'Passs' }), /the state A has the Type Passs/],
    [
      'a Next that no state has',
      { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'Typo' } } },
      /the state A goes on to the state Typo, which is not defined/,
    ],
    ['a StartAt that no state has', { StartAt: 'B', States: {} }, /StartAt names the state B/],
    [
      'an unknown operator',
      {
        StartAt: 'A',
        States: { A: { Type: 'Choice', Choices: [{ Variable: '$', StringEqual: 'a', Next: 'A' }] } },
      },
      /the state A compares by StringEqual/,
    ],
    [
      'an invocation that does not wait',
      one({
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { InvocationType: 'Event' },
      }),
      /the state A invokes with the InvocationType \\"Event/,
    ],
    ['no role', one({ Type: 'Pass' }), /the state machine has no RoleArn/, { RoleArn: undefined }],
  ];
  for (const [what, definition, why, properties] of rows)
    it(`is not run: ${what}`, async () => {
      const { start } = aBench(definition, properties);

      await assert.rejects(start({}), why);
    });
});
