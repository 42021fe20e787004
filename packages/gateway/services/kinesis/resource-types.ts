import { arnOf, named, row } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import { RECORDED } from '../../core/resource-types/resource-types.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

const streamName = named('Name', 128);

export const KINESIS_TYPES = {
  'AWS::Kinesis::Stream': {
    enforced: words('Name ShardCount StreamModeDetails RetentionPeriodHours'),
    noEffect: words('Tags StreamEncryption DesiredShardLevelMetrics'),
    unsupported: {
      MaxRecordSizeInKiB: 'records are limited to 1 MiB',
      WarmThroughputMiBps: 'the stream starts with four shards',
    },
    names: row(streamName, { Arn: arnOf('kinesis', streamName, 'stream/') }),
  },
  // The other types are consumers with enhanced fan-out, and policies of streams.
  'AWS::Kinesis::*': { consequence: RECORDED },
} satisfies ResourceTypeTable;
