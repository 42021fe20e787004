/** Services together: eventbridge, kinesis, lambda-events, s3, sns, sqs, states. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { aRecorder as aRecorderOf } from '../support/a-recorder.ts';
import type { Recorder } from '../../packages/gateway/kernel/calls/recorder.ts';
import { CountingRandom, VirtualClock } from '../support/virtual-ports.ts';
import type { ServiceRequest } from '../../packages/gateway/core/ports.ts';
import { webPath } from '../support/any-text.ts';
import * as eventbridge from '../../packages/gateway/services/eventbridge/service.ts';
import * as kinesis from '../../packages/gateway/services/kinesis/service.ts';
import * as lambdaEvents from '../../packages/gateway/services/lambda-events/service.ts';
import * as s3 from '../../packages/gateway/services/s3/service.ts';
import * as sns from '../../packages/gateway/services/sns/service.ts';
import * as sqs from '../../packages/gateway/services/sqs/service.ts';
import * as states from '../../packages/gateway/services/states/service.ts';

const SERVICES = { sqs, sns, events: eventbridge, s3, kinesis, states, lambda: lambdaEvents };
const JSON_TYPE = ['Content-Type', 'application/json', 'Accept', 'application/json'];
const FORM = ['Content-Type', 'application/x-www-form-urlencoded'];

function aRecorder(): Recorder {
  return aRecorderOf(SERVICES, new VirtualClock(), new CountingRandom());
}

function aCall(more: Partial<ServiceRequest>): ServiceRequest {
  return {
    service: 'sqs',
    subdomain: undefined,
    region: 'us-east-1',
    method: 'POST',
    path: '/',
    query: '',
    headers: JSON_TYPE,
    body: undefined,
    timeoutMs: 1_000,
    ...more,
  };
}

function json(service: string, target: string, input: unknown): Partial<ServiceRequest> {
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  return { service, headers: [...JSON_TYPE, 'X-Amz-Target', target], body };
}

function form(service: string, fields: Record<string, string>, headers = FORM): Partial<ServiceRequest> {
  return { service, headers, body: new URLSearchParams(fields).toString() };
}

/** Calls that name a topic or a state machine of another account are only recorded. */
const FOREIGN = '210987654321';
const TOPIC = `arn:aws:sns:us-east-1:${FOREIGN}:topic`;
const MACHINE = `arn:aws:states:us-east-1:${FOREIGN}:stateMachine:m`;
const QUEUE = { path: `/${FOREIGN}/queue` };
const entry = { Source: 's', DetailType: 'd', Detail: '{}' };

type Row = {
  readonly name: string;
  readonly call: Partial<ServiceRequest>;
  readonly status: number;
  /** Every one of these is in the body. */
  readonly holds: readonly string[];
};

const rows: readonly Row[] = [
  {
    name: 'SQS SendMessage in XML',
    call: { ...form('sqs', { Action: 'SendMessage', MessageBody: 'hi' }), ...QUEUE },
    status: 200,
    holds: ['<SendMessageResult><MessageId>', createHash('md5').update('hi').digest('hex')],
  },
  {
    name: 'SQS SendMessage in JSON for who accepts it (docs/aws §8)',
    call: {
      ...form('sqs', { Action: 'SendMessage', MessageBody: 'hi' }, [...FORM, 'Accept', 'application/json']),
      ...QUEUE,
    },
    status: 200,
    holds: ['{"SendMessageResponse":{"SendMessageResult":{"MessageId":', '"ResponseMetadata":{"RequestId":'],
  },
  {
    name: 'SQS SendMessage of the JSON protocol',
    call: json('sqs', 'AmazonSQS.SendMessage', {
      QueueUrl: `https://sqs.us-east-1.amazonaws.com/${FOREIGN}/q`,
      MessageBody: 'hi',
    }),
    status: 200,
    holds: ['"MD5OfMessageBody"'],
  },
  {
    name: 'SQS without a body',
    call: { ...form('sqs', { Action: 'SendMessage' }), ...QUEUE },
    status: 400,
    holds: ['<Code>MissingParameter</Code>'],
  },
  {
    name: 'SQS to no queue',
    call: form('sqs', { Action: 'SendMessage', MessageBody: 'hi' }),
    status: 400,
    holds: ['<Code>MissingParameter</Code>'],
  },
  {
    name: 'SQS FIFO without a group',
    call: { ...form('sqs', { Action: 'SendMessage', MessageBody: 'hi' }), path: `/${FOREIGN}/q.fifo` },
    status: 400,
    holds: ['MessageGroupId'],
  },
  {
    name: 'SNS Publish in the query',
    call: {
      service: 'sns',
      headers: [],
      query: `Action=Publish&TopicArn=${encodeURIComponent(TOPIC)}&Message=hi`,
    },
    status: 200,
    holds: ['<PublishResult><MessageId>', 'http://sns.amazonaws.com/doc/2010-03-31/'],
  },
  {
    name: 'SNS Publish to nobody',
    call: form('sns', { Action: 'Publish', Message: 'hi' }),
    status: 400,
    holds: ['InvalidParameter', 'TopicArn or TargetArn'],
  },
  {
    name: 'SNS Publish of nothing, in JSON',
    call: form('sns', { Action: 'Publish', TopicArn: TOPIC }, [...FORM, 'Accept', 'application/json']),
    status: 400,
    holds: ['{"Error":{"Type":"Sender","Code":"InvalidParameter"', 'Empty message'],
  },
  {
    name: 'EventBridge PutEvents, whose bad entries fail alone',
    call: json('events', 'AWSEvents.PutEvents', {
      Entries: [entry, { ...entry, Detail: '{' }, { Source: 's' }],
    }),
    status: 200,
    holds: ['"FailedEntryCount":2', '"EventId"', 'MalformedDetail', 'DetailType is a required argument'],
  },
  {
    name: 'EventBridge PutEvents of nothing',
    call: json('events', 'AWSEvents.PutEvents', { Entries: [] }),
    status: 400,
    holds: ['"__type":"ValidationException"'],
  },
  {
    name: 'Step Functions StartExecution',
    call: json('states', 'AWSStepFunctions.StartExecution', {
      stateMachineArn: MACHINE,
      input: '{}',
      name: 'n',
    }),
    status: 200,
    holds: [`"executionArn":"arn:aws:states:us-east-1:${FOREIGN}:execution:m:n"`, '"startDate":1744668818'],
  },
  {
    name: 'Step Functions with an input that is not JSON',
    call: json('states', 'AWSStepFunctions.StartExecution', { stateMachineArn: MACHINE, input: '{' }),
    status: 400,
    holds: ['InvalidExecutionInput'],
  },
  {
    name: 'Step Functions of no machine',
    call: json('states', 'AWSStepFunctions.StartExecution', { stateMachineArn: 'arn:sm' }),
    status: 400,
    holds: ['InvalidArn'],
  },
  {
    name: 'Kinesis PutRecord',
    call: json('kinesis', 'Kinesis_20131202.PutRecord', { StreamName: 's', Data: 'aGk=', PartitionKey: 'p' }),
    status: 200,
    holds: ['"SequenceNumber"', '"ShardId"'],
  },
  {
    name: 'Kinesis PutRecords',
    call: json('kinesis', 'Kinesis_20131202.PutRecords', {
      StreamName: 's',
      Records: [{ Data: 'aGk=', PartitionKey: 'p' }],
    }),
    status: 200,
    holds: ['"FailedRecordCount":0'],
  },
  {
    name: 'Kinesis with data that is not a base64',
    call: json('kinesis', 'Kinesis_20131202.PutRecord', { StreamName: 's', Data: '!', PartitionKey: 'p' }),
    status: 400,
    holds: ['SerializationException'],
  },
  {
    name: 'Kinesis without a partition key',
    call: json('kinesis', 'Kinesis_20131202.PutRecord', { StreamName: 's', Data: 'aGk=' }),
    status: 400,
    holds: ['partitionKey'],
  },
  {
    name: 'a JSON call without JSON',
    call: json('kinesis', 'Kinesis_20131202.PutRecord', '{'),
    status: 400,
    holds: ['SerializationException'],
  },
  {
    name: 'S3 GET of what was never put',
    call: { service: 's3', method: 'GET', path: '/bucket/key' },
    status: 404,
    holds: ['<Code>NoSuchKey</Code>', '<Key>key</Key>'],
  },
];

describe('the recorder, with services behind it', () => {
  for (const { name, call, status, holds } of rows)
    it(`answers ${name} with ${status}`, async () => {
      const recorder = aRecorder();

      const outcome = await recorder.answer(aCall(call));

      assert.ok(outcome.kind === 'answered', JSON.stringify(outcome));
      assert.equal(outcome.status, status, outcome.body.toString());
      for (const part of holds)
        assert.ok(outcome.body.includes(part), `${outcome.body.toString()} holds ${part}`);
      assert.equal(recorder.calls[0]?.status, status);
    });

  const unknown: readonly Partial<ServiceRequest>[] = [
    form('sqs', { Action: 'AddPermission' }),
    json('states', 'AWSStepFunctions.StartSyncExecution', {
      stateMachineArn: 'arn:aws:states:us-east-1:210987654321:stateMachine:others',
    }),
    json('lambda', 'Any.Thing', {}),
    { service: 'ssm', query: 'Action=GetParameter&Name=x' },
    { service: 's3', method: 'GET', path: '/bucket', query: 'versions' },
    { service: 's3', method: 'DELETE', path: '/' },
    { service: 'rekognition' },
  ];
  for (const call of unknown)
    it(`makes up no answer of ${call.service ?? ''} ${call.query ?? ''}${String(call.body ?? '')}`, async () => {
      const recorder = aRecorder();

      const outcome = await recorder.answer(aCall(call));

      assert.ok(outcome.kind === 'unreachable');
      assert.match(outcome.message, /is not supported by this gateway\. .*(?:--aws |AWS itself)/);
      assert.equal(recorder.calls.length, 0);
    });

  it('gives back from S3 what was put, until it is deleted', async () => {
    const recorder = aRecorder();
    const ask = async (method: string, body?: string): Promise<string> => {
      const headers = ['Content-Type', 'text/plain'];
      const outcome = await recorder.answer(
        aCall({ service: 's3', method, path: '/bucket/a/b', headers, body }),
      );
      return outcome.kind === 'answered'
        ? `${outcome.status} ${outcome.body.toString().slice(0, 5)}`
        : outcome.kind;
    };

    assert.deepEqual(
      [await ask('PUT', 'hello'), await ask('GET'), await ask('HEAD'), await ask('DELETE'), await ask('GET')],
      ['200 ', '200 hello', '200 ', '204 ', '404 <?xml'],
    );
  });

  it('never throws, for any request', async () => {
    const recorder = aRecorder();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('sqs', 'sns', 's3', 'events', 'kinesis', 'states', 'other'),
        fc.constantFrom('SendMessage', 'Publish', 'PutEvents', 'PutRecords', 'StartExecution'),
        fc.oneof(fc.json(), fc.string()),
        webPath(),
        async (service, action, body, path) => {
          await recorder.answer(aCall({ ...json(service, `X.${action}`, body), path }));
          await recorder.answer(aCall({ service, query: `Action=${action}`, body, path }));
        },
      ),
    );
  });
});
