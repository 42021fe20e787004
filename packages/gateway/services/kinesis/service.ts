/** Kinesis: the streams, the functions that read them, and the API for SDKs (docs/aws §18.11). */
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import { refuse, OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { EventSource, HandTarget } from '../../kernel/event-rows.ts';
import type {
  Service,
  ServiceApi,
  ServiceCall,
  ServicePorts,
  ServiceTarget,
  RemoteCall,
} from '../../kernel/service.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';
import { LocalStreams, ON_DEMAND_SHARDS } from './local-streams.ts';
import type { LocalStream, StreamDefinition } from './local-streams.ts';
import type { StreamMapping, StartingPosition } from './shard-lane.ts';
import { KinesisConsumer } from './stream-consumer.ts';
import { readTagList } from '../../kernel/resource-tags.ts';
import { streamOfIterator } from './shard-iterator.ts';
import { nameOfStream } from './stream-place.ts';
import { RecordedStreams } from './streams.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { ADMINISTRATION, SHARD_LIMIT } from './administration.ts';
import { RECORD_CALLS, MAX_RECORD_BYTES } from './records.ts';
import type { StreamPlace } from './stream-place.ts';
import { readOrderedMapping } from '../../kernel/read-ordered-mapping.ts';
import { foundInstead } from '@gatewright/aws/member-reader';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import { DELIVERED, final } from '../../kernel/event-ports.ts';
import type { Delivery, DeliveryOutcome } from '../../kernel/event-ports.ts';
import { sizeOf } from './shard.ts';

class KinesisService implements Service {
  readonly streams: LocalStreams;
  readonly api: ServiceApi;
  readonly target: ServiceTarget;
  readonly #ports: ServicePorts;
  readonly #recorded: RecordedStreams;
  readonly #elsewhere = new Set<string>();
  #consumers: readonly KinesisConsumer[] = [];

  constructor(ports: ServicePorts) {
    const { clock, accountId, random } = ports;
    this.#ports = ports;
    this.streams = new LocalStreams(ports);
    this.#recorded = new RecordedStreams(clock, accountId);
    this.api = { answer: (call) => this.#answer(call), resourceOf: streamOfCall };
    this.target = {
      deliver: deliverToStream(this.streams, random),
      remoteCall: (arn, body, delivery) => {
        this.#elsewhere.add(nameOfStream(arn));
        return putRecordCall(arn, body, delivery);
      },
    };
  }

  prepare(stacks: StackReading): () => void {
    const isElsewhere = stacks.isElsewhere('kinesis');
    const definitions = isElsewhere ? [] : stacks.ofType('AWS::Kinesis::Stream').map(readStream);
    const ofStacks = new Map(definitions.map((definition) => [definition.arn, definition]));
    const byArn = { get: (arn: string) => ofStacks.get(arn) ?? this.#streamOfCall(arn) };
    const roles = new Map(
      stacks
        .ofType('AWS::Lambda::Function')
        .map((reader) => [reader.resource.physicalId, reader.text('Role') ?? '']),
    );
    const mappings = stacks.offerSources('kinesis', isElsewhere ? undefined : byArn, (reader, definition) =>
      readStreamMapping(reader, definition, (name) => roles.get(name) ?? ''),
    );
    const tags = new Map(
      isElsewhere
        ? []
        : stacks
            .ofType('AWS::Kinesis::Stream')
            .map((reader) => [readStream(reader).arn, readTagList(reader.resource.properties)]),
    );
    return () => {
      this.streams.replace(definitions);
      this.streams.tags.define(tags);
      this.#read(mappings);
    };
  }

  /** A mapping may read a stream that a call created. */
  #streamOfCall(arn: string): StreamDefinition | undefined {
    const stream = this.streams.find(arn);
    return stream?.isMadeByCall === true ? stream.definition : undefined;
  }

  rows(): readonly EventSource[] {
    return this.streams.all.map((stream) => {
      stream.trim();
      const readers = this.#consumers.filter(({ mapping }) => mapping.streamArn === stream.definition.arn);
      return {
        kind: 'stream',
        name: stream.definition.name,
        targets: readers.map(({ mapping }) => mapping.functionName),
        state: describeState(stream, readers),
      };
    });
  }

  handTargets(): readonly HandTarget[] {
    return this.streams.all.map(({ definition: { arn, name } }) => ({ arn, name }));
  }

  reset(): void {
    this.streams.clear();
    this.#recorded.clear();
    this.#elsewhere.clear();
  }

  close(): void {
    for (const consumer of this.#consumers) consumer.close();
    this.#consumers = [];
  }

  /** Starts reading the streams of the mappings. An unchanged mapping continues at its position. */
  #read(mappings: readonly StreamMapping[]): void {
    const before = new Map(this.#consumers.map((consumer) => [consumer.mapping.id, consumer]));
    this.#consumers = mappings.flatMap((mapping) => {
      const stream = this.streams.find(mapping.streamArn);
      const known = before.get(mapping.id);
      if (stream === undefined) return [];
      before.delete(mapping.id);
      if (known?.isOf(mapping, stream) === true) return [known];
      return [new KinesisConsumer(mapping, stream, this.#ports, known)];
    });
    for (const consumer of before.values()) consumer.close();
    for (const consumer of this.#consumers) consumer.start();
  }

  #answer({ request, operation }: ServiceCall): OperationResult | undefined {
    if (operation.protocol !== 'json') return undefined;
    const { action, input } = operation;
    if (input === undefined) return refuse('SerializationException', '');
    if (this.#isRecorded(action, input)) return this.#recorded.answer(operation, request.region);
    const place = { region: request.region, accountId: this.#ports.accountId };
    return answerKinesis(action, input, place, { streams: this.streams, clock: this.#ports.clock });
  }

  /**
   * Whether a call is only recorded. A call is recorded if the run has no streams, if the stream belongs to another
   * account, or if the run does not have the stream but another service has delivered to it. The records of such calls
   * are stored, and can be read again. Any other call with an unknown stream name gets the same response as on AWS.
   */
  #isRecorded(action: string, input: Readonly<Record<string, unknown>>): boolean {
    const { StreamName: name, StreamARN: arn, ShardIterator: iterator } = input;
    if (action === 'GetRecords') return this.#recorded.hasIterator(iterator);
    const named = typeof arn === 'string' ? nameOfStream(arn) : typeof name === 'string' ? name : '';
    const isHere = this.streams.all.some(({ definition }) => definition.name === named);
    if (isHere || action === 'CreateStream' || action === 'ListStreams') return false;
    if (this.#recorded.has(named)) return true;
    const isPut = action === 'PutRecord' || action === 'PutRecords';
    return isPut && (this.streams.all.length === 0 || this.#elsewhere.has(named) || this.#isForeign(arn));
  }

  #isForeign(arn: unknown): boolean {
    const accountId = typeof arn === 'string' ? parseArn(arn)?.accountId : undefined;
    return accountId !== undefined && accountId !== this.#ports.accountId;
  }
}

function describeState(stream: LocalStream, readers: readonly KinesisConsumer[]): string {
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
  const held = `${count(stream.length, 'record')} in ${count(stream.shards.length, 'shard')}`;
  if (readers.length === 0) return held;
  const waiting = readers.reduce((sum, reader) => sum + reader.waiting, 0);
  const ageMs = Math.max(...readers.map((reader) => reader.ageMs));
  return `${held}, ${waiting} waiting, the oldest for ${Math.round(ageMs / 1000)} s`;
}

export function open(ports: ServicePorts): KinesisService {
  return new KinesisService(ports);
}

/** Returns the stream that the iterator of GetRecords names; undefined for calls that name their stream themselves. */
function streamOfCall(operation: AwsOperation): string | undefined {
  if (operation.protocol !== 'json' || operation.action !== 'GetRecords') return undefined;
  const iterator = operation.input?.['ShardIterator'];
  return typeof iterator === 'string' ? streamOfIterator(iterator) : undefined;
}

/** Runs an operation; undefined for an unknown operation. */
function answerKinesis(
  action: string,
  input: UnknownMembers,
  place: StreamPlace,
  { streams, clock }: { readonly streams: LocalStreams; readonly clock: Clock },
): OperationResult | undefined {
  const administer = Object.hasOwn(ADMINISTRATION, action) ? ADMINISTRATION[action] : undefined;
  const move = Object.hasOwn(RECORD_CALLS, action) ? RECORD_CALLS[action] : undefined;
  const nowEpochMs = clock.nowEpochMs();
  try {
    const fields = administer?.(input, place, streams) ?? move?.({ input, place, streams, nowEpochMs });
    return fields && { kind: 'result', fields };
  } catch (error) {
    if (error instanceof OperationRefused) return error.toResult();
    throw error;
  }
}

function readStream(reader: ResourceReader): StreamDefinition {
  const { region, accountId } = reader.stack;
  const name = reader.resource.physicalId;
  const mode = readMode(reader);
  const shardCount = reader.integer('ShardCount', 1, 1, SHARD_LIMIT);
  return {
    arn: `arn:${partitionOf(region)}:kinesis:${region}:${accountId}:stream/${name}`,
    name,
    region,
    accountId,
    mode,
    shardCount: mode === 'ON_DEMAND' ? ON_DEMAND_SHARDS : shardCount,
    retentionHours: reader.integer('RetentionPeriodHours', 24, 24, 8_760),
  };
}

function readMode(reader: ResourceReader): StreamDefinition['mode'] {
  const mode = reader.text('StreamModeDetails.StreamMode') ?? 'PROVISIONED';
  if (mode === 'ON_DEMAND' || mode === 'PROVISIONED') return mode;
  reader.note(
    'StreamModeDetails',
    `StreamMode must be PROVISIONED or ON_DEMAND, not ${JSON.stringify(mode)}`,
    'the default, PROVISIONED, is used',
  );
  return 'PROVISIONED';
}

/** @param roleOf returns the role of a function by its name */
function readStreamMapping(
  reader: ResourceReader,
  { arn, region }: StreamDefinition,
  roleOf: (functionName: string) => string,
): StreamMapping | undefined {
  const mapping = readOrderedMapping(reader);
  const start = readStart(reader);
  const roleArn = roleOf(mapping.functionName);
  return reader.flag('Enabled', true) ? { ...mapping, streamArn: arn, region, roleArn, start } : undefined;
}

function readStart(reader: ResourceReader): StartingPosition {
  const kind = reader.text('StartingPosition');
  const seconds = Number(reader.value('StartingPositionTimestamp') ?? NaN);
  if (kind === 'TRIM_HORIZON' || kind === 'LATEST') return { kind };
  if (kind === 'AT_TIMESTAMP' && Number.isFinite(seconds)) return { kind, epochMs: seconds * 1000 };
  const [property, message] =
    kind === 'AT_TIMESTAMP'
      ? [
          'StartingPositionTimestamp',
          'StartingPosition AT_TIMESTAMP needs a StartingPositionTimestamp in epoch seconds',
        ]
      : [
          'StartingPosition',
          `must be TRIM_HORIZON, LATEST or AT_TIMESTAMP for a stream${foundInstead(kind)}`,
        ];
  reader.note(property, message, 'the function receives only new records');
  return { kind: 'LATEST' };
}

/**
 * Delivers events to a stream. If no group is given, each event has its own partition key: "the default is to use the
 * eventId as the partition key".
 */
function deliverToStream(
  streams: LocalStreams,
  random: Random,
): (arn: string, body: string, delivery: Delivery) => DeliveryOutcome | undefined {
  return (arn, body, { groupId }) => {
    const stream = streams.find(arn);
    if (stream === undefined) return undefined;
    const record = { partitionKey: groupId ?? random.uuid(), data: Buffer.from(body).toString('base64') };
    if (sizeOf(record) > MAX_RECORD_BYTES)
      return final('ValidationException', `a record can have at most ${MAX_RECORD_BYTES} bytes`);
    try {
      stream.put(record);
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      return { kind: 'failed', isFinal: false, code: error.code, message: error.message };
    }
    stream.notify();
    return DELIVERED;
  };
}

function putRecordCall(arn: string, body: string, { groupId }: Delivery): RemoteCall {
  return {
    version: '1.1',
    target: 'Kinesis_20131202.PutRecord',
    input: {
      StreamARN: arn,
      Data: Buffer.from(body).toString('base64'),
      PartitionKey: groupId ?? 'gatewright',
    },
  };
}
