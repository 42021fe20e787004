import { partitionOf } from '@gatewright/aws/arn';
import { readOrderedMapping } from '../../kernel/read-ordered-mapping.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import { SHARD_LIMIT } from './administration.ts';
import { ON_DEMAND_SHARDS } from './local-streams.ts';
import type { StreamDefinition } from './local-streams.ts';
import type { StartingPosition, StreamMapping } from './shard-lane.ts';

export function readStream(reader: ResourceReader): StreamDefinition {
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
    'StreamMode must be PROVISIONED or ON_DEMAND',
    'using the default, PROVISIONED',
  );
  return 'PROVISIONED';
}

/** @param roleOf the role of a function, by its name */
export function readStreamMapping(
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
      ? ['StartingPositionTimestamp', 'AT_TIMESTAMP needs a time in epoch seconds']
      : ['StartingPosition', 'a stream needs TRIM_HORIZON, LATEST or AT_TIMESTAMP'];
  reader.note(property, message, 'it begins with new records');
  return { kind: 'LATEST' };
}
