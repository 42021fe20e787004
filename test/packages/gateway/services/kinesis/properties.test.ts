import * as kinesis from '../../../../../packages/gateway/services/kinesis/service.ts';
import { describeProperties, NAMED_BEFORE } from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';

const STREAMS: readonly PropertyRow[] = [
  {
    type: 'AWS::Kinesis::Stream',
    properties: {
      Name: 'k',
      ShardCount: 2,
      RetentionPeriodHours: 48,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
    },
    unread: { Name: NAMED_BEFORE },
    // Kinesis API reference, IncreaseStreamRetentionPeriod
    bounds: { RetentionPeriodHours: [24, 8_760] },
  },
];

describeProperties('streams', { kinesis }, STREAMS);
