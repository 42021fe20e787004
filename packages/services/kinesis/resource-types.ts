/** Streams of Kinesis: what becomes of them. */
import { RECORDED } from '../../core/resource-types/resource-types.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

export const KINESIS_TYPES = {
  'AWS::Kinesis::Stream*': { consequence: RECORDED },
} satisfies ResourceTypeTable;
