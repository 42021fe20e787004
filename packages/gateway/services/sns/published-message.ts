/** Reads and checks messages of Publish and PublishBatch, in SNS's words [obs: sns]. */
import { mapOf, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { refuse } from '../../kernel/calls/aws-operation.ts';
import { readTextField } from '../../kernel/calls/query-input.ts';
import { readAttributes } from './message-attributes.ts';
import type { Published, TopicDefinition } from './topics.ts';

export type Refusal = ReturnType<typeof refuse>;

const MAX_BATCH = 10;
/** The maximum size of a message, and of all messages of a batch. */
export const MAX_SNS_BYTES = 262_144;
const MAX_ID_LENGTH = 80;
const MAX_SUBJECT_LENGTH = 100;

export function refuseParameter(what: string): Refusal {
  return refuse('InvalidParameter', `Invalid parameter: ${what}`);
}

export function readPublished(
  input: UnknownMembers,
  { isFifo, deduplicatesByContent }: TopicDefinition,
): Published | Refusal {
  const message = readTextField(input, 'Message') ?? '';
  const groupId = readTextField(input, 'MessageGroupId');
  const deduplicationId = readTextField(input, 'MessageDeduplicationId');
  const subject = readTextField(input, 'Subject');
  const wrong = refuseContent(input);
  if (wrong !== undefined) return wrong;
  // The structure is checked before the parameters of FIFO topics [obs: sns, `test_publish_batch_exceptions`].
  const byProtocol =
    readTextField(input, 'MessageStructure') === 'json' ? parseStructure(message) : undefined;
  if (typeof byProtocol === 'string') return refuseParameter(`Message Structure - ${byProtocol}`);
  if (isFifo && groupId === undefined)
    return refuseParameter('The MessageGroupId parameter is required for FIFO topics');
  if (isFifo && deduplicationId === undefined && !deduplicatesByContent)
    return refuseParameter(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  if (!isFifo && deduplicationId !== undefined)
    return refuseParameter(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  const attributes = readAttributes(mapOf(input, 'MessageAttributes'));
  return { message, groupId, byProtocol, deduplicationId, subject, attributes };
}

/** Checks for faults that make a single entry of a batch fail, but not the others. */
export function refuseContent(input: UnknownMembers): Refusal | undefined {
  if ((readTextField(input, 'Message') ?? '') === '') return refuseParameter('Empty message');
  const subject = readTextField(input, 'Subject');
  return subject === undefined || isSubject(subject) ? undefined : refuseParameter('Subject');
}

/** A subject has 1 to 100 characters, and neither line breaks nor control characters (API reference, Publish). */
function isSubject(text: string): boolean {
  return text.length > 0 && text.length <= MAX_SUBJECT_LENGTH && !/\p{Cc}/u.test(text);
}

/** Checks the entries of a batch for faults for which SNS refuses the whole batch. */
export function checkEntries(entries: readonly UnknownMembers[]): Refusal | undefined {
  if (entries.length === 0)
    return refuse('EmptyBatchRequest', 'The batch request does not contain any entries.');
  if (entries.length > MAX_BATCH)
    return refuse(
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible.',
    );
  const ids = entries.map((entry) => readTextField(entry, 'Id') ?? '');
  if (new Set(ids).size < ids.length)
    return refuse('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  const fault = ids.map(faultOfId).find((found) => found !== undefined);
  if (fault !== undefined)
    return refuse('InvalidBatchEntryId', `The Id of a batch entry in the batch request ${fault}`);
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  return bytes > MAX_SNS_BYTES
    ? refuse('BatchRequestTooLong', 'The length of all the messages put together is more than the limit.')
    : undefined;
}

function faultOfId(id: string): string | undefined {
  if (!/^[\w-]*$/.test(id)) return `contains an impermissible character: ${id}`;
  return id.length > MAX_ID_LENGTH ? `is too long: ${id}` : undefined;
}

/** The names, types and values of attributes count toward the size, as in the error `Message too long` of Publish. */
export function sizeOf(input: UnknownMembers): number {
  const attributes = Object.entries(readAttributes(mapOf(input, 'MessageAttributes')));
  const texts = attributes.flatMap(([name, { DataType, StringValue = '', BinaryValue = '' }]) => [
    name,
    DataType,
    StringValue,
    BinaryValue,
  ]);
  return [readTextField(input, 'Message') ?? '', ...texts].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    0,
  );
}

/**
 * Returns the messages by protocol, or an error message. If a protocol occurs twice, the last message is used [obs].
 */
function parseStructure(message: string): Readonly<Record<string, string>> | string {
  const parsed = parseJson(message);
  if (parsed === undefined) return 'JSON message body failed to parse';
  const structure = membersOf(parsed);
  if (typeof structure['default'] !== 'string') return 'No default entry in JSON message body';
  return Object.fromEntries(
    Object.entries(structure).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
