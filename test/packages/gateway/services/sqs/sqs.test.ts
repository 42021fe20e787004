import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  type PurgeQueueInProgress,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { HttpResponse } from '@smithy/protocol-http';
import type { HttpRequest } from '@smithy/protocol-http';
import { Readable } from 'node:stream';
import { ACCOUNT, anEventEngine, type EventBench, REGION } from '../../../../support/an-event-engine.ts';
import * as sqs from '../../../../../packages/gateway/services/sqs/service.ts';

const SERVICES = { sqs };
type Bench = EventBench<typeof SERVICES>;

const QueueUrl = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/jobs`;
const QUEUES = `
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs, VisibilityTimeout: 40 } }
  Fifo: { Type: AWS::SQS::Queue, Properties: { QueueName: in-order.fifo, FifoQueue: true } }`;

const decodeBody = (body: unknown): string => Buffer.from(body as Uint8Array).toString();

/** AWS's own client in front of the queues, without a socket; it checks the MD5 digests that it is given. */
function clientOf(bench: Bench): SQSClient {
  return new SQSClient({
    region: REGION,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: {
      async handle(request: HttpRequest) {
        const outcome = await bench.send({
          service: 'sqs',
          path: request.path,
          body: decodeBody(request.body),
          headers: Object.entries(request.headers).flat(),
        });
        if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
        const names = outcome.headers.filter((_, index) => index % 2 === 0);
        const headers = Object.fromEntries(
          names.map((name, index) => [name.toLowerCase(), outcome.headers[2 * index + 1] ?? '']),
        );
        return {
          response: new HttpResponse({
            statusCode: outcome.status,
            headers,
            body: Readable.from([outcome.body]),
          }),
        };
      },
    },
  });
}

function aClient() {
  const bench = anEventEngine(SERVICES, { resources: QUEUES });
  return { bench, client: clientOf(bench) };
}

// Source: SQS API reference, docs/aws §18.2
describe('Sqs by the JSON protocol', () => {
  it('sends, receives and deletes a message, with its attributes', async () => {
    const { client } = aClient();
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'x' },
      raw: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 255]) },
    };
    const sent = await client.send(
      new SendMessageCommand({ QueueUrl, MessageBody: 'hé', MessageAttributes }),
    );
    const options = {
      QueueUrl,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All' as const],
    };
    const { Messages: [message] = [] } = await client.send(new ReceiveMessageCommand(options));
    assert.equal(message?.MessageId, sent.MessageId);
    assert.equal(message?.Body, 'hé');
    assert.equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
    assert.deepEqual(
      Buffer.from(message.MessageAttributes?.['raw']?.BinaryValue ?? ''),
      Buffer.from([1, 2, 255]),
    );
    assert.equal(message.Attributes?.ApproximateReceiveCount, '1');
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    const { Attributes: { CreatedTimestamp, LastModifiedTimestamp, ...Attributes } = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    assert.match(`${CreatedTimestamp} ${LastModifiedTimestamp}`, /^\d{10} \d{10}$/);
    assert.deepEqual(Attributes, {
      VisibilityTimeout: '40',
      DelaySeconds: '0',
      MessageRetentionPeriod: '345600',
      ReceiveMessageWaitTimeSeconds: '0',
      MaximumMessageSize: '1048576',
      SqsManagedSseEnabled: 'true',
      QueueArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:jobs`,
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
    });
  });

  it('hides what is received for its visibility timeout, for a given time, or not at all', async () => {
    const { bench, client } = aClient();
    const receive = async () =>
      (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const [first] = await receive();
    assert.deepEqual(await receive(), []);
    const ReceiptHandle = first?.ReceiptHandle;
    await client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 100 }),
    );
    await bench.advance(99_000);
    assert.deepEqual(await receive(), []);
    await bench.advance(1_000);
    const [second] = await receive();
    assert.equal(second?.Body, 'a');
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: second.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    assert.equal((await receive()).length, 1);
    // The handle of the receive before is of no use: the message stays.
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    await bench.advance(40_000);
    assert.equal((await receive()).length, 1);
  });

  it('waits for a message as long as requested, and no longer', async () => {
    const { bench, client } = aClient();
    const wait = () => client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    const early = wait();
    await new Promise(setImmediate);
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late' }));
    assert.equal((await early).Messages?.[0]?.Body, 'late');
    const empty = wait();
    await new Promise(setImmediate);
    await bench.advance(20_000);
    assert.equal((await empty).Messages, undefined);
  });

  it('delays a message', async () => {
    const { bench, client } = aClient();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a', DelaySeconds: 5 }));
    const receive = async () => (await client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.length;
    assert.equal(await receive(), undefined);
    await bench.advance(5_000);
    assert.equal(await receive(), 1);
  });

  it('accepts batches, of which a bad entry fails alone', async () => {
    const { client } = aClient();
    const Entries = [
      { Id: 'a', MessageBody: 'a' },
      { Id: 'b', MessageBody: 'b', DelaySeconds: 901 },
    ];
    const { Successful, Failed } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    assert.deepEqual(
      [Successful?.map(({ Id }) => Id), Failed?.map(({ Id, Code }) => [Id, Code])],
      [['a'], [['b', 'InvalidParameterValue']]],
    );
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    const gone = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    const deleted = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: gone }));
    assert.deepEqual(deleted.Successful, [{ Id: '0' }]);
  });

  it('makes queues, finds them and throws messages away', async () => {
    const { bench, client } = aClient();
    const made = await client.send(
      new CreateQueueCommand({ QueueName: 'more', Attributes: { DelaySeconds: '1' } }),
    );
    assert.deepEqual(
      await client.send(new GetQueueUrlCommand({ QueueName: 'more' })).then(({ QueueUrl: url }) => url),
      made.QueueUrl,
    );
    const { QueueUrls } = await client.send(new ListQueuesCommand({}));
    assert.deepEqual(
      QueueUrls?.map((url) => url.split('/').at(-1)),
      ['jobs', 'in-order.fifo', 'more'],
    );
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    assert.equal(bench.services.sqs.queues.find(`arn:aws:sqs:${REGION}:${ACCOUNT}:jobs`)?.length, 0);
  });

  // LocalStack's snapshot of test_successive_purge_calls_fail, recorded 2024-04-30
  it('purges a queue at most once every 60 seconds', async () => {
    const { bench, client } = aClient();
    const purge = () => client.send(new PurgeQueueCommand({ QueueUrl }));
    await purge();
    await bench.advance(59_999);
    await assert.rejects(purge, ({ name, message, $metadata }: PurgeQueueInProgress) => {
      assert.deepEqual(
        [name, message, $metadata.httpStatusCode],
        ['PurgeQueueInProgress', 'Only one PurgeQueue operation on jobs is allowed every 60 seconds.', 403],
      );
      return true;
    });
    await bench.advance(1);
    await purge();
  });

  it('sends a FIFO message once within five minutes by its deduplication id', async () => {
    const { bench, client } = aClient();
    const send = () =>
      client.send(
        new SendMessageCommand({
          QueueUrl: QueueUrl.replace('jobs', 'in-order.fifo'),
          MessageBody: 'a',
          MessageGroupId: 'g',
          MessageDeduplicationId: 'd',
        }),
      );
    const [first, second] = [await send(), await send()];
    assert.equal(first.SequenceNumber, second.SequenceNumber);
    // API reference, SendMessage: "128 bits", of which AWS prints 20 digits.
    assert.match(first.SequenceNumber ?? '', /^188\d{17}$/);
    await bench.advance(300_000);
    assert.notEqual((await send()).SequenceNumber, first.SequenceNumber);
  });

  for (const { name, command, error } of [
    {
      name: 'a queue that is not here',
      command: new GetQueueUrlCommand({ QueueName: 'none' }),
      error: 'QueueDoesNotExist',
    },
    {
      name: 'a FIFO message without a group',
      command: new SendMessageCommand({
        QueueUrl: QueueUrl.replace('jobs', 'in-order.fifo'),
        MessageBody: 'a',
      }),
      error: 'MissingParameter',
    },
    {
      name: 'a body of more than 1 MiB',
      command: new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(1_048_577) }),
      error: 'InvalidParameterValue',
    },
    {
      name: 'a handle that was never given',
      command: new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'nothing' }),
      error: 'ReceiptHandleIsInvalid',
    },
    {
      name: 'a batch of nothing',
      command: new SendMessageBatchCommand({ QueueUrl, Entries: [] }),
      error: 'EmptyBatchRequest',
    },
    {
      name: 'a queue of the same name that is set otherwise',
      command: new CreateQueueCommand({ QueueName: 'jobs', Attributes: { VisibilityTimeout: '41' } }),
      error: 'QueueNameExists',
    },
  ])
    it(`refuses ${name} as ${error}`, async () => {
      const { client } = aClient();
      await assert.rejects(client.send(command as SendMessageCommand), { name: error });
    });
});

// Source: snapshots of AWS's answers, tests/aws/services/sqs/test_sqs.snapshot.json of LocalStack 4.7 (Apache-2.0)
describe('Sqs, as recorded,', () => {
  const QueueNamePrefix = 'made-';
  const make = (client: SQSClient, name: string, Attributes: Record<string, string>) =>
    client.send(new CreateQueueCommand({ QueueName: `${QueueNamePrefix}${name}`, Attributes }));

  it('reads flags in letters of either case', async () => {
    const { client } = aClient();
    const made = await make(client, 'a.fifo', { FifoQueue: 'True', ContentBasedDeduplication: 'False' });
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: made.QueueUrl, AttributeNames: ['All'] }),
    );

    assert.equal(Attributes?.FifoQueue, 'true');
    assert.equal(Attributes.ContentBasedDeduplication, 'false');
  });

  it('leaves a queue unencrypted if its key is removed, and prints no other setting of the key', async () => {
    const { client } = aClient();
    const { QueueUrl: url } = await make(client, 'a', { KmsMasterKeyId: 'k' });
    const Attributes = { KmsMasterKeyId: '', KmsDataKeyReusePeriodSeconds: '300' };
    await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
    const got = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));

    const kept = Object.entries(got.Attributes ?? {}).filter(([name]) => /Kms|Sse/.test(name));
    assert.deepEqual(kept, [['SqsManagedSseEnabled', 'false']]);
  });

  it('refuses two kinds of encryption', async () => {
    const { client } = aClient();
    const Attributes = { KmsMasterKeyId: 'k', SqsManagedSseEnabled: 'true' };
    await assert.rejects(client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes })), {
      name: 'InvalidAttributeName',
      message:
        'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    });
  });

  it('fails the entries of a batch that are longer than the queue allows', async () => {
    const { client } = aClient();
    const { QueueUrl: url } = await make(client, 'a', { MaximumMessageSize: '1024' });
    const Entries = [1024, 1025].map((length) => ({ Id: `${length}`, MessageBody: 'a'.repeat(length) }));
    const { Successful = [], Failed } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: url, Entries }),
    );

    assert.deepEqual(
      Successful.map(({ Id }) => Id),
      ['1024'],
    );
    assert.deepEqual(Failed, [
      {
        Id: '1025',
        SenderFault: true,
        Code: 'InvalidParameterValue',
        Message:
          'One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.',
      },
    ]);
  });

  for (const [pattern, names] of [
    ['*', ['General', 'Hello', 'Help.Me']],
    ['.*', ['General', 'Hello', 'Help.Me']],
    ['Hel.*', ['Hello', 'Help.Me']],
    ['Hello', ['Hello']],
    ['AWS.', []],
  ] as const)
    it(`gives the attributes that ${pattern} names`, async () => {
      const { client } = aClient();
      const text = { DataType: 'String', StringValue: 'x' };
      const MessageAttributes = { 'Help.Me': text, Hello: text, General: text };
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'm', MessageAttributes }));
      const { Messages } = await client.send(
        new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: [pattern] }),
      );

      assert.deepEqual(Object.keys(Messages?.[0]?.MessageAttributes ?? {}).toSorted(), names);
    });

  it('lists queues in pages', async () => {
    const { client } = aClient();
    for (const name of ['a', 'b', 'c']) await make(client, name, {});
    const first = await client.send(new ListQueuesCommand({ QueueNamePrefix, MaxResults: 2 }));
    const { NextToken } = first;
    const rest = await client.send(new ListQueuesCommand({ QueueNamePrefix, MaxResults: 2, NextToken }));

    assert.deepEqual([first.QueueUrls?.length, rest.QueueUrls?.length, rest.NextToken], [2, 1, undefined]);
  });
});
