/** Services together: sns, sqs, xray. */
/**
 * Calls that AWS refuses, with the error code that its API reference lists under "Errors", each next to the nearest
 * call that AWS accepts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as sns from '../../packages/gateway/services/sns/service.ts';
import * as sqs from '../../packages/gateway/services/sqs/service.ts';
import * as xray from '../../packages/gateway/services/xray/service.ts';
import { anEventEngine } from '../support/an-event-engine.ts';
import type { EventBench } from '../support/an-event-engine.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/q';
const FIFO = `${QUEUE}.fifo`;
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:t';
const RESOURCES = `
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: q, VisibilityTimeout: 30 } }
  Fifo: { Type: AWS::SQS::Queue, Properties: { QueueName: q.fifo, FifoQueue: true } }
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: t } }`;

type Input = Readonly<Record<string, unknown>>;
type Row = {
  readonly service: 'sqs' | 'sns' | 'xray';
  readonly action: string;
  readonly what: string;
  readonly refused: Input;
  readonly taken?: Input;
  readonly code: string;
  /** The code of the query protocol, which SDKs written for it read from a header. */
  readonly queryCode?: string;
  readonly status?: number;
};

const entries = (count: number, more: (index: number) => object = () => ({})): readonly object[] =>
  Array.from({ length: count }, (_, index) => ({
    Id: `e${index}`,
    MessageBody: 'a',
    Message: 'a',
    ...more(index),
  }));
const OLD = 'AWS.SimpleQueueService.';

const BATCHES: readonly Row[] = [
  'SendMessageBatch',
  'DeleteMessageBatch',
  'ChangeMessageVisibilityBatch',
].flatMap((action): readonly Row[] => {
  const batch = (Entries: readonly object[]): Input => ({ QueueUrl: QUEUE, Entries });
  const of = (what: string, code: string, refused: readonly object[], taken?: readonly object[]): Row => ({
    service: 'sqs',
    action,
    what,
    code,
    queryCode: `${OLD}${code}`,
    refused: batch(refused),
    ...(taken !== undefined && { taken: batch(taken) }),
  });
  return [
    of('without entries', 'EmptyBatchRequest', [], entries(1)),
    of('with eleven entries', 'TooManyEntriesInBatchRequest', entries(11), entries(10)),
    of(
      'with an id of 81 letters',
      'InvalidBatchEntryId',
      entries(1, () => ({ Id: 'a'.repeat(81) })),
      entries(1, () => ({ Id: 'a'.repeat(80) })),
    ),
    of(
      'with an empty id',
      'InvalidBatchEntryId',
      entries(1, () => ({ Id: '' })),
    ),
    of(
      'with a dot in an id',
      'InvalidBatchEntryId',
      entries(1, () => ({ Id: 'a.b' })),
      entries(1, () => ({ Id: 'a_b-1' })),
    ),
    of(
      'with one id twice',
      'BatchEntryIdsNotDistinct',
      entries(2, () => ({ Id: 'a' })),
    ),
  ];
});

const create = (QueueName: string, Attributes: object = {}): Input => ({ QueueName, Attributes });
/** The names of the JSON protocol for codes of SQS that are not in its model (test of refusal-words). */
const JSON_NAMES: Readonly<Record<string, string>> = {
  InvalidParameterValue: 'InvalidParameterValueException',
  MissingParameter: 'MissingRequiredParameterException',
};

const ofQueues = (action: string, what: string, code: string, refused: Input, taken?: Input): Row => ({
  service: 'sqs',
  action,
  what,
  code,
  refused,
  ...(taken !== undefined && { taken }),
});

const ROWS: readonly Row[] = [
  ...BATCHES,
  {
    service: 'sqs',
    action: 'SendMessageBatch',
    what: 'of more than 1 MiB',
    refused: { QueueUrl: QUEUE, Entries: entries(2, () => ({ MessageBody: 'a'.repeat(524_289) })) },
    taken: { QueueUrl: QUEUE, Entries: entries(2, () => ({ MessageBody: 'a'.repeat(524_288) })) },
    code: 'BatchRequestTooLong',
    queryCode: `${OLD}BatchRequestTooLong`,
  },
  ofQueues(
    'SendMessageBatch',
    'to a FIFO queue without a group',
    'InvalidParameterValue',
    { QueueUrl: FIFO, Entries: entries(1, () => ({ MessageDeduplicationId: 'd' })) },
    { QueueUrl: FIFO, Entries: entries(1, () => ({ MessageDeduplicationId: 'd', MessageGroupId: 'g' })) },
  ),
  ofQueues('SendMessageBatch', 'to a FIFO queue without an id of its own', 'InvalidParameterValue', {
    QueueUrl: FIFO,
    Entries: entries(1, () => ({ MessageGroupId: 'g' })),
  }),
  {
    ...ofQueues('DeleteMessage', 'of something else', 'ReceiptHandleIsInvalid', {
      QueueUrl: QUEUE,
      ReceiptHandle: 'x',
    }),
    // spulec/PyQS#24, awslabs/amazon-sqs-java-extended-client-lib#16
    status: 404,
  },
  ofQueues('ChangeMessageVisibility', 'without a time', 'MissingParameter', {
    QueueUrl: QUEUE,
    ReceiptHandle: 'a:b',
  }),
  ...[-1, 43_201].map((VisibilityTimeout) =>
    ofQueues('ChangeMessageVisibility', `for ${VisibilityTimeout} s`, 'InvalidParameterValue', {
      QueueUrl: QUEUE,
      ReceiptHandle: 'a:b',
      VisibilityTimeout,
    }),
  ),
  ofQueues('CreateQueue', 'without a name', 'MissingParameter', {}, create('n')),
  ofQueues(
    'CreateQueue',
    'of 81 letters',
    'InvalidParameterValue',
    create('a'.repeat(81)),
    create('a'.repeat(80)),
  ),
  ofQueues('CreateQueue', 'with a dot', 'InvalidParameterValue', create('a.b'), create('a-b_1')),
  ofQueues(
    'CreateQueue',
    'of a FIFO queue without its suffix',
    'InvalidParameterValue',
    create('a', { FifoQueue: 'true' }),
    create(`${'a'.repeat(75)}.fifo`, { FifoQueue: 'true' }),
  ),
  ofQueues('CreateQueue', 'with the suffix of a FIFO queue', 'InvalidParameterValue', create('a.fifo')),
  ofQueues(
    'CreateQueue',
    'with a value out of range',
    'InvalidAttributeValue',
    create('a', { DelaySeconds: '901' }),
    create('a', { DelaySeconds: '900' }),
  ),
  ofQueues(
    'CreateQueue',
    'with an attribute of others',
    'InvalidAttributeName',
    create('a', { Color: 'red' }),
  ),
  ofQueues(
    'CreateQueue',
    'with an attribute of FIFO queues',
    'InvalidAttributeName',
    create('a', { DeduplicationScope: 'queue' }),
  ),
  {
    ...ofQueues(
      'CreateQueue',
      'that exists with another value',
      'QueueNameExists',
      create('q', { VisibilityTimeout: '31' }),
      create('q', { VisibilityTimeout: '30' }),
    ),
    queryCode: 'QueueAlreadyExists',
  },
  ofQueues(
    'SetQueueAttributes',
    'that makes a FIFO queue another one',
    'InvalidAttributeValue',
    { QueueUrl: FIFO, Attributes: { FifoQueue: 'false' } },
    { QueueUrl: FIFO, Attributes: { FifoQueue: 'true' } },
  ),
  ofQueues('SetQueueAttributes', 'with two ways to encrypt', 'InvalidAttributeName', {
    QueueUrl: QUEUE,
    Attributes: { KmsMasterKeyId: 'k', SqsManagedSseEnabled: 'true' },
  }),
  ofQueues(
    'GetQueueAttributes',
    'of others',
    'InvalidAttributeName',
    { QueueUrl: QUEUE, AttributeNames: ['Color'] },
    {
      QueueUrl: QUEUE,
      AttributeNames: ['All'],
    },
  ),
  {
    ...ofQueues('GetQueueUrl', 'of no queue', 'QueueDoesNotExist', { QueueName: 'gone' }, { QueueName: 'q' }),
    queryCode: `${OLD}NonExistentQueue`,
  },
  ...['WaitTimeSeconds', 'MaxNumberOfMessages'].map((name) => {
    const [refused, taken] = name === 'WaitTimeSeconds' ? [21, 0] : [11, 10];
    return ofQueues(
      'ReceiveMessage',
      `with ${name} of ${refused}`,
      'InvalidParameterValue',
      { QueueUrl: QUEUE, [name]: refused },
      { QueueUrl: QUEUE, [name]: taken },
    );
  }),
  {
    service: 'xray',
    action: '/Traces',
    what: 'without ids',
    refused: {},
    taken: { TraceIds: ['1-581cf771-a006649127e371903a2de979'] },
    code: 'InvalidRequestException',
  },
  ...[
    { EndTime: 1 },
    { StartTime: 1 },
    { StartTime: 1, EndTime: 2, NextToken: 'x' },
    { StartTime: 1, EndTime: 2, FilterExpression: 7 },
    { StartTime: 1, EndTime: 2, FilterExpression: '(' },
  ].map((refused): Row => ({
    service: 'xray',
    action: '/TraceSummaries',
    what: `with ${JSON.stringify(refused)}`,
    refused,
    taken: { StartTime: 1, EndTime: 2 },
    code: 'InvalidRequestException',
  })),
];

type Answer = { readonly status: number; readonly code: string; readonly queryCode: string };

async function call(bench: EventBench, { service, action }: Row, input: Input): Promise<Answer> {
  const target = service === 'xray' ? [] : ['X-Amz-Target', `AmazonSQS.${action}`];
  const outcome = await bench.send({
    service,
    path: service === 'xray' ? action : '/',
    headers: ['Content-Type', 'application/x-amz-json-1.0', ...target],
    body: JSON.stringify(input),
  });
  if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
  const header = (name: string): string =>
    outcome.headers[outcome.headers.findIndex((text) => text.toLowerCase() === name) + 1] ?? '';
  const text = outcome.body.toString();
  const said = (text === '' ? {} : JSON.parse(text)) as { readonly __type?: string };
  const code = service === 'xray' ? header('x-amzn-errortype') : (said.__type ?? '').replace(/^.*#/, '');
  return { status: outcome.status, code, queryCode: header('x-amzn-query-error') };
}

describe('a call that AWS refuses', () => {
  for (const row of ROWS)
    it(`${row.service} ${row.action} ${row.what} is ${row.code}`, async () => {
      const bench = anEventEngine({ sqs, sns, xray }, { resources: RESOURCES });
      const { status, code, queryCode } = await call(bench, row, row.refused);

      const name = row.service === 'sqs' ? JSON_NAMES[row.code] : undefined;
      assert.deepEqual([status, code], [row.status ?? 400, name ?? row.code]);
      if (row.service === 'sqs') assert.equal(queryCode, `${row.queryCode ?? row.code};Sender`);
      if (row.taken !== undefined) assert.equal((await call(bench, row, row.taken)).status, 200);
    });

  for (const [what, refused, code, taken] of [
    ['without entries', [], 'EmptyBatchRequest', entries(1)],
    ['with eleven entries', entries(11), 'TooManyEntriesInBatchRequest', entries(10)],
  ] as const)
    it(`sns PublishBatch ${what} is ${code}`, async () => {
      const bench = anEventEngine({ sqs, sns }, { resources: RESOURCES });
      const publish = async (some: readonly object[]): Promise<string> => {
        const form = new URLSearchParams({ Action: 'PublishBatch', Version: '2010-03-31', TopicArn: TOPIC });
        for (const [at, entry] of some.entries())
          for (const name of ['Id', 'Message'] as const)
            form.set(`PublishBatchRequestEntries.member.${at + 1}.${name}`, String(Reflect.get(entry, name)));
        const headers = ['Content-Type', 'application/x-www-form-urlencoded'];
        const outcome = await bench.send({ service: 'sns', headers, body: form.toString() });
        return outcome.kind === 'answered' ? `${outcome.status} ${outcome.body.toString()}` : outcome.kind;
      };

      assert.match(await publish(refused), new RegExp(`^400 [^]*<Code>${code}</Code>`));
      assert.match(await publish(taken), /^200 /);
    });
});
