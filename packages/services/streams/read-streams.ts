import { partitionOf } from '@gatewright/aws/arn';
import { readOrderedMapping } from '../../kernel/read-ordered-mapping.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { StreamMapping } from './stream-consumer.ts';
import type { TableStream, ViewType } from './stream-record.ts';

const VIEW_TYPES: readonly string[] = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'];

export function readStream(reader: ResourceReader): readonly TableStream[] {
  const viewType = reader.text('StreamSpecification.StreamViewType');
  if (reader.value('StreamSpecification') === undefined) return [];
  if (viewType === undefined || !VIEW_TYPES.includes(viewType)) {
    reader.note('StreamSpecification', `StreamViewType must be ${VIEW_TYPES.join(', ')}`, 'it has no stream');
    return [];
  }
  const { region, accountId } = reader.stack;
  const tableName = reader.resource.physicalId;
  const tableArn = `arn:${partitionOf(region)}:dynamodb:${region}:${accountId}:table/${tableName}`;
  const streamArn = `${tableArn}/stream/2026-01-01T00:00:00.000`;
  return [{ tableName, streamArn, region, viewType: viewType as ViewType }];
}

export function readStreamMapping(
  reader: ResourceReader,
  { streamArn }: TableStream,
): StreamMapping | undefined {
  const mapping = readOrderedMapping(reader);
  return reader.flag('Enabled', true) ? { ...mapping, streamArn } : undefined;
}
