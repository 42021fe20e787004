/** Streams of `AWS::DynamoDB::Table`, and event source mappings of them. */
import { compileFilters } from '../../kernel/delivery/event-pattern.ts';
import { atPlace } from '../../kernel/delivery/value-match.ts';
import { readFunctionName, type ResourceReader } from '../../kernel/read-resource.ts';
import { partitionOf } from '@gatewright/aws/arn';
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
  // As `GetAtt Table.StreamArn` gives it.
  const streamArn = `${tableArn}/stream/2026-01-01T00:00:00.000`;
  return [{ tableName, streamArn, region, viewType: viewType as ViewType }];
}

export function readStreamMapping(
  reader: ResourceReader,
  { streamArn }: TableStream,
): StreamMapping | undefined {
  if (!reader.flag('Enabled', true)) return undefined;
  const { name, qualifier } = readFunctionName(reader.text('FunctionName') ?? '');
  const retries = reader.whole('MaximumRetryAttempts', -1, -1, 10_000);
  const ageSeconds = reader.whole('MaximumRecordAgeInSeconds', -1, -1, 604_800);
  if (reader.value('TumblingWindowInSeconds') !== undefined && reader.value('TumblingWindowInSeconds') !== 0)
    reader.unsupported('TumblingWindowInSeconds', 'its function gets batches without a window and its state');
  return {
    id: reader.resource.physicalId,
    streamArn,
    functionName: name,
    qualifier,
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
}
