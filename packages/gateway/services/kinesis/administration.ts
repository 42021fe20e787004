/** Handles the calls that create, delete, describe and list streams (docs/aws §18.11). */
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { mapOf, memberOf } from '@gatewright/aws/json-object';
import type { MemberRule } from '@gatewright/aws/call-input';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { MUST } from '@gatewright/aws/violations';
import { printTagList, readTagMap } from '../../kernel/resource-tags.ts';
import { invalidArgument } from './error.ts';
import { kinesisInput, NAME_RULE } from './input.ts';
import { ON_DEMAND_SHARDS } from './local-streams.ts';
import type { LocalStream, LocalStreams, StreamDefinition } from './local-streams.ts';
import { printShardId } from './shard.ts';
import type { Shard } from './shard.ts';
import { arnOfStream, findStream } from './stream-place.ts';
import type { StreamPlace } from './stream-place.ts';

/**
 * The maximum number of shards of all streams together. AWS has this limit for the shards of provisioned streams in its
 * larger regions.
 */
export const SHARD_LIMIT = 500;
const MAX_SHARDS = 100_000;
const MODES: readonly StreamDefinition['mode'][] = ['PROVISIONED', 'ON_DEMAND'];
const SHARD_ID_RULE = NAME_RULE;

type Operation = (input: UnknownMembers, place: StreamPlace, streams: LocalStreams) => UnknownMembers;

export const ADMINISTRATION: Readonly<Record<string, Operation>> = {
  CreateStream: createStream,
  DeleteStream(input, place, streams) {
    streams.remove(findStream(input, place, streams).definition.arn);
    return {};
  },
  DescribeStream: describeStream,
  DescribeStreamSummary(input, place, streams) {
    const stream = findStream(input, place, streams);
    const counts = { OpenShardCount: stream.shards.length, ConsumerCount: 0 };
    return { StreamDescriptionSummary: { ...describe(stream), ...counts } };
  },
  ListShards: listShards,
  ListStreams: listStreams,
  AddTagsToStream(input, place, streams) {
    const reader = kinesisInput(input);
    if (!reader.has('Tags')) reader.violate('null', 'Tags', MUST.notBeNull);
    const { arn } = findStream(input, place, streams, reader).definition;
    streams.tags.add(arn, readTagMap(mapOf(input, 'Tags')));
    return {};
  },
  RemoveTagsFromStream(input, place, streams) {
    const reader = kinesisInput(input);
    const names = reader.texts('TagKeys', TAG_KEYS_RULE);
    streams.tags.remove(findStream(input, place, streams, reader).definition.arn, names);
    return {};
  },
  ListTagsForStream(input, place, streams) {
    const reader = kinesisInput(input);
    const limit = reader.optionalInteger('Limit', { least: 1, most: MAX_TAGS }) ?? MAX_TAGS;
    const after = reader.optionalText('ExclusiveStartTagKey', TAG_KEY_RULE);
    const { arn } = findStream(input, place, streams, reader).definition;
    const all = printTagList(streams.tags.of(arn)).toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
    const { page, hasMore } = pageOf(all, ({ Key }) => after === undefined || Key > after, limit);
    return { Tags: page, HasMoreTags: hasMore };
  },
};

/** The maximum number of tags of a stream. */
const MAX_TAGS = 50;
const TAG_KEY_RULE: MemberRule = { least: 1, most: 128 };
const TAG_KEYS_RULE: MemberRule = { isRequired: true, least: 1, most: MAX_TAGS, each: TAG_KEY_RULE };

function createStream(input: UnknownMembers, place: StreamPlace, streams: LocalStreams): UnknownMembers {
  const reader = kinesisInput(input);
  const shards = reader.optionalInteger('ShardCount', { least: 1, most: MAX_SHARDS });
  const name = reader.text('StreamName', NAME_RULE);
  const givenMode = reader.object('StreamModeDetails')?.text('StreamMode', { values: MODES });
  // A stream that is created without a mode and a number of shards is an on-demand stream [obs: kinesis].
  const mode = MODES.find((one) => one === givenMode) ?? (shards === undefined ? 'ON_DEMAND' : 'PROVISIONED');
  reader.optionalInteger('WarmThroughputMiBps', { least: 0 });
  reader.optionalInteger('MaxRecordSizeInKiB', { least: 1_024, most: 10_240 });
  reader.check();
  const arn = arnOfStream(name, place);
  if (streams.find(arn) !== undefined)
    throw new OperationRefused(
      'ResourceInUseException',
      `Stream ${name} under account ${place.accountId} already exists.`,
    );
  const shardCount = mode === 'ON_DEMAND' ? ON_DEMAND_SHARDS : (shards ?? 1);
  const current = streams.all.reduce((sum, stream) => sum + stream.shards.length, 0);
  if (current + shardCount > SHARD_LIMIT)
    throw new OperationRefused(
      'LimitExceededException',
      `This request would exceed the shard limit for the account ${place.accountId} in ${place.region}. ` +
        `Current shard count for the account: ${current}. Limit: ${SHARD_LIMIT}. ` +
        `Number of additional shards that would have resulted from this request: ${shardCount}. Refer to the AWS Service Limits page ` +
        `(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.`,
    );
  streams.create({ arn, name, ...place, mode, shardCount, retentionHours: 24 });
  streams.tags.add(arn, readTagMap(mapOf(input, 'Tags')));
  return {};
}

function describeStream(input: UnknownMembers, place: StreamPlace, streams: LocalStreams): UnknownMembers {
  const reader = kinesisInput(input);
  const limit = reader.optionalInteger('Limit', { least: 1, most: 10_000 }) ?? 100;
  const after = reader.optionalText('ExclusiveStartShardId', SHARD_ID_RULE);
  const stream = findStream(input, place, streams, reader);
  const { page, hasMore } = pageOf(stream.shards, ({ id }) => after === undefined || id > after, limit);
  const Shards = page.map(printShard);
  return { StreamDescription: { ...describe(stream), Shards, HasMoreShards: hasMore } };
}

function listShards(input: UnknownMembers, place: StreamPlace, streams: LocalStreams): UnknownMembers {
  const reader = kinesisInput(input);
  const limit = reader.optionalInteger('MaxResults', { least: 1, most: 10_000 }) ?? 1_000;
  const start = reader.optionalText('ExclusiveStartShardId', SHARD_ID_RULE);
  const token = reader.optionalText('NextToken', { least: 1, most: 1_048_576 });
  if (token !== undefined && (input['StreamName'] !== undefined || start !== undefined))
    throw invalidArgument('NextToken and StreamName cannot be provided together.');
  const next = token === undefined ? undefined : readToken(token);
  // The permission was checked for the stream that the call names, so the token must be for the same stream.
  if (next !== undefined && (memberOf(input, 'StreamARN') ?? next.arn) !== next.arn) throw invalidToken();
  const stream = next === undefined ? findStream(input, place, streams, reader) : byArn(next.arn, streams);
  // All shards are open in the gateway, so a filter only omits the shards up to and including the shard that it names.
  const filter = memberOf(memberOf(input, 'ShardFilter'), 'ShardId');
  const after = next?.after ?? start ?? (typeof filter === 'string' ? filter : undefined);
  const { page, hasMore } = pageOf(stream.shards, ({ id }) => after === undefined || id > after, limit);
  const last = page.at(-1);
  const more = hasMore && last !== undefined ? { NextToken: printToken(stream.definition.arn, last.id) } : {};
  return { Shards: page.map(printShard), ...more };
}

function listStreams(input: UnknownMembers, place: StreamPlace, streams: LocalStreams): UnknownMembers {
  const reader = kinesisInput(input);
  const limit = reader.optionalInteger('Limit', { least: 1, most: 10_000 }) ?? 100;
  const start = reader.optionalText('ExclusiveStartStreamName', NAME_RULE);
  const token = reader.optionalText('NextToken', { least: 1, most: 1_048_576 });
  reader.check();
  const after = token === undefined ? start : readToken(token).after;
  const here = streams.all
    .filter(({ definition }) => definition.region === place.region)
    .toSorted((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  const { page, hasMore } = pageOf(
    here,
    ({ definition: { name } }) => after === undefined || name > after,
    limit,
  );
  const last = page.at(-1)?.definition;
  return {
    StreamNames: page.map(({ definition: { name } }) => name),
    StreamSummaries: page.map(summarize),
    HasMoreStreams: hasMore,
    ...(hasMore && last !== undefined ? { NextToken: printToken(last.arn, last.name) } : {}),
  };
}

function pageOf<Item>(
  items: readonly Item[],
  isWanted: (item: Item) => boolean,
  limit: number,
): { readonly page: readonly Item[]; readonly hasMore: boolean } {
  const wanted = items.filter(isWanted);
  return { page: wanted.slice(0, limit), hasMore: wanted.length > limit };
}

function summarize({ definition, createdAt }: LocalStream): UnknownMembers {
  return {
    StreamName: definition.name,
    StreamARN: definition.arn,
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: definition.mode },
    StreamCreationTimestamp: createdAt / 1000,
  };
}

function describe(stream: LocalStream): UnknownMembers {
  return {
    ...summarize(stream),
    RetentionPeriodHours: stream.definition.retentionHours,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE',
  };
}

function printShard({ number, range, startingSequence }: Shard): UnknownMembers {
  return {
    ShardId: printShardId(number),
    HashKeyRange: { StartingHashKey: range.from.toString(), EndingHashKey: range.to.toString() },
    SequenceNumberRange: { StartingSequenceNumber: startingSequence },
  };
}

function byArn(arn: string, streams: LocalStreams): LocalStream {
  const stream = streams.find(arn);
  if (stream === undefined) throw invalidToken();
  return stream;
}

function printToken(arn: string, after: string): string {
  return Buffer.from(`${arn} ${after}`).toString('base64');
}

/**
 * Reads a page token.
 * @throws OperationRefused InvalidArgumentException if the token is invalid
 */
function readToken(token: string): { readonly arn: string; readonly after: string } {
  const [, arn, after] = /^(\S+) (\S+)$/.exec(Buffer.from(token, 'base64').toString('utf8')) ?? [];
  if (arn === undefined || after === undefined) throw invalidToken();
  return { arn, after };
}

function invalidToken(): OperationRefused {
  return invalidArgument('Invalid NextToken.');
}
