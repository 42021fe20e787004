/** The properties of `AWS::Lambda::EventSourceMapping` that ordered sources share (docs/aws §18.7). */
import { parseArn } from '@gatewright/aws/arn';
import { compileFilters } from './delivery/event-pattern.ts';
import type { EventTest } from './delivery/event-pattern.ts';
import { inProperty } from './delivery/pattern-error.ts';
import type { BatchRules } from './ordered-batch.ts';
import type { ResourceReader } from './read-resource.ts';

export type OrderedMapping = BatchRules & {
  readonly id: string;
  /** The properties as text. If a reload does not change this text, the reader continues with its state. */
  readonly definition: string;
  readonly batchSize: number;
  readonly windowMs: number;
  /**
   * The maximum number of batches of a shard that are processed at the same time. Records with the same key stay in
   * order.
   */
  readonly parallel: number;
  readonly filter: EventTest | undefined;
};

/** Reads the mapping even if `Enabled` is false, so that its faults are reported in any case. */
export function readOrderedMapping(reader: ResourceReader): OrderedMapping {
  if (reader.value('TumblingWindowInSeconds') !== undefined && reader.value('TumblingWindowInSeconds') !== 0)
    reader.unsupported(
      'TumblingWindowInSeconds',
      'tumbling windows are not supported: batches have no window and no state',
    );
  const { functionName: name, qualifier } = reader.functionName('FunctionName');
  const retries = reader.integer('MaximumRetryAttempts', -1, -1, 10_000);
  const ageSeconds = reader.integer('MaximumRecordAgeInSeconds', -1, -1, 604_800);
  // In the words of hashicorp/terraform-provider-aws#16113. "Although values less than 60 and greater than -1 fall
  // within the parameter's absolute range, they are not allowed."
  const isTooYoung = ageSeconds > -1 && ageSeconds < 60;
  if (isTooYoung)
    reader.note(
      'MaximumRecordAgeInSeconds',
      'must be either -1 (forever) or between 60 and 604800 (inclusive)',
      'the default, -1, is used',
    );
  return {
    id: reader.resource.physicalId,
    definition: JSON.stringify(reader.resource.properties),
    functionName: name,
    qualifier,
    batchSize: reader.integer('BatchSize', 100, 1, 10_000),
    windowMs: reader.integer('MaximumBatchingWindowInSeconds', 0, 0, 300) * 1000,
    bisects: reader.flag('BisectBatchOnFunctionError', false),
    maxRetries: retries === -1 ? undefined : retries,
    maxAgeMs: ageSeconds === -1 || isTooYoung ? undefined : ageSeconds * 1000,
    parallel: reader.integer('ParallelizationFactor', 1, 1, 10),
    reportsItems: reader.list('FunctionResponseTypes').includes('ReportBatchItemFailures'),
    filter: reader.attempt(
      'no record is delivered',
      () =>
        inProperty(
          (at) => reader.resource.place(['FilterCriteria', ...at].join('.')),
          () => compileFilters(reader.value('FilterCriteria')),
        ),
      () => () => false,
    ),
    onFailureArn: readDestination(reader),
  };
}

const DESTINATION = 'DestinationConfig.OnFailure.Destination';

function readDestination(reader: ResourceReader): string | undefined {
  const arn = reader.text(DESTINATION);
  const { service } = parseArn(arn ?? '') ?? {};
  if (arn === undefined || service === 'sqs' || service === 'sns') return arn;
  reader.unsupported(DESTINATION, `${arn} is not a queue or topic: discarded records appear only in the log`);
  return undefined;
}
