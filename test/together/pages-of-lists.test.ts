/** Services together: cloudwatch, cloudwatch-logs, kinesis, servicediscovery, sqs. */
/**
 * Lists come in pages of every size: each item once, in the same order, and a token for the next page exactly if more
 * is left. The bounds of a page's size are in each service's API reference.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as monitoring from '../../packages/gateway/services/cloudwatch/service.ts';
import * as logs from '../../packages/gateway/services/cloudwatch-logs/service.ts';
import * as kinesis from '../../packages/gateway/services/kinesis/service.ts';
import * as servicediscovery from '../../packages/gateway/services/servicediscovery/service.ts';
import * as sqs from '../../packages/gateway/services/sqs/service.ts';
import { anEventEngine } from '../support/an-event-engine.ts';
import type { EventBench } from '../support/an-event-engine.ts';

const MODULES = { sqs, logs, kinesis, servicediscovery, monitoring };
const COUNT = 4;

type List = {
  readonly service: string;
  /** The prefix of the action in `X-Amz-Target`. */
  readonly target: string;
  readonly action: string;
  readonly input?: Readonly<Record<string, unknown>>;
  /** The member with the items. */
  readonly items: string;
  /** The member that names an item; absent where items are texts. */
  readonly name?: string;
  readonly size: string;
  readonly token?: string;
  /** The members of the first call that the next one repeats; default: all. */
  readonly repeats?: readonly string[];
  /** Undefined if neither sizes nor tokens are refused: SQS accepts any. */
  readonly most: number | undefined;
  /** How many come where no size is asked for; absent where as many as all. */
  readonly usual?: number;
  /** Returns `Resources` of a template with `count` items. */
  readonly resources: (count: number) => readonly (readonly [type: string, properties: object])[];
  readonly prepare?: (bench: EventBench, count: number) => Promise<void>;
};

const many =
  (type: string, of: (index: number) => object): List['resources'] =>
  (count) =>
    Array.from({ length: count }, (_, index) => [type, of(index)] as const);
const QUEUE: List['resources'] = () => [['AWS::SQS::Queue', {}]];
const ALARM = {
  MetricName: 'm',
  Namespace: 'n',
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanThreshold',
};
const NAMESPACES = many('AWS::ServiceDiscovery::HttpNamespace', (n) => ({ Name: `n${n}` }));

const LISTS: readonly List[] = [
  {
    service: 'sqs',
    target: 'AmazonSQS',
    action: 'ListQueues',
    items: 'QueueUrls',
    size: 'MaxResults',
    most: undefined,
    resources: many('AWS::SQS::Queue', (n) => ({ QueueName: `q${n}` })),
  },
  {
    service: 'kinesis',
    target: 'Kinesis_20131202',
    action: 'ListStreams',
    usual: 100,
    items: 'StreamNames',
    size: 'Limit',
    most: 10_000,
    resources: many('AWS::Kinesis::Stream', (n) => ({ Name: `s${n}`, ShardCount: 1 })),
  },
  {
    service: 'kinesis',
    target: 'Kinesis_20131202',
    action: 'ListShards',
    input: { StreamName: 's' },
    items: 'Shards',
    name: 'ShardId',
    size: 'MaxResults',
    repeats: [],
    most: 10_000,
    resources: (count) => [['AWS::Kinesis::Stream', { Name: 's', ShardCount: count }]],
  },
  {
    service: 'servicediscovery',
    target: 'Route53AutoNaming_v20170314',
    action: 'ListServices',
    usual: 100,
    items: 'Services',
    name: 'Name',
    size: 'MaxResults',
    most: 100,
    resources: (count) => [
      ...NAMESPACES(1),
      ...many('AWS::ServiceDiscovery::Service', (n) => ({ Name: `s${n}`, NamespaceId: { Ref: 'R0' } }))(
        count,
      ),
    ],
  },
  {
    service: 'monitoring',
    target: 'GraniteServiceVersion20100801',
    action: 'DescribeAlarms',
    usual: 50,
    items: 'MetricAlarms',
    name: 'AlarmName',
    size: 'MaxRecords',
    most: 100,
    resources: many('AWS::CloudWatch::Alarm', (n) => ({ AlarmName: `a${n}`, ...ALARM })),
  },
  {
    service: 'monitoring',
    target: 'GraniteServiceVersion20100801',
    action: 'DescribeAlarmHistory',
    input: { AlarmName: 'a', ScanBy: 'TimestampAscending' },
    items: 'AlarmHistoryItems',
    name: 'HistorySummary',
    size: 'MaxRecords',
    most: 100,
    resources: () => [['AWS::CloudWatch::Alarm', { AlarmName: 'a', ...ALARM }]],
    prepare: async (bench, count) => {
      for (let index = 0; index < count; index += 1) {
        const StateValue = ['ALARM', 'OK'][index % 2];
        const input = { AlarmName: 'a', StateValue, StateReason: 'r' };
        await call(bench, 'monitoring', 'GraniteServiceVersion20100801.SetAlarmState', input);
      }
    },
  },
  {
    service: 'logs',
    target: 'Logs_20140328',
    action: 'DescribeLogGroups',
    usual: 50,
    items: 'logGroups',
    name: 'logGroupName',
    size: 'limit',
    token: 'nextToken',
    most: 50,
    resources: QUEUE,
    prepare: async (bench, count) => {
      for (let index = 0; index < count; index += 1)
        await call(bench, 'logs', 'Logs_20140328.CreateLogGroup', { logGroupName: `g${index}` });
    },
  },
  {
    service: 'logs',
    target: 'Logs_20140328',
    action: 'DescribeLogStreams',
    usual: 50,
    input: { logGroupName: 'g' },
    items: 'logStreams',
    name: 'logStreamName',
    size: 'limit',
    token: 'nextToken',
    most: 50,
    resources: QUEUE,
    prepare: async (bench, count) => {
      await call(bench, 'logs', 'Logs_20140328.CreateLogGroup', { logGroupName: 'g' });
      for (let index = 0; index < count; index += 1) {
        const input = { logGroupName: 'g', logStreamName: `s${index}` };
        await call(bench, 'logs', 'Logs_20140328.CreateLogStream', input);
      }
    },
  },
];

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

async function call(bench: EventBench, service: string, target: string, input: object): Promise<Answer> {
  const headers = ['Content-Type', 'application/x-amz-json-1.1', 'X-Amz-Target', target];
  const outcome = await bench.send({ service, headers, body: JSON.stringify(input) });
  if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
  const text = outcome.body.toString();
  return { status: outcome.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
}

async function open({ resources, prepare }: List, count = COUNT): Promise<EventBench> {
  const lines = resources(count).map(
    ([Type, Properties], index) => `  R${index}: ${JSON.stringify({ Type, Properties })}`,
  );
  const bench = anEventEngine(MODULES, { resources: lines.join('\n') });
  await prepare?.(bench, count);
  return bench;
}

for (const list of LISTS)
  describe(`${list.action} of ${list.service}`, () => {
    const {
      service,
      target,
      action,
      input = {},
      items,
      name,
      size,
      token = 'NextToken',
      repeats,
      most,
    } = list;
    const ask = (bench: EventBench, given: object): Promise<Answer> =>
      call(bench, service, `${target}.${action}`, given);
    const namesOf = ({ body }: Answer): readonly unknown[] =>
      ((body[items] as readonly unknown[] | undefined) ?? []).map((item) =>
        name === undefined ? item : (item as Record<string, unknown>)[name],
      );

    it('gives each item once, whatever the size of a page', async () => {
      const bench = await open(list);
      const all = namesOf(await ask(bench, input));
      assert.equal(all.length >= COUNT, true, 'the list is too short to say something');

      for (let limit = 1; limit <= all.length + 1; limit += 1) {
        const pages: (readonly unknown[])[] = [];
        for (let next: unknown = null; next !== undefined;) {
          const kept = repeats === undefined || next === null ? input : {};
          const answer = await ask(bench, {
            ...kept,
            [size]: limit,
            ...(next !== null && { [token]: next }),
          });
          pages.push(namesOf(answer));
          next = answer.body[token];
          assert.ok(pages.length <= all.length, 'the list does not end');
        }
        assert.deepEqual(pages.flat(), all, `pages of ${limit}`);
        assert.equal(pages.length, Math.ceil(all.length / limit), `pages of ${limit}`);
      }
    });

    if (list.usual !== undefined)
      it(`returns ${list.usual} items by default`, async () => {
        const answer = await ask(await open(list, list.usual), input);
        assert.equal(answer.body[token], undefined);
        const { body } = await ask(await open(list, (list.usual ?? 0) + 2), input);

        assert.equal((body[items] as readonly unknown[]).length, list.usual);
        assert.notEqual(body[token], undefined);
      });

    if (most === undefined) return;
    it(`takes pages of 1 to ${most} items`, async () => {
      const bench = await open(list);
      const statuses = [];
      for (const limit of [0, 1, most, most + 1])
        statuses.push((await ask(bench, { ...input, [size]: limit })).status);

      assert.deepEqual(statuses, [400, 200, 200, 400]);
    });

    it('refuses a token that is not from an earlier answer', async () => {
      const { status } = await ask(await open(list), {
        ...(repeats === undefined && input),
        [token]: Buffer.from('another').toString('base64url'),
      });

      assert.equal(status, 400);
    });
  });
