import assert from 'node:assert/strict';
import { afterEach, describe, it, mock } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  createLogSubscriptions,
  readLogSubscription,
} from '../../../../../packages/gateway/services/logs/log-subscriptions.ts';
import type { LogSubscription } from '../../../../../packages/gateway/services/logs/log-subscriptions.ts';
import type { Invocation, InvocationResult } from '../../../../../packages/gateway/core/ports.ts';

const RETURNED: InvocationResult = { kind: 'returned', payload: 'null' };
const FAILED: InvocationResult = { kind: 'failed' } as unknown as InvocationResult;
const FILTER: LogSubscription = { filterName: 'usage', logGroup: '/aws/api', functionName: 'tracker' };

type Batch = {
  readonly logGroup: string;
  readonly logEvents: readonly { id: string; timestamp: number; message: string }[];
};

function aGateway(results: (batch: Batch) => Promise<InvocationResult> = () => Promise.resolve(RETURNED)) {
  const written: string[] = [];
  const batches: Batch[] = [];
  const reports: string[] = [];
  const groups = createLogSubscriptions({ write: (group, line) => written.push(`${group} ${line}`) }, {
    invoker: {
      has: (name: string) => name === 'tracker',
      invoke({ payload }: Invocation) {
        const { awslogs } = JSON.parse(payload) as { awslogs: { data: string } };
        const batch = JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString()) as Batch;
        batches.push(batch);
        return results(batch);
      },
    },
    clock: { nowEpochMs: () => 1_763_553_600_000 },
    random: { hex: (digits: number) => '0'.repeat(digits) },
    accountId: '123456789012',
    report: (message: string) => reports.push(message),
  } as unknown as Parameters<typeof createLogSubscriptions>[1]);
  return { groups, written, batches, reports };
}

/** Lets promises that are settled continue. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe('subscriptions of log groups', () => {
  afterEach(() => {
    mock.timers.reset();
  });

  it('deliver less than Lambda accepts for an event, however long the lines are', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { groups, batches } = aGateway();
    groups.subscribe([FILTER]);
    for (const letter of 'abc') groups.write('/aws/api', letter.repeat(400_000));
    mock.timers.tick(500);
    await settle();
    mock.timers.tick(500);
    await settle();

    assert.deepEqual(
      batches.map(({ logEvents }) => logEvents.map(({ message }) => message.charAt(0)).join('')),
      ['ab', 'c'],
    );
  });

  it('deliver the lines of a group to a function in batches, as CloudWatch Logs packs them', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { groups, written, batches } = aGateway();
    groups.subscribe([FILTER]);
    groups.write('/aws/api', '{"a":1}');
    groups.write('/aws/api', '{"a":2}');
    groups.write('/aws/other', 'x');
    assert.equal(batches.length, 0, 'not while the request waits');
    mock.timers.tick(500);
    await settle();

    assert.deepEqual(written, ['/aws/api {"a":1}', '/aws/api {"a":2}', '/aws/other x']);
    assert.deepEqual(batches, [
      {
        messageType: 'DATA_MESSAGE',
        owner: '123456789012',
        logGroup: '/aws/api',
        logStream: 'gatewright',
        subscriptionFilters: ['usage'],
        logEvents: [1, 2].map((n) => ({
          id: `1763553600000${String(n).padStart(12, '0')}`.padStart(56, '0'),
          timestamp: 1_763_553_600_000,
          message: `{"a":${n}}`,
        })),
      },
    ]);
  });

  it('make batches of at most 1,000 lines, one at a time, and drop what is too much', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    let release: (result: InvocationResult) => void = () => undefined;
    const { groups, batches, reports } = aGateway(() => new Promise((resolve) => (release = resolve)));
    groups.subscribe([FILTER]);
    for (let line = 0; line < 20_003; line += 1) groups.write('/aws/api', 'x');
    mock.timers.tick(500);
    await settle();
    assert.deepEqual(
      batches.map(({ logEvents }) => logEvents.length),
      [1000],
    );

    release(RETURNED);
    await settle();
    assert.equal(batches.length, 2);
    assert.deepEqual(reports, ['3 lines of /aws/api did not reach tracker']);
  });

  it('try a batch three times, and say when it was for nothing', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { groups, batches, reports } = aGateway(() => Promise.resolve(FAILED));
    groups.subscribe([FILTER]);
    groups.write('/aws/api', 'x');
    for (const ms of [500, 1000, 1000]) {
      mock.timers.tick(ms);
      await settle();
    }

    assert.equal(batches.length, 3);
    assert.equal(new Set(batches.map((batch) => JSON.stringify(batch))).size, 1, 'the same ids');
    assert.deepEqual(reports, ['1 line of /aws/api did not reach tracker']);
  });

  it('deliver what has gathered when the gateway ends', async () => {
    const { groups, batches } = aGateway();
    groups.subscribe([FILTER]);
    groups.write('/aws/api', 'x');
    await groups.close();
    groups.write('/aws/api', 'y');

    assert.deepEqual(
      batches.map(({ logEvents }) => logEvents.map(({ message }) => message)),
      [['x']],
    );
  });

  it('keep collected lines over a reload, and say which function is missing', async () => {
    const { groups, batches, reports } = aGateway();
    groups.subscribe([FILTER]);
    groups.write('/aws/api', 'x');
    groups.subscribe([{ ...FILTER }, { ...FILTER, filterName: 'other', functionName: 'nobody' }]);
    await groups.close();

    assert.equal(batches.length, 1);
    assert.deepEqual(reports, [
      'lines of /aws/api are not delivered: nobody is not a function of the loaded stacks',
    ]);
  });

  it('are read from the template', () => {
    const properties = {
      LogGroupName: '/aws/api',
      FilterPattern: '',
      DestinationArn: 'arn:aws:lambda:us-east-1:123456789012:function:tracker',
    };
    const resource = { logicalId: 'Usage', properties } as unknown as Parameters<
      typeof readLogSubscription
    >[0];

    assert.deepEqual(readLogSubscription(resource), { ...FILTER, filterName: 'Usage' });
  });
});
