/** Services together: eventbridge, lambda-events, scheduler, sns, sqs. */
/**
 * The stories of events that no request set off (issue 63). What AWS does with the events has its evidence in
 * docs/aws §18.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as events from '../../packages/gateway/services/eventbridge/service.ts';
import * as lambda from '../../packages/gateway/services/lambda-events/service.ts';
import * as scheduler from '../../packages/gateway/services/scheduler/service.ts';
import * as sns from '../../packages/gateway/services/sns/service.ts';
import * as sqs from '../../packages/gateway/services/sqs/service.ts';
import { ACCOUNT, REGION } from '../support/an-event-engine.ts';
import type { EventBenchOptions } from '../support/an-event-engine.ts';
import { aStoryBench } from '../support/a-story-bench.ts';
import type { ResolvedResource } from '../../packages/gateway/core/stack/model.ts';

const aBench = (options: EventBenchOptions) => aStoryBench({ sqs, sns, events, scheduler, lambda }, options);

const arnOf = (service: string, name: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;

const fails = (): never => {
  throw new TypeError('no printer');
};

const QUEUES = `
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead } }
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: jobs
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2 }
  Read: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: print, EventSourceArn: !GetAtt Jobs.Arn, BatchSize: 1 } }`;

async function send(bench: ReturnType<typeof aBench>, name: string, more: object = {}): Promise<string> {
  const answer = await bench.call('sqs', 'SendMessage', {
    QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`,
    MessageBody: '{"n": 1}',
    ...more,
  });
  await bench.engine.idle();
  return String(answer['MessageId']);
}

describe('the story of a message', () => {
  it('names the error of the function, and when the message comes back', async () => {
    const bench = aBench({ resources: QUEUES, functions: { print: fails } });
    await send(bench, 'jobs');

    const story = bench.story();

    assert.equal(story?.headline, 'The message to the queue jobs failed in print, and is tried again.');
    assert.match(
      story.sentences.join('\n'),
      /Function print failed with TypeError: no printer\. It ran for the record of the queue jobs\. The message can be received again 30 s after it was received \(VisibilityTimeout\), and moves to dead once it has been received 2 times\./,
    );
  });

  it('says that it moved to the dead-letter queue, and which property made it', async () => {
    const bench = aBench({ resources: QUEUES, functions: { print: fails } });
    await send(bench, 'jobs');
    await bench.advance(30_000);
    await bench.advance(30_000);

    const story = bench.story();

    assert.equal(story?.headline, 'The message to the queue jobs moved to the dead-letter queue dead.');
    assert.match(
      story.sentences.join('\n'),
      /After 2 receives \(maxReceiveCount, events\.yml:9\), the message moved to the dead-letter queue dead\./,
    );
  });

  it('is found by the id of the message', async () => {
    const bench = aBench({ resources: QUEUES, functions: { print: () => 1 } });
    const id = await send(bench, 'jobs');
    await send(bench, 'dead');

    assert.deepEqual(bench.story(id)?.sentences, [
      `The message ${id} arrived at the queue jobs.`,
      'The function print handled the record of the queue jobs.',
    ]);
  });

  it('says that a FIFO queue took it for a duplicate', async () => {
    const bench = aBench({
      resources: `
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs.fifo, FifoQueue: true, ContentBasedDeduplication: true } }`,
    });
    await send(bench, 'jobs.fifo', { MessageGroupId: 'g' });
    await send(bench, 'jobs.fifo', { MessageGroupId: 'g' });

    assert.match(
      bench.story()?.sentences.join('\n') ?? '',
      /queued nothing, because a message with the same deduplication id came within the last 5 minutes/,
    );
    assert.match(bench.story()?.changes.join('\n') ?? '', /Send a MessageDeduplicationId that differs/);
  });

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
  for (const [missing, given, because, change] of [
    [
      'a deduplication id',
      { MessageGroupId: 'g' },
      /refused SendMessage with InvalidParameterValue: The queue should either have ContentBasedDeduplication enabled .*\(ContentBasedDeduplication, events\.yml:\d+\)/,
      /^Set ContentBasedDeduplication: true on the queue \(events\.yml:\d+\)/,
    ],
    [
      'a group',
      {},
      /refused SendMessage with MissingParameter: .*MessageGroupId.*\(FifoQueue, events\.yml:\d+\)/,
      /^Send a MessageGroupId with each message to the FIFO queue \(events\.yml:\d+\)/,
    ],
  ] as const)
    it(`says that a FIFO queue refused it without ${missing}, and names the line of the queue`, async () => {
      const bench = aBench({
        resources: `
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs.fifo, FifoQueue: true } }`,
      });
      await send(bench, 'jobs.fifo', given);

      const { headline, sentences = [], changes = [] } = bench.story() ?? {};
      assert.match(headline ?? '', /^The call SendMessage of the queue jobs\.fifo was refused with /);
      assert.match(sentences.join('\n'), because);
      assert.match(changes.join('\n'), change);
      assert.doesNotMatch(sentences.join('\n'), /waits there/);
    });

  it('names the filter policy that refuses it, and its place', async () => {
    const bench = aBench({
      resources: `
  Sold: { Type: AWS::SNS::Topic, Properties: { TopicName: sold } }
  Mail:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Sold
      Protocol: lambda
      Endpoint: !GetAtt mail.Arn
      FilterPolicy: { kind: [book] }`,
      functions: { mail: () => 1 },
    });
    await bench.call('sns', 'Publish', { TopicArn: arnOf('sns', 'sold'), Message: 'x' });

    const { headline, sentences, changes } = bench.story() ?? {};

    assert.equal(headline, 'The message to the topic sold was delivered to nobody.');
    assert.match(
      sentences?.[1] ?? '',
      /^The subscription of mail does not pass the event on: .*kind.*\(FilterPolicy, events\.yml:\d+\)\.$/,
    );
    assert.match(
      changes?.[0] ?? '',
      /^If mail should get the event, change FilterPolicy \(events\.yml:\d+\)/,
    );
  });

  it('says which permission a topic lacks', async () => {
    const bench = aBench({
      resources: `
  Sold: { Type: AWS::SNS::Topic, Properties: { TopicName: sold } }
  Mail: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref Sold, Protocol: lambda, Endpoint: !GetAtt mail.Arn } }`,
      functions: { mail: () => 1 },
      refuseDelivery: (_, sender) =>
        `no AWS::Lambda::Permission lets ${sender} invoke mail to deliver this event: add a permission with FunctionName mail`,
    });
    await bench.call('sns', 'Publish', { TopicArn: arnOf('sns', 'sold'), Message: 'x' });
    await bench.engine.idle();

    assert.equal(bench.story()?.headline, 'The message to the topic sold failed and was dropped.');
    assert.equal(bench.story()?.changes[0], 'Add an AWS::Lambda::Permission with FunctionName mail.');
  });
});

describe('the story of an event', () => {
  it('names the rule that does not match, the part of its pattern, and its place', async () => {
    const bench = aBench({
      resources: `
  Paid:
    Type: AWS::Events::Rule
    Properties:
      Name: paid
      EventPattern: { source: [shop], detail: { state: [paid] } }
      Targets: [{ Id: a, Arn: !GetAtt mail.Arn }]`,
      functions: { mail: () => 1 },
    });
    const Entries = [{ Source: 'shop', DetailType: 'Order', Detail: '{"state": "open"}' }];
    await bench.call('events', 'PutEvents', { Entries });

    const { headline, sentences } = bench.story() ?? {};

    assert.equal(headline, 'The event Order of shop was delivered to nobody.');
    assert.match(
      sentences?.[1] ?? '',
      /^The rule paid does not pass the event on: .*state.*\(EventPattern, events\.yml:\d+\)\.$/,
    );
  });

  it('follows it through a rule to the retries of a function and to its end', async () => {
    const bench = aBench({
      resources: `
  Paid: { Type: AWS::Events::Rule, Properties: { Name: paid, EventPattern: { source: [shop] }, Targets: [{ Id: a, Arn: !GetAtt mail.Arn }] } }`,
      functions: { mail: fails },
    });
    const Entries = [{ Source: 'shop', DetailType: 'Order', Detail: '{}' }];
    await bench.call('events', 'PutEvents', { Entries });
    await bench.engine.idle();
    assert.match(
      bench.story()?.sentences.join('\n') ?? '',
      /The rule paid delivered it to the function mail\.[^]*The next try is at/,
    );
    await bench.advance(60_000);
    await bench.advance(120_000);

    const { headline, sentences, changes } = bench.story() ?? {};

    assert.equal(headline, 'The event Order of shop failed and was dropped.');
    assert.match(
      sentences?.join('\n') ?? '',
      /failed with TypeError: no printer\. It ran for the event, 3 times so far\. This was the last try\./,
    );
    assert.match(
      changes?.join('\n') ?? '',
      /Give the function mail .*an EventInvokeConfig with an OnFailure destination/,
    );
  });
});

describe('the run of a schedule', () => {
  const RATE = `
  Nightly: { Type: AWS::Scheduler::Schedule, Properties: { Name: nightly, ScheduleExpression: rate(1 hour), FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: !GetAtt mail.Arn, RoleArn: 'arn:aws:iam::${ACCOUNT}:role/r' } } }`;

  it('is passed over by `explain last` while it succeeds and there is anything else', async () => {
    const queue = 'Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }';
    const bench = aBench({ resources: `${RATE}\n  ${queue}`, functions: { mail: () => 1 } });
    await bench.advance(0);
    assert.match(bench.story()?.headline ?? '', /^The run of the schedule nightly .* was handled by mail\.$/);
    await send(bench, 'jobs');
    await bench.advance(3_600_000);

    assert.match(bench.records.rows()[0]?.method ?? '', /SCHEDULE/);
    assert.match(bench.story()?.headline ?? '', /^The message to the queue jobs/);
  });

  it('is told by `explain last` if its function fails', async () => {
    const bench = aBench({ resources: RATE, functions: { mail: fails } });
    await bench.advance(3_600_000);
    await bench.advance(0);

    assert.equal(
      bench.story()?.headline,
      'The run of the schedule nightly (rate(1 hour)) failed in mail, and is tried again.',
    );
  });
});

// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
describe('the story of a batch', () => {
  const BATCH = `
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }
  Read: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: print, EventSourceArn: !GetAtt Jobs.Arn, MaximumBatchingWindowInSeconds: 1 } }`;

  it('says that messages which were handled come back, too, without ReportBatchItemFailures', async () => {
    const bench = aBench({ resources: BATCH, functions: { print: fails } });
    await send(bench, 'jobs');
    await send(bench, 'jobs');
    await bench.advance(1_000);

    const { sentences = [], changes = [] } = bench.story() ?? {};

    assert.match(sentences.join('\n'), /All 2 messages of the batch come back/);
    assert.match(changes.join('\n'), /Add FunctionResponseTypes: \[ReportBatchItemFailures\]/);
    assert.match(changes.join('\n'), /Give the queue \(events\.yml:\d+\) a RedrivePolicy/);
  });

  it('is told to each of the requests that sent its messages', async () => {
    const bench = aBench({ resources: BATCH, functions: { print: fails } });
    const [one, other] = [await send(bench, 'jobs'), await send(bench, 'jobs')];
    await bench.advance(1_000);

    for (const id of [one, other])
      assert.match(bench.story(id)?.sentences.join('\n') ?? '', /Function print failed with TypeError/);
  });
});

describe('what Lambda does about a failure', () => {
  const told = (story: ReturnType<ReturnType<typeof aBench>['story']>): string =>
    [story?.headline, ...(story?.sentences ?? []), ...(story?.changes ?? [])].join('\n');
  const queueOf = (properties: string, mapping = ''): string => `
  Jobs: { Type: AWS::SQS::Queue, Properties: { ${properties} } }
  Read: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: print, EventSourceArn: !GetAtt Jobs.Arn${mapping} } }`;
  const reports = () => ({ batchItemFailures: [{ itemIdentifier: 'a' }] });

  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
  it('is nothing for failed records that the function reports to a mapping which does not read it', async () => {
    const bench = aBench({ resources: queueOf('QueueName: jobs'), functions: { print: reports } });
    bench.records.readHandler = () => ({
      file: 'print.py',
      text: 'def handler(event, context):\n    return {"batchItemFailures": bad}',
      environment: [],
    });
    await send(bench, 'jobs');

    assert.match(
      told(bench.story()),
      /was handled by print, and the items that the function reported as failed are not retried\.\n.*\n.*reported 1 of 1 records as failed \(batchItemFailures, print\.py:2\)\. Lambda ignored this report, because the event source mapping \(events\.yml:\d+\) has no FunctionResponseTypes .* the message was deleted from the queue.*\nSet FunctionResponseTypes: \[ReportBatchItemFailures\] on the event source mapping \(events\.yml:\d+\)/s,
    );
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
  it('is two retries of an asynchronous invocation, unless MaximumRetryAttempts says otherwise', async () => {
    const rule = (more: string): string => `
  Paid: { Type: AWS::Events::Rule, Properties: { Name: paid, EventPattern: { source: [shop] }, Targets: [{ Id: a, Arn: !GetAtt mail.Arn }] } }${more}`;
    const put = async (more: string): Promise<string> => {
      const bench = aBench({ resources: rule(more), functions: { mail: fails } });
      const Entries = [{ Source: 'shop', DetailType: 'Order', Detail: '{}' }];
      await bench.call('events', 'PutEvents', { Entries });
      await bench.engine.idle();
      return told(bench.story());
    };

    const usual = await put('');
    assert.match(usual, /retries a failed asynchronous invocation with the same event, 2 times unless/);
    assert.match(usual, /If the work must not be repeated, set MaximumRetryAttempts: 0/);
    const none = await put(`
  Once: { Type: AWS::Lambda::EventInvokeConfig, Properties: { FunctionName: mail, Qualifier: $LATEST, MaximumRetryAttempts: 0 } }`);
    assert.doesNotMatch(none, /retries a failed/);
  });

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
  it('stops a message group of a FIFO queue', async () => {
    const bench = aBench({
      resources: queueOf('QueueName: jobs.fifo, FifoQueue: true, ContentBasedDeduplication: true'),
      functions: { print: fails },
    });
    await send(bench, 'jobs.fifo', { MessageGroupId: 'g' });

    assert.match(told(bench.story()), /no later message of its message group is received/);
    assert.match(told(bench.story()), /different values of MessageGroupId/);

    await send(bench, 'jobs.fifo', { MessageGroupId: 'g', MessageBody: '{"n": 2}' });
    assert.match(
      told(bench.story()),
      /^The message to the queue jobs\.fifo waits behind a batch that fails\..*The event waits, because an earlier batch of the same shard or queue has failed and is tried again first:\nFunction print failed with TypeError/s,
    );
  });
});

describe('notes about events', () => {
  // https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
  it('say that a body is the envelope of SNS, if the code does not read Message', async () => {
    const bench = aBench({
      resources: `
  Sold: { Type: AWS::SNS::Topic, Properties: { TopicName: sold } }
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }
  Sub: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref Sold, Protocol: sqs, Endpoint: !GetAtt Jobs.Arn } }
  Read: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: print, EventSourceArn: !GetAtt Jobs.Arn } }`,
      functions: { print: () => 1 },
    });
    const publish = async (text: string): Promise<string> => {
      bench.records.readHandler = () => ({ file: 'main.js', text, environment: [] });
      await bench.call('sns', 'Publish', { TopicArn: arnOf('sns', 'sold'), Message: '{"orderId": "o-1"}' });
      await bench.engine.idle();
      return bench.story()?.changes.join('\n') ?? '';
    };

    assert.match(
      await publish('JSON.parse(record.body).orderId'),
      /^Set RawMessageDelivery: true on the subscription \(events\.yml:\d+\), or parse twice in main\.js: JSON\.parse\(JSON\.parse\(record\.body\)\.Message\)\.$/,
    );
    assert.equal(await publish('JSON.parse(JSON.parse(record.body).Message)'), '');
  });

  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
  for (const [key, because, change] of [
    ['alias/aws/sqs', /the AWS managed key, whose policy does not let sns/, /Use a key of your own/],
    ['!Ref Key', /whose KeyPolicy \(events\.yml:\d+\) does not let sns/, /^Add to the KeyPolicy of Key: /m],
    ['!Ref Open', undefined, undefined],
  ] as const)
    it(`say whether the key of a queue lets a topic use it: ${key}`, async () => {
      const keyOf = (service: string): string =>
        `{ Type: AWS::KMS::Key, Properties: { KeyPolicy: { Statement: [{ Effect: Allow, Principal: { Service: ${service} }, Action: 'kms:*', Resource: '*' }] } } }`;
      const bench = aBench({
        resources: `
  Key: ${keyOf('logs.amazonaws.com')}
  Open: ${keyOf('sns.amazonaws.com')}
  Sold: { Type: AWS::SNS::Topic, Properties: { TopicName: sold } }
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs, KmsMasterKeyId: ${key} } }
  Sub: { Type: AWS::SNS::Subscription, Properties: { TopicArn: !Ref Sold, Protocol: sqs, Endpoint: !GetAtt Jobs.Arn } }`,
      });
      await bench.call('sns', 'Publish', { TopicArn: arnOf('sns', 'sold'), Message: 'x' });
      await bench.engine.idle();

      const { headline = '', sentences = [], changes = [] } = bench.story() ?? {};

      assert.equal(
        /reached the queue jobs in the gateway, but would not on AWS\.$/.test(headline),
        because !== undefined,
      );
      assert.equal(/whose (?:KeyP|p)olicy/.test(sentences.join('\n')), because !== undefined);
      if (because !== undefined) assert.match(sentences.join('\n'), because);
      if (change !== undefined) assert.match(changes.join('\n'), change);
    });

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
  it('say that the DeadLetterConfig of a function is not for messages of a queue', async () => {
    const bench = aBench({
      resources: `
  Dead: { Type: AWS::SQS::Queue, Properties: { QueueName: dead } }
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }
  Read: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: work, EventSourceArn: !GetAtt Jobs.Arn } }`,
      functions: { work: fails },
    });
    const resources = bench.stacks[0]?.resources as Map<string, ResolvedResource>;
    const own = resources.get('work');
    assert.ok(own);
    const DeadLetterConfig = { TargetArn: arnOf('sqs', 'dead') };
    resources.set('work', { ...own, properties: { ...own.properties, DeadLetterConfig } });
    await send(bench, 'jobs');

    const { sentences = [], changes = [] } = bench.story() ?? {};

    assert.match(
      sentences.join('\n'),
      /a DeadLetterConfig applies only to asynchronous invocations: records of a queue never go to/,
    );
    assert.match(
      changes.join('\n'),
      /Write dead into the RedrivePolicy of the queue jobs \(events\.yml:\d+\)/,
    );
  });

  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
  it('say which weekday a number is', async () => {
    const bench = aBench({
      resources: `
  Digest: { Type: AWS::Events::Rule, Properties: { Name: digest, ScheduleExpression: cron(0 8 ? * 5 *), Targets: [{ Id: a, Arn: !GetAtt mail.Arn }] } }`,
      functions: { mail: () => 1 },
    });
    await bench.advance(7 * 86_400_000);

    assert.match(
      bench.story()?.sentences.join('\n') ?? '',
      /The weekday 5 of cron\(0 8 \? \* 5 \*\) \(events\.yml:\d+\) is THU: .* In Unix cron it would be FRI\./,
    );
    assert.match(bench.story()?.changes.join('\n') ?? '', /If FRI was meant, write FRI in place of 5/);
  });

  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
  it('say that the times of a rule are in UTC', async () => {
    const bench = aBench({
      resources: `
  Digest: { Type: AWS::Events::Rule, Properties: { Name: digest, ScheduleExpression: cron(11 7 * * ? *), Targets: [{ Id: a, Arn: !GetAtt mail.Arn }] } }`,
      functions: { mail: () => 1 },
    });
    await bench.advance(86_400_000);

    assert.match(
      bench.story()?.sentences.join('\n') ?? '',
      /The times of cron\(11 7 \* \* \? \*\) \(events\.yml:\d+\) are in UTC/,
    );
    assert.match(bench.story()?.changes.join('\n') ?? '', /ScheduleExpressionTimezone/);
  });
});
