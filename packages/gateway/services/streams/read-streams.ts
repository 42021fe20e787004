import { partitionOf } from '@gatewright/aws/arn';
import { isViewType, STACK_STREAM_LABEL, VIEW_TYPES } from '@gatewright/dynamodb/stream-record';
import type { TableStream } from '@gatewright/dynamodb';
import { readOrderedMapping } from '../../kernel/read-ordered-mapping.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { StreamMapping } from './stream-consumer.ts';

export function readStream(reader: ResourceReader): readonly TableStream[] {
  const viewType = reader.text('StreamSpecification.StreamViewType');
  if (reader.value('StreamSpecification') === undefined) return [];
  if (!isViewType(viewType)) {
    reader.note('StreamSpecification', `StreamViewType must be ${VIEW_TYPES.join(', ')}`, 'it has no stream');
    return [];
  }
  const { region, accountId } = reader.stack;
  const tableName = reader.resource.physicalId;
  const tableArn = `arn:${partitionOf(region)}:dynamodb:${region}:${accountId}:table/${tableName}`;
  return [{ tableName, streamArn: `${tableArn}/stream/${STACK_STREAM_LABEL}`, region, viewType }];
}

export function readStreamMapping(reader: ResourceReader, stream: TableStream): StreamMapping {
  const position = reader.text('StartingPosition');
  if (position !== 'LATEST' && position !== 'TRIM_HORIZON')
    reader.note(
      'StartingPosition',
      'must be TRIM_HORIZON or LATEST for the stream of a table',
      'using the default, LATEST',
    );
  return {
    ...readOrderedMapping(reader),
    stream,
    isEnabled: reader.flag('Enabled', true),
    isFromOldest: position === 'TRIM_HORIZON',
  };
}
