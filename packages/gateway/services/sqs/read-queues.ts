import { partitionOf } from '@gatewright/aws/arn';
import { compileFilters } from '../../kernel/delivery/event-pattern.ts';
import { atPlace } from '../../kernel/delivery/value-match.ts';
import type { QueueMapping } from './queue-consumer.ts';
import { readQueueSettings } from './queue-settings.ts';
import type { QueueDefinition } from './queues.ts';
import { readFunctionName } from '@gatewright/aws/function-name';
import type { ResourceReader } from '../../kernel/read-resource.ts';

export function readQueue(reader: ResourceReader): QueueDefinition {
  const { resource, stack } = reader;
  const url = resource.physicalId;
  const name = url.slice(url.lastIndexOf('/') + 1);
  const settings = readQueueSettings(resource.properties, (attribute, message) =>
    reader.note(attribute, message, 'the default is used'),
  );
  if (settings.isFifo !== name.endsWith('.fifo'))
    reader.note(
      'QueueName',
      'the name of a FIFO queue, and only of one, must end with .fifo',
      'it is accepted here',
    );
  return {
    name,
    url,
    settings,
    arn: `arn:${partitionOf(stack.region)}:sqs:${stack.region}:${stack.accountId}:${name}`,
  };
}

const STANDARD_WITHOUT_WINDOW = 10;

/** @param queue the source */
export function readQueueMapping(reader: ResourceReader, queue: QueueDefinition): QueueMapping | undefined {
  const { isFifo } = queue.settings;
  const windowSeconds = reader.integer('MaximumBatchingWindowInSeconds', 0, 0, 300);
  if (isFifo && windowSeconds > 0)
    reader.note(
      'MaximumBatchingWindowInSeconds',
      'FIFO queues have no batching window',
      'the mapping has none',
    );
  const batchSize = reader.integer('BatchSize', 10, 1, isFifo ? 10 : 10_000);
  if (batchSize > STANDARD_WITHOUT_WINDOW && windowSeconds === 0)
    reader.note(
      'BatchSize',
      'a BatchSize above 10 needs a MaximumBatchingWindowInSeconds of at least 1',
      'batches do not wait',
    );
  if (!reader.flag('Enabled', true)) return undefined;
  const { functionName: name, qualifier } = readFunctionName(reader.text('FunctionName') ?? '');
  return {
    id: reader.resource.physicalId,
    queueArn: queue.arn,
    functionName: name,
    qualifier,
    batchSize,
    windowMs: isFifo ? 0 : windowSeconds * 1000,
    maxConcurrency:
      reader.value('ScalingConfig.MaximumConcurrency') === undefined
        ? undefined
        : reader.integer('ScalingConfig.MaximumConcurrency', 2, 2, 1_000),
    reportsItems: reader.list('FunctionResponseTypes').includes('ReportBatchItemFailures'),
    filter: reader.attempt(
      'no message is delivered',
      () =>
        atPlace(reader.resource.place('FilterCriteria'), () =>
          compileFilters(reader.value('FilterCriteria')),
        ),
      () => () => false,
    ),
  };
}
