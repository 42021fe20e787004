/** Services together: lambda-events, sqs, streams. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import * as lambdaEvents from '../../../packages/gateway/services/lambda-events/service.ts';
import * as sqs from '../../../packages/gateway/services/sqs/service.ts';
import * as tableStreams from '../../../packages/gateway/services/streams/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../support/an-event-engine.ts';
import type { EventBench } from '../../support/an-event-engine.ts';

const SERVICES = { sqs, 'dynamodb-streams': tableStreams, lambda: lambdaEvents };
const PATH = '/2015-03-31/event-source-mappings/';
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:jobs`;
const STREAM = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/pets/stream/2026-02-03T04:05:06.789`;
const RESOURCES = `
  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs } }
  OfStack: { Type: AWS::SQS::Queue, Properties: { QueueName: ofStack } }
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { EventSourceArn: !GetAtt OfStack.Arn, FunctionName: work, BatchSize: 2 }`;

type Reply = { readonly status: number; readonly body: Record<string, unknown> };

// Source: Lambda API reference, "CreateEventSourceMapping"; docs/aws §18.7
describe('CreateEventSourceMapping', () => {
  let bench: EventBench<typeof SERVICES>;
  beforeEach(() => {
    bench = anEventEngine(SERVICES, { resources: RESOURCES, functions: { work: () => 1, other: () => 1 } });
    bench.engine.items.publishStreams([
      { tableName: 'pets', streamArn: STREAM, region: REGION, viewType: 'NEW_IMAGE' },
    ]);
  });

  const call = async (method: string, input?: object): Promise<Reply> => {
    const body = input === undefined ? undefined : JSON.stringify(input);
    const outcome = await bench.send({ service: 'lambda', method, path: PATH, query: '', body });
    if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
    return {
      status: outcome.status,
      body: JSON.parse(outcome.body.toString()) as Record<string, unknown>,
    };
  };

  const OWN_SOURCE = { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ['kafka:1000'] } };
  const ACCESS = {
    Type: 'BASIC_AUTH',
    URI: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:kafka`,
  };
  const REFUSED: readonly { name: string; input: object; status?: number; says: RegExp }[] = [
    { name: 'no source', input: {}, says: /^Unrecognized event source\.$/ },
    {
      name: 'a batch of 0',
      input: { EventSourceArn: QUEUE, BatchSize: 0 },
      says: /^1 validation error detected: Value '0' at 'batchSize' failed to satisfy constraint: Member must have value greater than or equal to 1$/,
    },
    {
      name: 'a large batch of a queue without a window',
      input: { EventSourceArn: QUEUE, BatchSize: 11 },
      says: /^Maximum batch window in seconds must be greater than 0/,
    },
    {
      name: 'a queue with the settings of streams',
      input: { EventSourceArn: QUEUE, StartingPosition: 'LATEST' },
      says: /^StartingPosition is not valid for SQS event sources\.$/,
    },
    {
      name: 'a stream without a position',
      input: { EventSourceArn: STREAM },
      says: /Value null at 'startingPosition' failed to satisfy constraint: Member must not be null/,
    },
    {
      name: 'a position that streams of tables do not have',
      input: { EventSourceArn: STREAM, StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: 1 },
      says: /^Unsupported starting position for arn type: arn:aws:dynamodb:/,
    },
    {
      // "The minimum valid value for maximum record age is 60s" (EventSourceMappingConfiguration)
      name: 'a maximum age below a minute',
      input: { EventSourceArn: STREAM, StartingPosition: 'LATEST', MaximumRecordAgeInSeconds: 59 },
      says: /^MaximumRecordAgeInSeconds must be either -1 \(forever\) or between 60 and 604800 \(inclusive\)$/,
    },
    {
      name: 'a tumbling window, which the gateway does not support',
      input: { EventSourceArn: STREAM, StartingPosition: 'LATEST', TumblingWindowInSeconds: 30 },
      status: 501,
      says: /^The gateway does not support TumblingWindowInSeconds of event source mappings; .+\.$/,
    },
    {
      name: 'a member that is not supported here',
      input: { EventSourceArn: QUEUE, ProvisionedPollerConfig: { MinimumPollers: 1 } },
      status: 501,
      says: /^The gateway does not support ProvisionedPollerConfig of event source mappings; leave it out\.$/,
    },
    {
      name: 'a member that is not supported here, after what Lambda refuses',
      input: {
        EventSourceArn: QUEUE,
        FunctionName: 'absent',
        ProvisionedPollerConfig: { MinimumPollers: 1 },
      },
      says: /^Function does not exist$/,
    },
    // localstack/localstack, test_lambda_api.snapshot.json, test_create_event_source_self_managed, recorded 2024-09-03
    {
      name: 'an own source without access to it',
      input: { SelfManagedEventSource: OWN_SOURCE, Topics: ['topic'] },
      says: /^Required 'sourceAccessConfigurations' parameter is missing\.$/,
    },
    {
      name: 'an own source, which the gateway does not support',
      input: { SelfManagedEventSource: OWN_SOURCE, Topics: ['topic'], SourceAccessConfigurations: [ACCESS] },
      status: 501,
      says: /^The gateway does not support SelfManagedEventSource of event source mappings; /,
    },
    // aws-controllers-k8s/community#2250
    {
      name: 'a source of which there are no mappings',
      input: { EventSourceArn: `arn:aws:events:${REGION}:${ACCOUNT}:rule/my-rule` },
      says: /^Unrecognized event source\. Unsupported source arn : arn:aws:events:\S+:rule\/my-rule$/,
    },
    {
      name: 'a filter that cannot be read',
      input: { EventSourceArn: QUEUE, FilterCriteria: { Filters: [{ Pattern: '{' }] } },
      says: /^Invalid filter pattern definition\.$/,
    },
    {
      name: 'a queue that is not there',
      input: { EventSourceArn: `${QUEUE}x` },
      says: /The specified queue does not exist\.$/,
    },
    {
      name: 'a stream that is not there',
      input: { EventSourceArn: `${STREAM}x`, StartingPosition: 'LATEST' },
      says: /^Stream not found: arn:/,
    },
    {
      name: 'another source',
      input: { EventSourceArn: `arn:aws:kafka:${REGION}:${ACCOUNT}:cluster/x/y`, StartingPosition: 'LATEST' },
      status: 501,
      says: /^The gateway does not support event source mappings of arn:aws:kafka:\S+; map a queue or a stream of a loaded stack\.$/,
    },
    {
      name: 'an unknown function',
      input: { EventSourceArn: QUEUE, FunctionName: 'absent' },
      says: /^Function does not exist$/,
    },
    // aws/aws-cdk#2084
    {
      name: 'an unknown alias',
      input: { EventSourceArn: QUEUE, FunctionName: 'work:absent' },
      says: /^Function does not exist$/,
    },
    {
      name: 'an unknown version',
      input: { EventSourceArn: QUEUE, FunctionName: 'work:7' },
      says: /^Function does not exist$/,
    },
    {
      name: 'one that is there already',
      input: { EventSourceArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:ofStack` },
      status: 409,
      says: /^An event source mapping with SQS arn \(" arn:.* "\) and function \(" work "\) already exists\. /,
    },
    {
      name: 'a text for a number',
      input: { EventSourceArn: QUEUE, BatchSize: '1' },
      says: /^BatchSize must be a number$/,
    },
  ];
  for (const { name, input, status: expected = 400, says } of REFUSED)
    it(`refuses ${name}, and makes nothing`, async () => {
      const { status, body } = await call('POST', { FunctionName: 'work', ...input });
      assert.equal(status, expected, JSON.stringify(body));
      assert.match(String(body['message'] ?? body['Message']), says);
      assert.equal(((await call('GET')).body['EventSourceMappings'] as []).length, 1);
    });
});
