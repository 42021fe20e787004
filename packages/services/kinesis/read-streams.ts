/** `AWS::Kinesis::Stream`, and event source mappings of streams. */
import { partitionOf } from '@gatewright/aws/arn';
import { compileFilters } from '../../kernel/delivery/event-pattern.ts';
import { atPlace } from '../../kernel/delivery/value-match.ts';
import { readFunctionName } from '../../kernel/read-resource.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import { SHARD_LIMIT } from './administration.ts';
import { ON_DEMAND_SHARDS } from './local-streams.ts';
import type { StreamDefinition } from './local-streams.ts';
import type { StartingPosition, StreamMapping } from './shard-lane.ts';

export function readStream(reader: ResourceReader): StreamDefinition {
  const { region, accountId } = reader.stack;
  const name = reader.resource.physicalId;
  const mode = readMode(reader);
  const shardCount = reader.whole('ShardCount', 1, 1, SHARD_LIMIT);
  return {
    arn: `arn:${partitionOf(region)}:kinesis:${region}:${accountId}:stream/${name}`,
    name,
    region,
    accountId,
    mode,
    shardCount: mode === 'ON_DEMAND' ? ON_DEMAND_SHARDS : shardCount,
    retentionHours: reader.whole('RetentionPeriodHours', 24, 24, 8_760),
  };
}

function readMode(reader: ResourceReader): StreamDefinition['mode'] {
  const mode = reader.text('StreamModeDetails.StreamMode') ?? 'PROVISIONED';
  if (mode === 'ON_DEMAND' || mode === 'PROVISIONED') return mode;
  reader.note('StreamModeDetails', 'StreamMode must be PROVISIONED or ON_DEMAND', 'PROVISIONED holds');
  return 'PROVISIONED';
}

/** @param roleOf the role of a function, by its name */
export function readStreamMapping(
  reader: ResourceReader,
  { arn, region }: StreamDefinition,
  roleOf: (functionName: string) => string,
): StreamMapping | undefined {
  if (reader.value('TumblingWindowInSeconds') !== undefined && reader.value('TumblingWindowInSeconds') !== 0)
    reader.unsupported('TumblingWindowInSeconds', 'its function gets batches without a window and its state');
  const { name, qualifier } = readFunctionName(reader.text('FunctionName') ?? '');
  const retries = reader.whole('MaximumRetryAttempts', -1, -1, 10_000);
  const ageSeconds = reader.whole('MaximumRecordAgeInSeconds', -1, -1, 604_800);
  const mapping: StreamMapping = {
    id: reader.resource.physicalId,
    streamArn: arn,
    region,
    functionName: name,
    qualifier,
    roleArn: roleOf(name),
    start: readStart(reader),
    batchSize: reader.whole('BatchSize', 100, 1, 10_000),
    windowMs: reader.whole('MaximumBatchingWindowInSeconds', 0, 0, 300) * 1000,
    bisects: reader.flag('BisectBatchOnFunctionError', false),
    maxRetries: retries === -1 ? undefined : retries,
    maxAgeMs: ageSeconds === -1 ? undefined : ageSeconds * 1000,
    parallel: reader.whole('ParallelizationFactor', 1, 1, 10),
    reportsItems: reader.list('FunctionResponseTypes').includes('ReportBatchItemFailures'),
    filter: reader.attempt(
      'no record is handed on',
      () =>
        atPlace(reader.resource.place('FilterCriteria'), () =>
          compileFilters(reader.value('FilterCriteria')),
        ),
      () => () => false,
    ),
    onFailureArn: reader.text('DestinationConfig.OnFailure.Destination'),
  };
  return reader.flag('Enabled', true) ? mapping : undefined;
}

function readStart(reader: ResourceReader): StartingPosition {
  const kind = reader.text('StartingPosition');
  const seconds = Number(reader.value('StartingPositionTimestamp') ?? NaN);
  if (kind === 'TRIM_HORIZON' || kind === 'LATEST') return { kind };
  if (kind === 'AT_TIMESTAMP' && Number.isFinite(seconds)) return { kind, epochMs: seconds * 1000 };
  const [property, message] =
    kind === 'AT_TIMESTAMP'
      ? ['StartingPositionTimestamp', 'AT_TIMESTAMP needs a time, in seconds of the epoch']
      : ['StartingPosition', 'a stream needs TRIM_HORIZON, LATEST or AT_TIMESTAMP'];
  reader.note(property, message, 'it begins with the records that follow');
  return { kind: 'LATEST' };
}
