/** Services together: eventbridge, lambda-events, s3, sqs. */
/** What no event reaches is told, by `explain` and by `check`. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { examineStacks } from '../../packages/gateway/engine/compose/checking/examine.ts';
import * as events from '../../packages/gateway/services/eventbridge/service.ts';
import * as lambda from '../../packages/gateway/services/lambda-events/service.ts';
import * as s3 from '../../packages/gateway/services/s3/service.ts';
import * as sqs from '../../packages/gateway/services/sqs/service.ts';
import { aStoryBench } from '../support/a-story-bench.ts';
import { ACCOUNT, REGION } from '../support/an-event-engine.ts';

const bucket = (more: string): string => `
  Photos: { Type: AWS::S3::Bucket, Properties: { BucketName: photos${more} } }`;
const waiting = (pattern: string, more = ''): string => `
  Scan:
    Type: AWS::Events::Rule
    Properties:
      Name: scan
      EventPattern: ${pattern}
      Targets: [{ Id: w, Arn: 'arn:aws:sqs:${REGION}:${ACCOUNT}:jobs' }]${more}`;
const PATTERN = '{ source: [aws.s3], detail-type: [Object Created], detail: { bucket: { name: [photos] } } }';
const ON = ', NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } }';
const OFF = ON.replace('true', 'false');

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html */
const SILENT = [
  { name: 'a bucket without notifications', resources: bucket('') + waiting(PATTERN) },
  { name: 'a bucket whose EventBridgeConfiguration is off', resources: bucket(OFF) + waiting(PATTERN) },
  {
    name: 'a bucket with other notifications',
    resources:
      bucket(
        `, NotificationConfiguration: { QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: 'arn:aws:sqs:${REGION}:${ACCOUNT}:jobs' }] }`,
      ) + waiting(PATTERN),
  },
  {
    name: 'a prefix of the bucket’s name',
    resources: bucket('') + waiting('{ source: [aws.s3], detail: { bucket: { name: [{ prefix: pho }] } } }'),
  },
];

const HEARD = [
  { name: 'a bucket that sends its events', resources: bucket(ON) + waiting(PATTERN) },
  {
    name: 'a bucket of another stack',
    resources: bucket('') + waiting(PATTERN.replace('photos', 'others')),
  },
  {
    name: 'calls that CloudTrail reports',
    resources: bucket('') + waiting(PATTERN.replace('Object Created', 'AWS API Call via CloudTrail')),
  },
  { name: 'another source', resources: bucket('') + waiting('{ source: [shop] }') },
  { name: 'a rule of another bus', resources: bucket('') + waiting(PATTERN, '\n      EventBusName: own') },
  {
    // aws-cdk, aws-s3/lib/notifications-resource
    name: 'notifications that CDK sets with a custom resource',
    resources: `${bucket('')}${waiting(PATTERN)}
  Notify: { Type: 'Custom::S3BucketNotifications', Properties: { ServiceToken: 'arn:aws:lambda:${REGION}:${ACCOUNT}:function:n', BucketName: photos, NotificationConfiguration: { EventBridgeConfiguration: {} } } }`,
  },
];

async function check(resources: string) {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-silent-'));
  try {
    writeFileSync(join(folder, 'template.yaml'), `Resources:${resources}\n`);
    const { findings } = await examineStacks([join(folder, 'template.yaml')], {
      stage: 'dev',
      region: REGION,
      accountId: ACCOUNT,
      parameters: {},
      environment: {},
      directory: folder,
    });
    return findings.filter(({ id }) => id === 'never-fires');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function upload(resources: string) {
  const bench = aStoryBench({ events, s3, sqs, lambda }, { resources, functions: {} });
  await bench.send({ service: 's3', method: 'PUT', path: '/photos/a.png', body: 'x' });
  await bench.engine.idle();
  return bench.story();
}

describe('a rule for the events of a bucket', () => {
  for (const { name, resources } of SILENT)
    it(`never runs: ${name}`, async () => {
      const [finding, ...others] = await check(resources);
      const story = await upload(resources);

      assert.deepEqual(others, []);
      assert.equal(finding?.severity, 'differs');
      assert.match(
        finding.message,
        /^the rule Scan \(template\.yaml:\d+\) never runs: the bucket sends no events to EventBridge$/,
      );
      assert.match(finding.remedy, /^set NotificationConfiguration: .* on the bucket Photos$/);
      assert.match(
        story?.sentences.join('\n') ?? '',
        /The rule scan does not get the event: the bucket sends no events to EventBridge\.\nEventPattern of the rule \(events\.yml:\d+\) waits for/,
      );
      assert.match(
        story?.changes[0] ?? '',
        /^Set NotificationConfiguration: \{ EventBridgeConfiguration: \{ EventBridgeEnabled: true \} \} on the bucket Photos \(events\.yml:3\)\.$/,
      );
    });

  for (const { name, resources } of HEARD)
    it(`is not said to be silent: ${name}`, async () => {
      const findings = await check(resources);
      const story = await upload(resources);

      assert.deepEqual(findings, []);
      assert.doesNotMatch(story?.sentences.join('\n') ?? '', /sends no events to EventBridge/);
    });

  it('runs after the bucket is changed as advised', async () => {
    const story = await upload(bucket(ON) + waiting(PATTERN));
    assert.match(story?.sentences.join('\n') ?? '', /the rule scan/i);
    assert.deepEqual(await check(bucket(ON) + waiting(PATTERN)), []);
  });
});

const TABLE = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/orders/stream/2026-01-01T00:00:00.000`;
const mapping = (pattern: string): string => `
  Read:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { FunctionName: work, EventSourceArn: '${TABLE}', StartingPosition: LATEST, FilterCriteria: { Filters: [{ Pattern: '${pattern}' }] } }`;

describe('a filter that matches nothing', () => {
  for (const { name, resources, message } of [
    {
      // https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
      name: 'numeric for a number of a record',
      resources: mapping('{"dynamodb":{"NewImage":{"salary":{"N":[{"numeric":[">",5]}]}}}}'),
      message: /^it matches no event: In NewImage of a record, the number salary is a string/,
    },
    {
      name: 'a value of a record without its type',
      resources: mapping('{"dynamodb":{"NewImage":{"state":["paid"]}}}'),
      message: /each value has its type/,
    },
    {
      name: 'a member that no event has',
      resources: waiting('{ detailType: [Order] }'),
      message: /^it matches no event: An event has no member detailType/,
    },
  ])
    it(`is found: ${name}`, async () => {
      const [finding] = await check(resources);
      assert.match(finding?.message ?? '', message);
    });

  for (const { name, resources } of [
    {
      name: 'an absent value of a record',
      resources: mapping('{"dynamodb":{"NewImage":{"a":[{"exists":false}]}}}'),
    },
    { name: 'an absent member', resources: waiting('{ source: [shop], other: [{ exists: false }] }') },
    { name: 'a number as text', resources: mapping('{"dynamodb":{"NewImage":{"a":{"N":["5"]}}}}') },
  ])
    it(`is not reported: ${name}`, async () => {
      assert.deepEqual(await check(resources), []);
    });
});

describe('a disabled event source mapping', () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
  it('is told as the reason why a message waits', async () => {
    const resources = (state: string): string => `
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }
  Read:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { FunctionName: work, EventSourceArn: !GetAtt Jobs.Arn, Enabled: ${state} }`;
    const ask = async (state: string) => {
      const bench = aStoryBench(
        { events, s3, sqs, lambda },
        { resources: resources(state), functions: { work: () => 1 } },
      );
      await bench.call('sqs', 'SendMessage', {
        QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/jobs`,
        MessageBody: 'a',
      });
      await bench.engine.idle();
      return { story: bench.story(), calls: bench.invoker.calls.length };
    };

    const off = await ask('false');
    const on = await ask('true');

    assert.match(
      off.story?.sentences.join('\n') ?? '',
      /No function gets the event: the event source mapping of work is disabled \(Enabled is false, events\.yml:\d+\)/,
    );
    assert.match(
      off.story?.changes[0] ?? '',
      /^Set Enabled of the event source mapping of work .* to true\.$/,
    );
    assert.deepEqual([off.calls, on.calls], [0, 1]);
  });
});

const route = (bus: string): string => `
  Api: { Type: AWS::ApiGatewayV2::Api, Properties: { Name: api, ProtocolType: HTTP } }
  Put:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationSubtype: EventBridge-PutEvents
      PayloadFormatVersion: '1.0'
      CredentialsArn: 'arn:aws:iam::${ACCOUNT}:role/put'
      RequestParameters: { Source: shop, DetailType: order, Detail: $request.body, EventBusName: ${bus} }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: orders-events } }`;

/** https://github.com/aws/aws-sdk/issues/186 */
describe('a bus that an integration names', () => {
  it('is told by check if the stack has only a bus with almost this name', async () => {
    const [finding, ...others] = await check(route('order-events'));
    assert.deepEqual(others, []);
    assert.match(
      finding?.message ?? '',
      /no loaded stack has the bus order-events.*is orders-events \(template\.yaml:\d+\)/,
    );
    assert.equal(finding?.remedy, 'write orders-events in place of order-events');
  });

  for (const bus of ['orders-events', 'default', 'audit', '$request.header.bus'])
    it(`is not doubted: ${bus}`, async () => assert.deepEqual(await check(route(bus)), []));
});
