/** Services together: kinesis, lambda-events, sqs, streams. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { TableChange } from '../../../packages/gateway/dynamodb/stream-record.ts';
import * as kinesis from '../../../packages/gateway/services/kinesis/service.ts';
import * as lambdaEvents from '../../../packages/gateway/services/lambda-events/service.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';
import * as tableStreams from '../../../packages/gateway/services/streams/service.ts';
import { aTableChange } from '../../support/a-table-change.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../support/an-event-engine.ts';
import type { EventBench } from '../../support/an-event-engine.ts';

const SERVICES = { kinesis, sqs, 'dynamodb-streams': tableStreams, lambda: lambdaEvents };
const PATH = '/2015-03-31/event-source-mappings/';
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:jobs`;
const OF_CALL = `arn:aws:sqs:${REGION}:${ACCOUNT}:made`;
const STREAM = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/pets/stream/2026-02-03T04:05:06.789`;
const RESOURCES = `
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }
  OfStack: { Type: AWS::SQS::Queue, Properties: { QueueName: ofStack } }
  Brief: { Type: AWS::SQS::Queue, Properties: { QueueName: brief, VisibilityTimeout: 2 } }
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { EventSourceArn: !GetAtt OfStack.Arn, FunctionName: work, BatchSize: 2 }`;

type Reply = { readonly status: number; readonly body: Record<string, unknown> };

// Source: Lambda API reference, "CreateEventSourceMapping" and the pages beside it; Lambda developer guide, "Lambda
// parameters for Amazon SQS event source mappings" and "Lambda parameters for Amazon DynamoDB event source mappings",
// docs/aws §18.7
describe('a mapping without a function', () => {
  it('is reported, and starts nothing', () => {
    const resources = RESOURCES.replace(' FunctionName: work,', '');
    const { unsupported } = anEventEngine(SERVICES, { resources, functions: { work: () => 1 } });

    assert.deepEqual(
      unsupported.map(({ property, consequence }) => [property, consequence]),
      [['FunctionName', ' is not a function of the loaded stacks; the mapping invokes no function']],
    );
  });
});

describe('event source mappings by calls', () => {
  let bench: EventBench<typeof SERVICES>;
  let past: TableChange[];
  beforeEach(() => {
    past = [];
    bench = anEventEngine(SERVICES, { resources: RESOURCES, functions: { work: () => 1, other: () => 1 } });
    bench.engine.items.connect({ follow: () => undefined, replay: () => Promise.resolve([...past]) });
    bench.engine.items.publishStreams([
      { tableName: 'pets', streamArn: STREAM, region: REGION, viewType: 'NEW_IMAGE' },
    ]);
  });

  const call = async (method: string, id = '', input?: object, query = ''): Promise<Reply> => {
    const body = input === undefined ? undefined : JSON.stringify(input);
    const outcome = await bench.send({ service: 'lambda', method, path: PATH + id, query, body });
    if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
    return {
      status: outcome.status,
      body: JSON.parse(outcome.body.toString()) as Record<string, unknown>,
    };
  };
  const create = (input: object): Promise<Reply> => call('POST', '', { FunctionName: 'work', ...input });
  const idOf = async (input: object): Promise<string> => String((await create(input)).body['UUID']);
  const send = async (queue: string, ...bodies: readonly string[]): Promise<void> => {
    for (const MessageBody of bodies)
      await bench.call('sqs', 'SendMessage', {
        QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${queue}`,
        MessageBody,
      });
    await bench.engine.idle();
  };
  const batches = (): string[] =>
    bench.invoker.calls.map(({ event }) =>
      (event as { Records: { body?: string; dynamodb?: { Keys: { id: { S: string } } } }[] }).Records.map(
        ({ body, dynamodb }) => body ?? dynamodb?.Keys.id.S,
      ).join(''),
    );
  const change = (id: string): TableChange =>
    aTableChange({ table: 'pets', streamArn: STREAM, keys: { id: { S: id } }, after: { id: { S: id } } });
  const write = async (...ids: readonly string[]): Promise<void> => {
    const changes = ids.map(change);
    past.push(...changes);
    bench.engine.items.publish(changes);
    await bench.engine.idle();
  };

  it('makes one of a queue, which then starts the function, and GetEventSourceMapping describes it', async () => {
    const { status, body } = await create({ EventSourceArn: QUEUE, BatchSize: 3, Tags: { team: 'blue' } });
    await send('jobs', 'a', 'b');

    const { UUID: id, LastModified, ...made } = body;
    assert.deepEqual([status, LastModified], [202, bench.clock.nowEpochMs() / 1000]);
    const described = {
      EventSourceArn: QUEUE,
      EventSourceMappingArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:event-source-mapping:${String(id)}`,
      FunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:work`,
      BatchSize: 3,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: [],
      StateTransitionReason: 'USER_INITIATED',
    };
    assert.deepEqual(made, { ...described, State: 'Creating' });
    assert.partialDeepStrictEqual(await call('GET', String(id)), {
      status: 200,
      body: { ...described, State: 'Enabled' },
    });
    assert.deepEqual(batches(), ['a', 'b']);
  });

  // LocalStack, test_lambda_integration_sqs.py::test_fifo_message_group_parallelism, recorded at AWS
  it('says that a mapping that is made disabled is disabled', async () => {
    const { body } = await create({ EventSourceArn: QUEUE, Enabled: false });

    assert.equal(body['State'], 'Disabled');
  });

  // github-aws-runners/terraform-aws-github-runner#465
  it('refuses a queue whose visibility timeout is shorter than the timeout of the function', async () => {
    const EventSourceArn = QUEUE.replace('jobs', 'brief');
    const message = 'Queue visibility timeout: 2 seconds is less than Function timeout: 3 seconds';
    assert.partialDeepStrictEqual(await create({ EventSourceArn }), { status: 400, body: { message } });

    const QueueUrl = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/brief`;
    await bench.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { VisibilityTimeout: '3' } });
    assert.equal((await create({ EventSourceArn })).status, 202);
  });

  // Source: Lambda developer guide, "Process DynamoDB records with Lambda": the execution role needs DescribeStream,
  // GetRecords, GetShardIterator and ListStreams; the texts as users quote them.
  it('creates none whose function may not read the source, and reports those of a stack in the log', async () => {
    bench = anEventEngine(SERVICES, {
      resources: RESOURCES,
      functions: { work: () => 1, other: () => 1 },
      permits: (name, action) => name === 'other' && action !== 'dynamodb:ListStreams',
    });
    bench.engine.items.publishStreams([
      { tableName: 'pets', streamArn: STREAM, region: REGION, viewType: 'NEW_IMAGE' },
    ]);
    bench.reload();
    const ofQueue = 'The provided execution role does not have permissions to call ReceiveMessage on SQS';
    const ofStream =
      `Cannot access stream ${STREAM}. Please ensure the role can perform the GetRecords, GetShardIterator, ` +
      'DescribeStream, and ListStreams Actions on your stream in IAM.';

    assert.deepEqual(bench.reports, [`AWS would not create the event source mapping Mapping: ${ofQueue}`]);
    for (const [input, message] of [
      [{ EventSourceArn: QUEUE }, ofQueue],
      [{ EventSourceArn: STREAM, StartingPosition: 'LATEST', FunctionName: 'other' }, ofStream],
    ] as const)
      assert.partialDeepStrictEqual(await create(input), { status: 400, body: { message } });
    assert.equal((await create({ EventSourceArn: QUEUE, FunctionName: 'other' })).status, 202);
  });

  it('accepts every form of a name, and treats an empty list of response types as none', async () => {
    const { body } = await create({
      FunctionName: `${ACCOUNT}:function:work`,
      EventSourceArn: QUEUE,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    assert.equal(body['FunctionArn'], `arn:aws:lambda:${REGION}:${ACCOUNT}:function:work`);

    const changed = await call('PUT', String(body['UUID']), { FunctionResponseTypes: [] });

    assert.deepEqual(changed.body['FunctionResponseTypes'], []);
  });

  // Source: LocalStack, snapshot of test_function_name_variations (partial_arn_latest_create_esm)
  it('keeps $LATEST in the ARN of a function that is named with it', async () => {
    const { body } = await create({
      FunctionName: `${ACCOUNT}:function:work:$LATEST`,
      EventSourceArn: QUEUE,
    });

    assert.equal(body['FunctionArn'], `arn:aws:lambda:${REGION}:${ACCOUNT}:function:work:$LATEST`);
  });

  // Source: LocalStack, snapshot of test_create_event_filter_criteria_validation
  it('does not show criteria without filters', async () => {
    const id = await idOf({
      EventSourceArn: QUEUE,
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"n":[1]}}' }] },
    });
    const { body } = await call('PUT', id, { FilterCriteria: { Filters: [] } });

    assert.ok('BatchSize' in body);
    assert.ok(!('FilterCriteria' in body));
  });

  it('makes one of a queue that a call has made', async () => {
    await bench.call('sqs', 'CreateQueue', { QueueName: 'made' });
    await create({
      EventSourceArn: OF_CALL,
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"n":[1]}}' }] },
    });
    await send('made', '{"n":1}', '{"n":2}');
    assert.deepEqual(batches(), ['{"n":1}']);
  });

  // Lambda developer guide, "Process Amazon Kinesis Data Streams records with Lambda": its example makes both by calls
  it('makes one of a Kinesis stream that a call has made', async () => {
    await bench.call('kinesis', 'CreateStream', { StreamName: 'made', ShardCount: 1 });
    const EventSourceArn = `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/made`;

    const { status, body } = await create({ EventSourceArn, StartingPosition: 'TRIM_HORIZON' });
    const record = { StreamName: 'made', PartitionKey: '1', Data: Buffer.from('a').toString('base64') };
    await bench.call('kinesis', 'PutRecord', record);
    await bench.engine.idle();

    assert.deepEqual([status, body['EventSourceArn']], [202, EventSourceArn]);
    assert.equal(bench.invoker.calls.length, 1);
  });

  it('stops and continues by UpdateEventSourceMapping, and ends by DeleteEventSourceMapping', async () => {
    const id = await idOf({ EventSourceArn: QUEUE });
    const off = await call('PUT', id, { Enabled: false });
    await send('jobs', 'a', 'b');
    const before = batches();
    const window = { BatchSize: 20, MaximumBatchingWindowInSeconds: 1 };
    const on = await call('PUT', id, { Enabled: true, ...window });
    await bench.advance(1_000);
    const during = batches();
    const gone = await call('DELETE', id);
    await send('jobs', 'c');

    assert.deepEqual([before, during, batches()], [[], ['ab'], ['ab']]);
    assert.deepEqual(
      [off, on, gone].map(({ status, body }) => [status, body['State']]),
      [
        [202, 'Disabling'],
        [202, 'Enabling'],
        [202, 'Deleting'],
      ],
    );
    assert.equal((await call('GET', id)).status, 404);
  });

  it('changes and deletes one of a stack, until the next reset', async () => {
    const [mapping] = (await call('GET')).body['EventSourceMappings'] as [{ UUID: string }];
    await call('PUT', mapping.UUID, { Enabled: false });
    await create({ EventSourceArn: QUEUE });
    await send('ofStack', 'a');
    assert.deepEqual(batches(), []);
    await call('DELETE', mapping.UUID);
    bench.reload();
    const left = (await call('GET')).body['EventSourceMappings'] as { EventSourceArn: string }[];
    assert.deepEqual(
      left.map(({ EventSourceArn: arn }) => arn),
      [QUEUE],
    );

    await bench.engine.clear(() => Promise.resolve());
    const again = (await call('GET')).body['EventSourceMappings'] as { UUID: string }[];
    assert.deepEqual(
      again.map(({ UUID: id }) => id),
      [mapping.UUID],
    );
  });

  it('ListEventSourceMappings lists in pages, by source and by function', async () => {
    await create({ EventSourceArn: QUEUE });
    await create({ EventSourceArn: QUEUE, FunctionName: 'other' });
    const list = async (query: string): Promise<Record<string, unknown>> =>
      (await call('GET', '', undefined, query)).body;
    const count = (body: Record<string, unknown>): number => (body['EventSourceMappings'] as []).length;
    const first = await list('MaxItems=2');
    assert.deepEqual(
      [
        count(first),
        count(await list(`Marker=${String(first['NextMarker'])}`)),
        count(await list(`EventSourceArn=${QUEUE}`)),
        count(await list(`FunctionName=arn:aws:lambda:${REGION}:${ACCOUNT}:function:work`)),
      ],
      [2, 1, 2, 2],
    );
  });

  it('reads the stream of a table that a call has made, from its latest record', async () => {
    await write('a');
    await create({ EventSourceArn: STREAM, StartingPosition: 'LATEST', BatchSize: 1 });
    await write('b', 'c');
    assert.deepEqual(batches(), ['b', 'c']);
  });

  it('reads it from its oldest record, each once', async () => {
    await write('a', 'b');
    await create({ EventSourceArn: STREAM, StartingPosition: 'TRIM_HORIZON', BatchSize: 1 });
    await write('c');
    bench.reload();
    await write('d');
    assert.deepEqual(batches(), ['a', 'b', 'c', 'd']);
  });

  it('continues where it stopped', async () => {
    const id = await idOf({ EventSourceArn: STREAM, StartingPosition: 'LATEST' });
    await write('a');
    await call('PUT', id, { Enabled: false });
    await write('b');
    await call('PUT', id, { Enabled: true });
    await write('c');
    assert.deepEqual(batches(), ['a', 'b', 'c']);
  });

  it('halves a failed batch and gives up after the retries that it has', async () => {
    bench = anEventEngine(SERVICES, {
      resources: RESOURCES,
      functions: {
        work(event) {
          if (JSON.stringify(event).includes('"S":"b"')) throw new Error('no');
        },
      },
    });
    bench.engine.items.publishStreams([
      { tableName: 'pets', streamArn: STREAM, region: REGION, viewType: 'NEW_IMAGE' },
    ]);
    await create({
      EventSourceArn: STREAM,
      StartingPosition: 'LATEST',
      MaximumBatchingWindowInSeconds: 1,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
    });
    bench.engine.items.publish(['a', 'b'].map((id) => ({ ...change(id), at: bench.clock.nowEpochMs() })));
    for (let n = 0; n < 5; n += 1) await bench.advance(60_000);
    assert.deepEqual(batches().slice(0, 3), ['ab', 'a', 'b']);
    assert.ok(
      batches()
        .slice(3)
        .every((batch) => batch === 'b') && batches().length < 6,
      String(batches()),
    );
  });

  it('leaves a mapping as it was that cannot be changed so', async () => {
    const id = await idOf({ EventSourceArn: QUEUE });
    const { status } = await call('PUT', id, { FilterCriteria: { Filters: [{ Pattern: '{' }] } });
    await send('jobs', 'a');
    assert.deepEqual([status, batches()], [400, ['a']]);
  });
});
