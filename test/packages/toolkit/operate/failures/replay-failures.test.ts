import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listFailures } from '../../../../../packages/toolkit/operate/failures/list-failures.ts';
import { replayFailures } from '../../../../../packages/toolkit/operate/failures/replay-failures.ts';
import type { Replayed } from '../../../../../packages/toolkit/operate/failures/replay-failures.ts';
import { UsageError } from '../../../../../packages/base/terminal/output.ts';
import { aFailureQueue, record } from '../../../../support/a-failure-queue.ts';
import { anAccount, xmlError } from '../../../../support/an-aws-account.ts';
import { runCommandHere } from '../../../../support/command-in-process.ts';
import type { Answer } from '../../../../support/an-aws-account.ts';

const TRACKER = 'menu-prod-usage-tracker';
const WELL = { [TRACKER]: { body: 'null' } };
const messages = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `m${index}`, body: record(TRACKER, { batch: index }) }));

describe('listFailures', () => {
  it('reads every message once, and keeps all of them visible', async () => {
    const queue = aFailureQueue(messages(25), WELL);
    await using account = await anAccount(queue.answers);

    const { queues, failures } = await listFailures(account.aws, 'menu-prod', 1000);

    assert.deepEqual(
      queues.map(({ name, functions }) => [name, functions]),
      [['menu-prod-failures', [TRACKER]]],
    );
    assert.equal(failures.length, 25);
    assert.deepEqual(failures[3], {
      queue: 'menu-prod-failures',
      messageId: 'm3',
      functionName: TRACKER,
      sentEpochMs: 1_767_225_600_000,
      attempts: 3,
      error: 'StoreError: the table is away',
      payload: '{"batch":3}',
    });
    assert.deepEqual([queue.left().held.length, queue.left().hidden], [25, []]);
    assert.ok(!account.calls.some((name) => /Delete|invocations/.test(name)));
  });

  it('reads at most the given number', async () => {
    const queue = aFailureQueue(messages(25), WELL);
    await using account = await anAccount(queue.answers);

    assert.equal((await listFailures(account.aws, 'menu-prod', 12)).failures.length, 12);
  });

  it('says which stack does not exist, and which right is missing', async () => {
    const refused = async (answer: ReturnType<typeof xmlError>): Promise<string> => {
      await using account = await anAccount({ 'cloudformation ListStackResources': answer });
      const failed: unknown = await listFailures(account.aws, 'menu-prod', 10).catch(
        (error: unknown) => error,
      );
      assert.ok(failed instanceof UsageError);
      return failed.message;
    };

    assert.match(
      await refused(xmlError('ValidationError', 'Stack menu-prod does not exist')),
      /no stack menu-prod in us-east-1/,
    );
    assert.match(
      await refused(xmlError('AccessDenied', 'no', 403)),
      /refused cloudformation:ListStackResources/,
    );
  });
});

describe('gatewright failures list', () => {
  for (const [held, lines] of [
    [0, /^0 failed events in menu-prod-failures\n$/],
    [
      2,
      /^message +function .*\nm0 +menu-prod-usage-tracker .*\nm1 .*\n2 failed events in menu-prod-failures\n$/,
    ],
  ] as const)
    it(`prints ${held} of them, and how many there are in each place`, async () => {
      await using account = await anAccount(aFailureQueue(messages(held), WELL).answers);

      const { code, stdout, stderr } = await runCommandHere(
        ['failures', 'list', '--stack', 'menu-prod', '--region', 'us-east-1'],
        {
          environment: {
            AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
            AWS_SECRET_ACCESS_KEY: 'secret-of-a-test',
            AWS_ENDPOINT_URL: account.url,
          },
        },
      );

      assert.equal(code, 0, stderr);
      assert.match(stdout, lines);
    });
});

async function replay(
  queue: ReturnType<typeof aFailureQueue>,
  choice: { limit?: number; messageId?: string } = {},
) {
  await using account = await anAccount(queue.answers);
  const reported: Replayed[] = [];
  const all = await replayFailures(account.aws, 'menu-prod', { limit: 100, ...choice }, (one) =>
    reported.push(one),
  );
  assert.deepEqual(reported, all);
  return all.map(({ messageId, outcome, why }) => [messageId, outcome, why]);
}

describe('replayFailures', () => {
  it('passes each event on once, and deletes what succeeded', async () => {
    const queue = aFailureQueue(messages(12), WELL);
    const asked: unknown[] = [];
    const receive = queue.answers['sqs ReceiveMessage'] as (
      given: Readonly<Record<string, string>>,
    ) => Answer;
    const answers = {
      ...queue.answers,
      'sqs ReceiveMessage': (given: Readonly<Record<string, string>>) => {
        asked.push([given['MaxNumberOfMessages'], given['WaitTimeSeconds']].map(Number));
        return receive(given);
      },
      // A topic keeps nothing to replay.
      'lambda GET /2019-09-25/functions/menu-prod-orders/event-invoke-config/list': {
        body: {
          FunctionEventInvokeConfigs: [
            {
              DestinationConfig: { OnFailure: { Destination: 'arn:aws:sns:us-east-1:123456789012:alarms' } },
              FunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:menu-prod-orders:$LATEST',
            },
          ],
        },
      },
    };

    const replayed = await replay({ ...queue, answers });

    assert.deepEqual(
      asked,
      Array.from({ length: 13 }, () => [1, 1]),
    );

    assert.equal(replayed.length, 12);
    assert.ok(replayed.every(([, outcome]) => outcome === 'done'));
    assert.deepEqual(
      queue.events,
      Array.from({ length: 12 }, (_, batch) => ({ batch })),
    );
    assert.deepEqual(queue.left(), { held: [], hidden: [] });
  });

  it('keeps what fails again visible, and continues', async () => {
    const failing = {
      body: { errorMessage: 'still away' },
      headers: { 'x-amz-function-error': 'Unhandled' },
    };
    const queue = aFailureQueue(messages(2), { [TRACKER]: failing });

    assert.deepEqual(await replay(queue), [
      ['m0', 'kept', 'failed again: {"errorMessage":"still away"}'],
      ['m1', 'kept', 'failed again: {"errorMessage":"still away"}'],
    ]);
    assert.deepEqual(queue.left(), { held: ['m0', 'm1'], hidden: [] });
    assert.equal(queue.events.length, 2);
  });

  it('keeps what Lambda refuses to take', async () => {
    const busy = { status: 429, body: { __type: 'TooManyRequestsException', message: 'Rate Exceeded.' } };
    const queue = aFailureQueue(messages(1), { [TRACKER]: busy });

    assert.deepEqual(await replay(queue), [['m0', 'kept', 'TooManyRequestsException: Rate Exceeded.']]);
    assert.deepEqual(queue.left(), { held: ['m0'], hidden: [] });
  });

  it('calls only functions that send to the queue, for any message', async () => {
    const queue = aFailureQueue(
      [
        { id: 'evil', body: record('delete-everything', {}) },
        { id: 'other', body: record('menu-prod-orders', {}) },
      ],
      WELL,
    );

    const replayed = await replay(queue);

    assert.deepEqual(
      replayed.map(([id, outcome]) => [id, outcome]),
      [
        ['evil', 'kept'],
        ['other', 'kept'],
      ],
    );
    assert.match(
      String(replayed[0]?.[2]),
      /delete-everything, which does not send its failed events to menu-prod-failures/,
    );
    assert.deepEqual([queue.events, queue.left()], [[], { held: ['evil', 'other'], hidden: [] }]);
  });

  it('takes only one message, and keeps all others visible', async () => {
    const queue = aFailureQueue(messages(25), WELL);

    assert.deepEqual(await replay(queue, { messageId: 'm17' }), [['m17', 'done', '']]);
    assert.deepEqual(queue.events, [{ batch: 17 }]);
    assert.deepEqual([queue.left().held.length, queue.left().hidden], [24, []]);
  });

  it('passes on at most the given number', async () => {
    const queue = aFailureQueue(messages(5), WELL);

    assert.equal((await replay(queue, { limit: 3 })).length, 3);
    assert.equal(queue.left().held.length, 2);
  });
});
