/** Services together: eventbridge, lambda-events, s3, sns, sqs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anEventEngine, type EventBench, REGION } from '../../support/an-event-engine.ts';
import * as eventbridge from '../../../packages/gateway/services/eventbridge/service.ts';
import * as s3 from '../../../packages/gateway/services/s3/service.ts';
import * as sns from '../../../packages/gateway/services/sns/service.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';
import * as lambdaEvents from '../../../packages/gateway/services/lambda-events/service.ts';

const SERVICES = { events: eventbridge, s3, lambda: lambdaEvents, sns, sqs };
type Bench = EventBench<typeof SERVICES>;

const bucket = (configuration: string): string => `
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: photos
      NotificationConfiguration: { ${configuration} }`;
const onCreated = (more = '', event = 's3:ObjectCreated:*'): string =>
  `LambdaConfigurations: [{ Event: '${event}', Function: !GetAtt work.Arn, ${more} }]`;

async function ask(bench: Bench, method: string, path: string, body = ''): Promise<void> {
  await bench.send({ service: 's3', method, path, body });
  await bench.engine.idle();
}

const eventsOf = (bench: Bench) =>
  bench.invoker.calls.map(({ event }) => (event as { Records: Record<string, unknown>[] }).Records[0] ?? {});

// Source: S3 user guide, "Event message structure", docs/aws §18.8
describe('BucketNotifications', () => {
  it('notify a function of a new object', async () => {
    const bench = anEventEngine(SERVICES, { resources: bucket(onCreated()), functions: { work: () => 1 } });
    await ask(bench, 'PUT', '/photos/a%20b/%C3%BC.png', 'four');
    await ask(bench, 'PUT', '/others/a.png', 'x');
    const [record, ...more] = eventsOf(bench);
    assert.equal(more.length, 0);
    const { s3, responseElements, ...rest } = record ?? {};
    assert.ok(responseElements !== undefined);
    assert.deepEqual(rest, {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: REGION,
      eventName: 'ObjectCreated:Put',
      eventTime: '2025-04-14T22:13:38.000Z',
      userIdentity: { principalId: 'AWS:123456789012' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
    });
    const { object, bucket: of } = s3 as Record<string, Record<string, unknown>>;
    assert.equal(of?.['arn'], 'arn:aws:s3:::photos');
    const eTag = '8cbad96aced40b3838dd9f07f6ef5772';
    // User guide, "Event message structure": a hexadecimal value, to be padded with zeros before it is compared.
    assert.match(String(object?.['sequencer']), /^[0-9A-F]{18}$/);
    assert.deepEqual({ ...object, sequencer: '' }, { key: 'a+b/%C3%BC.png', size: 4, eTag, sequencer: '' });
    assert.deepEqual(bench.reports, []);
  });

  it('tell an upload by a form from another new object', async () => {
    const rules = onCreated('', 's3:ObjectCreated:Post');
    const bench = anEventEngine(SERVICES, { resources: bucket(rules), functions: { work: () => 1 } });
    await ask(bench, 'PUT', '/photos/a.png', 'four');
    await bench.send({
      service: 's3',
      method: 'PUT',
      path: '/photos/b.png',
      query: 'x-id=PostObject',
      body: 'x',
    });
    await bench.engine.idle();

    assert.deepEqual(
      eventsOf(bench).map(({ eventName, s3 }) => [eventName, (s3 as { object: { key: string } }).object.key]),
      [['ObjectCreated:Post', 'b.png']],
    );
  });

  it('go by event, prefix and suffix', async () => {
    const filter =
      'Filter: { S3Key: { Rules: [{ Name: prefix, Value: in/ }, { Name: suffix, Value: .png }] } }';
    const bench = anEventEngine(SERVICES, {
      resources: bucket(onCreated(filter, 's3:ObjectRemoved:Delete')),
      functions: { work: () => 1 },
    });
    for (const key of ['in/a.png', 'in/a.jpg', 'out/a.png']) await ask(bench, 'PUT', `/photos/${key}`, 'x');
    assert.equal(bench.invoker.calls.length, 0);
    for (const key of ['in/a.png', 'in/a.jpg', 'out/a.png', 'in/none.png'])
      await ask(bench, 'DELETE', `/photos/${key}`);
    assert.deepEqual(
      eventsOf(bench).map(({ eventName, s3 }) => [eventName, (s3 as { object: { key: string } }).object.key]),
      [['ObjectRemoved:Delete', 'in/a.png']],
    );
  });

  // Source: S3 user guide, "Supported event types"
  it('distinguish a copy from an object that was put', async () => {
    const resources = bucket(onCreated('', 's3:ObjectCreated:Copy'));
    const bench = anEventEngine(SERVICES, { resources, functions: { work: () => 1 } });
    await ask(bench, 'PUT', '/photos/a', 'four');
    const headers = ['x-amz-copy-source', '/photos/a'];
    await bench.send({ service: 's3', method: 'PUT', path: '/photos/b', headers });
    await bench.engine.idle();
    assert.deepEqual(
      eventsOf(bench).map(({ eventName, s3 }) => {
        const { key, size } = (s3 as { object: Record<string, unknown> }).object;
        return [eventName, key, size];
      }),
      [['ObjectCreated:Copy', 'b', 4]],
    );
  });

  it('go to EventBridge, if a rule takes them', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: `${bucket('EventBridgeConfiguration: {}')}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [aws.s3], detail-type: [Object Created], detail: { bucket: { name: [photos] }, object: { key: [{ prefix: in/ }] } } }
      Targets: [{ Id: w, Arn: !GetAtt work.Arn }]`,
      functions: { work: () => 1 },
    });
    await ask(bench, 'PUT', '/photos/out/a', 'x');
    await ask(bench, 'PUT', '/photos/in/a%20b', 'x');
    const [{ event } = { event: {} }] = bench.invoker.calls;
    assert.equal((event as { detail: { object: { key: string } } }).detail.object.key, 'in/a b');
    assert.equal(bench.invoker.calls.length, 1);
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
  // https://github.com/awsdocs/amazon-s3-userguide/blob/1b918e0a0da664a139aad2ceb5d2ef10187c272f/doc_source/ev-events.md
  it('name the version of an object, and the marker of a delete, in a bucket with versions', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: `
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: photos
      VersioningConfiguration: { Status: Enabled }
      NotificationConfiguration:
        EventBridgeConfiguration: {}
        LambdaConfigurations:
          - { Event: 's3:ObjectCreated:*', Function: !GetAtt work.Arn }
          - { Event: 's3:ObjectRemoved:DeleteMarkerCreated', Function: !GetAtt work.Arn }
          - { Event: 's3:ObjectRemoved:Delete', Function: !GetAtt unused.Arn }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: { source: [aws.s3], detail: { deletion-type: [Delete Marker Created], object: { version-id: [{ exists: true }] } } }
      Targets: [{ Id: w, Arn: !GetAtt bus.Arn }]`,
      functions: { work: () => 1, unused: () => 1, bus: () => 1 },
    });
    const send = (method: string) =>
      bench.send({ service: 's3', method, path: '/photos/a', body: Buffer.from('x') });
    const outcomes = [await send('PUT'), await send('GET'), await send('DELETE'), await send('GET')];
    await bench.engine.idle();
    const headersOf = (outcome: object): Record<string, string> => {
      const { headers = [] } = outcome as { headers?: readonly string[] };
      return Object.fromEntries(
        headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1] ?? '']] : [])),
      );
    };
    const [put = {}, got = {}, deleted = {}, gone = {}] = outcomes.map(headersOf);
    const versionOf = (event: unknown) =>
      (event as { Records: { s3: { object: object } }[] }).Records[0]?.s3.object as { versionId: string };

    assert.equal(got['x-amz-version-id'], put['x-amz-version-id']);
    assert.equal(deleted['x-amz-delete-marker'], 'true');
    assert.equal(gone['x-amz-version-id'], deleted['x-amz-version-id']);
    const calls = bench.invoker.calls.map(({ functionName, event }) => [functionName, event] as const);
    assert.deepEqual(calls.map(([name]) => name).toSorted(), ['bus', 'work', 'work']);
    assert.deepEqual(
      calls.filter(([name]) => name === 'work').map(([, event]) => versionOf(event).versionId),
      [put['x-amz-version-id'], deleted['x-amz-version-id']],
    );
  });

  // https://github.com/fredliporace/cbers-2-stac/issues/45, mozilla-services/buildhub#281
  it('begin with a test event for each queue and topic, and have a subject', async () => {
    const bench = anEventEngine(SERVICES, {
      resources: `
  Direct: { Type: AWS::SQS::Queue, Properties: { QueueName: direct } }
  Told: { Type: AWS::SQS::Queue, Properties: { QueueName: told } }
  News: { Type: AWS::SNS::Topic, Properties: { Subscription: [{ Protocol: sqs, Endpoint: !GetAtt Told.Arn }] } }
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: photos
      NotificationConfiguration:
        QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: !GetAtt Direct.Arn }]
        TopicConfigurations: [{ Event: 's3:ObjectCreated:*', Topic: !Ref News }]`,
    });
    bench.reload();
    await bench.engine.idle();
    const received = (name: string): Record<string, unknown>[] =>
      (
        bench.services.sqs.queues.find(`arn:aws:sqs:${REGION}:123456789012:${name}`)?.receive({ most: 10 }) ??
        []
      ).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    const { RequestId, HostId, ...test } = received('direct')[0] ?? {};
    const told = received('told');

    assert.deepEqual(test, {
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: '2025-04-14T22:13:38.000Z',
      Bucket: 'photos',
    });
    assert.match(`${String(RequestId)} ${String(HostId)}`, /^\S{16} \S{32}$/);
    assert.deepEqual(
      told.map(({ Subject }) => Subject),
      ['Amazon S3 Notification'],
    );
    assert.deepEqual([received('direct'), bench.reports], [[], []]);
  });

  it('name events that do not happen here', () => {
    const bench = anEventEngine(SERVICES, {
      resources: bucket(onCreated('', 's3:ObjectRestore:Completed')),
      functions: { work: () => 1 },
    });
    assert.equal(
      bench.unsupported[0]?.consequence,
      'the gateway does not send s3:ObjectRestore:Completed events',
    );
  });
});
