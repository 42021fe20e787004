/**
 * Explains what Lambda does with a failed batch, or with a report that it does not read, because a setting is
 * missing.
 */
import { parseArn } from '@gatewright/aws/arn';
import { asList, asText, isTrue, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import { readFunctionName } from '@gatewright/aws/function-name';
import { lastPartOf } from '../../kernel/event-rows.ts';
import { findByArn, findByPhysicalId, placeOf, resourcesOf } from './find-places.ts';
import { findLine, isPythonCode } from './handler-lines.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { DeliveryNote } from '../explain/circumstances.ts';
import type { ReadHandler } from './handler-misread.ts';

type Ran = Extract<StampedStep, { kind: 'ran' }>;
type At = { readonly stacks: readonly ResolvedStack[]; readonly readHandler: ReadHandler };

export function noteRun(step: Ran, at: At): readonly DeliveryNote[] {
  return NOTES.flatMap((note) => note(step, at) ?? []);
}

type Note = (step: Ran, at: At) => DeliveryNote | undefined;

/**
 * Explains that a function reported failed records to a mapping that does not read the report.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
const unreadItems: Note = (step, { stacks, readHandler }) => {
  const { unreadItems: count, records, functionName, from = '', mapping = '' } = step;
  if (count === undefined) return undefined;
  const found = findByPhysicalId(stacks, 'AWS::Lambda::EventSourceMapping', mapping);
  const line = findLine(readHandler(functionName), /batchItemFailures/);
  const isQueue = parseArn(from)?.service === 'sqs';
  const fate = isQueue
    ? `${records === 1 ? 'the message was' : `all ${records} messages of the batch were`} deleted from the queue, without a retry and without the dead-letter queue`
    : `${records === 1 ? 'the record is' : `all ${records} records of the batch are`} not retried`;
  return {
    because: `The function ${functionName} reported ${count} of ${records} records as failed (batchItemFailures${line === undefined ? '' : `, ${line}`}). Lambda ignored this report, because the event source mapping${at(placeOf(found))} has no FunctionResponseTypes with ReportBatchItemFailures: the invocation returned, so it counts as a success, and ${fate}.`,
    change: `Set FunctionResponseTypes: [ReportBatchItemFailures] on the event source mapping${at(placeOf(found))}, so that the reported records are tried again.`,
  };
};

/** A line that adds an item to a list, or writes a list of items. */
const ADDS_ITEM = /(?:push|append)\s*\(\s*\{|batchItemFailures['"]?\s*[:=]\s*\[\s*\{|=>\s*\(\s*\{/;

/**
 * Explains that all records count as failed, because the function's list of failed records cannot be read.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
const wrongItems: Note = ({ failedItems, functionName, from = '' }, { readHandler }) => {
  if (typeof failedItems !== 'string') return undefined;
  const source = readHandler(functionName);
  const line = findLine(source, ADDS_ITEM) ?? findLine(source, /batchItemFailures/);
  const isQueue = parseArn(from)?.service === 'sqs';
  const [id, inPython] = isQueue
    ? ['record.messageId', "record['messageId']"]
    : parseArn(from)?.service === 'dynamodb'
      ? ['record.dynamodb.SequenceNumber', "record['dynamodb']['SequenceNumber']"]
      : ['record.kinesis.sequenceNumber', "record['kinesis']['sequenceNumber']"];
  const item =
    source !== undefined && isPythonCode(source)
      ? `{"itemIdentifier": ${inPython}}`
      : `{ itemIdentifier: ${id} }`;
  return {
    because: `Each item of batchItemFailures must be an object whose itemIdentifier is the id of a record of the batch${line === undefined ? '' : `; ${line} writes the items`}.`,
    change: `Write ${item} for each failed record${line === undefined ? ` in ${functionName}` : ` at ${line}`}, and return {"batchItemFailures": []} if none failed.`,
  };
};

const IMAGES: Readonly<Record<string, readonly string[]>> = {
  KEYS_ONLY: ['NewImage', 'OldImage'],
  NEW_IMAGE: ['OldImage'],
  OLD_IMAGE: ['NewImage'],
};

/**
 * How Node.js and Python say that a value is missing. Some messages of V8 name the value; others only say that it is
 * undefined.
 */
const READS_NOTHING = /\b(?:New|Old)Image\b|of undefined|is undefined|NoneType|not iterable/;

/**
 * Notes code that reads an image that the record lacks, because of the stream's settings or the kind of change.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html
 */
const imageMissing: Note = (step, { stacks, readHandler }) => {
  const { from = '', outcome, payload, errorType = '', errorMessage = '', functionName } = step;
  if (outcome !== 'failed' || parseArn(from)?.service !== 'dynamodb') return undefined;
  if (!READS_NOTHING.test(`${errorType} ${errorMessage}`)) return undefined;
  const source = readHandler(functionName);
  const records = asList(parseJsonObject(payload ?? '')?.['Records']).map(membersOf);
  for (const { eventName, dynamodb } of records)
    for (const image of ['NewImage', 'OldImage']) {
      const line = findLine(source, new RegExp(`\\b${image}\\b`));
      const { StreamViewType: viewType, [image]: value } = membersOf(dynamodb);
      if (value !== undefined || line === undefined) continue;
      const isOfView = IMAGES[String(viewType)]?.includes(image) === true;
      const place = placeOf(findByArn(stacks, from), 'StreamSpecification.StreamViewType') ?? '';
      return isOfView
        ? {
            because: `${line} reads ${image}, which no record of this stream has, because its StreamViewType is ${String(viewType)} (${place}).`,
            change: `Set StreamViewType: NEW_AND_OLD_IMAGES (${place}), or read the item with the Keys of the record.`,
            isCause: true,
          }
        : {
            because: `${line} reads ${image}, which a record of the kind ${String(eventName)} never has: INSERT has no OldImage, and REMOVE no NewImage.`,
            change: `Read ${image} at ${line} only if eventName is not ${String(eventName)}, and otherwise take what is needed from Keys or ${image === 'NewImage' ? 'OldImage' : 'NewImage'}.`,
            isCause: true,
          };
    }
  return undefined;
};

/** The number of retries of an asynchronous invocation, if nothing sets it. */
const USUAL_RETRIES = 2;

/**
 * Explains that Lambda, not the sender, retries an asynchronous invocation.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const asyncRetries: Note = ({ from, functionName, outcome }, { stacks }) => {
  if (from !== undefined || outcome !== 'failed') return undefined;
  const config = findInvokeConfig(functionName, stacks);
  const own = config?.properties['MaximumRetryAttempts'];
  if (own !== undefined && Number(own) !== USUAL_RETRIES) return undefined;
  const place = placeOf(findFunction(functionName, stacks)) ?? '';
  return {
    because:
      own === undefined
        ? `Lambda itself retries a failed asynchronous invocation with the same event, ${USUAL_RETRIES} times unless MaximumRetryAttempts says otherwise, and no AWS::Lambda::EventInvokeConfig of ${functionName} (${place}) sets it. Lambda drops an event that has waited longer than MaximumEventAgeInSeconds, which is 6 hours by default.`
        : `Lambda itself retries a failed asynchronous invocation with the same event, ${USUAL_RETRIES} times because of MaximumRetryAttempts (${placeOf(config, 'MaximumRetryAttempts') ?? ''}).`,
    change: `If the work must not be repeated, set MaximumRetryAttempts: 0 in the EventInvokeConfig of ${functionName} (${placeOf(config) ?? place}), or make the work safe to repeat: the id of the event is the same in every try.`,
  };
};

/**
 * Explains that a message waits for the earlier messages of its group.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
const groupWaits: Note = ({ next, from = '' }, { stacks }) => {
  if (next?.kind !== 'visible') return undefined;
  const queue = findByArn(stacks, from);
  if (queue === undefined || !isTrue(queue.properties['FifoQueue'])) return undefined;
  return {
    because: `The queue (${placeOf(queue, 'FifoQueue') ?? ''}) is a FIFO queue: until this message is handled, expires or moves to the dead-letter queue, no later message of its message group is received.`,
    change:
      'Give messages whose order relative to each other does not matter different values of MessageGroupId, such as the id of the customer: a message that fails then holds up only its own group.',
  };
};

/**
 * Explains that a failed batch of a stream stops its shard.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
const shardWaits: Note = ({ next, from = '', mapping = '', functionName }, { stacks }) => {
  if (next?.kind !== 'again') return undefined;
  const found = findByPhysicalId(stacks, 'AWS::Lambda::EventSourceMapping', mapping);
  const most = Number(found?.properties['MaximumRetryAttempts'] ?? -1);
  if (found === undefined || most >= 0) return undefined;
  const kept = parseArn(from)?.service === 'dynamodb' ? '24 hours' : 'the retention period of the stream';
  return {
    because: `Until these records succeed or expire (after ${kept}), all later records of the shard wait, because the event source mapping (${placeOf(found) ?? ''}) has no MaximumRetryAttempts.`,
    change: `Set MaximumRetryAttempts: 3, BisectBatchOnFunctionError: true and a DestinationConfig with OnFailure in the event source mapping (${placeOf(found) ?? ''}), or catch the error of a bad record in ${functionName}, so that one record cannot stop the shard.`,
  };
};

/**
 * Reports a visibility timeout below the function's timeout: "set the source queue's visibility timeout to at least six
 * times the timeout that you configure on your function"
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
 */
const shortVisibility: Note = ({ from = '', functionName, outcome }, { stacks }) => {
  const queue = findByArn(stacks, from);
  const own = findFunction(functionName, stacks);
  if (queue?.type !== 'AWS::SQS::Queue' || own === undefined || outcome === 'refused') return undefined;
  const hidden = Number(queue.properties['VisibilityTimeout'] ?? 30);
  const timeout = Number(own.properties['Timeout'] ?? 3);
  if (!(hidden < timeout)) return undefined;
  return {
    because: `VisibilityTimeout of the queue (${placeOf(queue, 'VisibilityTimeout') ?? ''}) is ${hidden} s, and Timeout of ${functionName} (${placeOf(own, 'Timeout') ?? ''}) is ${timeout} s: a message can be received again while the function still works on it.`,
    change: `Set VisibilityTimeout of the queue ${lastPartOf(from)} to at least ${timeout} (AWS recommends six times the Timeout of the function: ${6 * timeout}).`,
  };
};

const NOTES: readonly Note[] = [
  unreadItems,
  wrongItems,
  imageMissing,
  shortVisibility,
  groupWaits,
  shardWaits,
  asyncRetries,
];

export function findFunction(name: string, stacks: readonly ResolvedStack[]): ResolvedResource | undefined {
  return findByPhysicalId(stacks, 'AWS::Lambda::Function', name);
}

/** Returns the settings for asynchronous invocations of the function, whatever its qualifier is. */
export function findInvokeConfig(
  name: string,
  stacks: readonly ResolvedStack[],
): ResolvedResource | undefined {
  return resourcesOf(stacks, 'AWS::Lambda::EventInvokeConfig').find(
    ({ properties }) => readFunctionName(asText(properties['FunctionName']) ?? '').functionName === name,
  );
}

function at(place: string | undefined): string {
  return place === undefined ? '' : ` (${place})`;
}
