import assert from 'node:assert/strict';
import { afterEach, describe, it, mock } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { KeptFeed } from '../../../../../packages/gateway/kernel/kept-feed.ts';
import type { LogLine } from '../../../../../packages/gateway/kernel/service.ts';
import {
  LogSubscriptions,
  readLogSubscription,
} from '../../../../../packages/gateway/services/cloudwatch-logs/subscriptions.ts';
import type { Invocation, InvocationResult } from '../../../../../packages/gateway/core/ports.ts';

const RETURNED: InvocationResult = { kind: 'returned', payload: 'null' };
const FAILED: InvocationResult = { kind: 'failed' } as unknown as InvocationResult;
const FILTER = {
  filterName: 'usage',
  logGroup: '/aws/api',
  functionName: 'tracker',
  qualifier: undefined,
  pattern: '',
};

type Batch = {
  readonly logGroup: string;
  readonly logStream: string;
  readonly logEvents: readonly { id: string; timestamp: number; message: string }[];
};

function aGateway(results: (batch: Batch) => Promise<InvocationResult> = () => Promise.resolve(RETURNED)) {
  const batches: Batch[] = [];
  const reports: string[] = [];
  const report = (message: string) => void reports.push(message);
  const lines = new KeptFeed<LogLine>(report, { what: 'log lines', maxBytes: 1e9, sizeOf: () => 1 });
  const groups = new LogSubscriptions({
    lines,
    invoker: {
      has: (name: string) => name === 'tracker',
      invoke({ payload }: Invocation) {
        const { awslogs } = JSON.parse(payload) as { awslogs: { data: string } };
        const batch = JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString()) as Batch;
        batches.push(batch);
        return results(batch);
      },
    },
    random: { hex: (digits: number) => '0'.repeat(digits) },
    accountId: '123456789012',
    report,
  } as unknown as ConstructorParameters<typeof LogSubscriptions>[0]);
  const write = (group: string, text: string, more: Partial<LogLine> = {}): void =>
    lines.publish({ group, text, epochMs: 1_763_553_600_000, ...more });
  return { groups, write, batches, reports };
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
    const { groups, write, batches } = aGateway();
    groups.define([FILTER]);
    for (const letter of 'abc') write('/aws/api', letter.repeat(400_000));
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
    const { groups, write, batches } = aGateway();
    groups.define([FILTER]);
    write('/aws/api', '{"a":1}');
    write('/aws/api', '{"a":2}');
    write('/aws/other', 'x');
    assert.equal(batches.length, 0, 'not while the request waits');
    mock.timers.tick(500);
    await settle();

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
    const { groups, write, batches, reports } = aGateway(() => new Promise((resolve) => (release = resolve)));
    groups.define([FILTER]);
    for (let line = 0; line < 20_003; line += 1) write('/aws/api', 'x');
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
    const { groups, write, batches, reports } = aGateway(() => Promise.resolve(FAILED));
    groups.define([FILTER]);
    write('/aws/api', 'x');
    for (const ms of [500, 1000, 1000]) {
      mock.timers.tick(ms);
      await settle();
    }

    assert.equal(batches.length, 3);
    assert.equal(new Set(batches.map((batch) => JSON.stringify(batch))).size, 1, 'the same ids');
    assert.deepEqual(reports, ['1 line of /aws/api did not reach tracker']);
  });

  it('deliver what has gathered when the gateway ends', async () => {
    const { groups, write, batches } = aGateway();
    groups.define([FILTER]);
    write('/aws/api', 'x');
    await groups.close();
    write('/aws/api', 'y');

    assert.deepEqual(
      batches.map(({ logEvents }) => logEvents.map(({ message }) => message)),
      [['x']],
    );
  });

  it('keep collected lines over a reload, and say which function is missing', async () => {
    const { groups, write, batches, reports } = aGateway();
    groups.define([FILTER]);
    write('/aws/api', 'x');
    groups.define([{ ...FILTER }, { ...FILTER, filterName: 'other', functionName: 'nobody' }]);
    await groups.close();

    assert.equal(batches.length, 1);
    assert.deepEqual(reports, [
      'lines of /aws/api are not delivered: nobody is not a function of the loaded stacks',
    ]);
  });

  // https://github.com/awsdocs/aws-lambda-developer-guide/blob/c5ea10ace7c18f8cf6a03a629a566f70df2a8e51/doc_source/services-cloudwatchlogs.md
  it('deliver the lines of functions and of calls too, as one event for each stream', async () => {
    const { groups, write, batches } = aGateway();
    groups.define([{ ...FILTER, logGroup: '/aws/lambda/echo' }]);
    write('/aws/lambda/echo', 'one', { stream: 'a', prefix: 'INFO\t' });
    write('/aws/lambda/echo', 'two', { stream: 'b' });
    write('/aws/lambda/echo', 'three', { stream: 'a' });
    await groups.close();

    assert.deepEqual(
      batches.map(({ logStream, logEvents }) => [logStream, ...logEvents.map(({ message }) => message)]),
      [
        ['a', 'INFO\tone', 'three'],
        ['b', 'two'],
      ],
    );
  });

  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
  for (const { pattern, delivered } of [
    { pattern: '', delivered: ['{"status":500}', '{"status":200}', 'ERROR: no'] },
    { pattern: '{ $.status = 500 }', delivered: ['{"status":500}'] },
    { pattern: 'ERROR', delivered: ['ERROR: no'] },
    { pattern: '{ broken', delivered: ['{"status":500}', '{"status":200}', 'ERROR: no'] },
  ])
    it(`deliver the lines that match the pattern ${pattern}`, async () => {
      const { groups, write, batches } = aGateway();
      groups.define([{ ...FILTER, pattern }]);
      for (const line of ['{"status":500}', '{"status":200}', 'ERROR: no']) write('/aws/api', line);
      await groups.close();

      assert.deepEqual(
        batches.flatMap(({ logEvents }) => logEvents.map(({ message }) => message)),
        delivered,
      );
    });

  it('drop the lines that wait when the gateway is reset', async () => {
    const { groups, write, batches } = aGateway();
    groups.define([FILTER]);
    write('/aws/api', 'x');
    groups.reset();
    await groups.close();

    assert.deepEqual(batches, []);
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
    const DestinationArn = `${properties.DestinationArn}:live`;
    const ofAlias = { ...resource, properties: { ...properties, DestinationArn } };
    assert.deepEqual(readLogSubscription(ofAlias), { ...FILTER, filterName: 'Usage', qualifier: 'live' });
  });
});
