/**
 * Handles the SQS operations that create, delete and configure queues. The queues of the stacks keep their settings
 * until a call changes them.
 */
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import { regionalAddress } from '@gatewright/aws/service-address';
import {
  checkAttributes,
  keepAttributes,
  printKeptAttributes,
  printQueueSettings,
  readFlag,
  readQueueSettings,
} from './queue-settings.ts';
import type { FindTarget } from './queue-settings.ts';
import type { LocalQueue, QueueDefinition, Queues } from './queues.ts';
import type { QueuePlace } from './queue-place.ts';
import { noSuchQueue, invalid, missing, SqsError } from './error.ts';
import { readRequired } from './read-input.ts';
import { printPageToken, readPageToken } from '../../kernel/calls/page-token.ts';
import { numberOf, readTextField } from '../../kernel/calls/query-input.ts';
import { listOf, mapOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

/** The operations of this module. */
export const ADMINISTRATION: readonly string[] = [
  'CreateQueue',
  'DeleteQueue',
  'GetQueueUrl',
  'ListQueues',
  'ListQueueTags',
  'SetQueueAttributes',
  'TagQueue',
  'UntagQueue',
];

/** The maximum number of queues in a response. */
const MOST_LISTED = 1_000;
/** The maximum number of queues created by calls. */
const MAX_MADE = 1_000;

/**
 * Handles an operation on a queue. Returns undefined for other operations and for an unknown queue.
 * @throws SqsError if the input is invalid
 */
export function administerQueues(
  action: string,
  input: UnknownMembers,
  place: QueuePlace,
  queues: Queues,
  find: () => LocalQueue | undefined,
): UnknownMembers | undefined {
  if (!ADMINISTRATION.includes(action)) return undefined;
  switch (action) {
    case 'CreateQueue':
      return createQueue(input, place, queues);
    case 'GetQueueUrl':
      return getQueueUrl(input, place, queues);
    case 'ListQueues':
      return listQueues(input, place, queues);
    case 'SetQueueAttributes': {
      const queue = find();
      if (queue === undefined) return undefined;
      configure(queue, mapOf(input, 'Attributes'), finderOf(place, queues));
      return {};
    }
    case 'DeleteQueue': {
      const queue = find();
      if (queue === undefined) return undefined;
      queues.delete(queue.definition.arn);
      return {};
    }
    default:
      return changeTags(action, input, find);
  }
}

/** Lists the addresses of queues. A call that sets a maximum number of results gets a token for the rest [obs]. */
function listQueues(input: UnknownMembers, place: QueuePlace, queues: Queues): UnknownMembers {
  const prefix = readTextField(input, 'QueueNamePrefix') ?? '';
  const list = ['ListQueues', place.region, prefix];
  const from = readPageToken(list, readTextField(input, 'NextToken') ?? '') ?? 0;
  const most = numberOf(input, 'MaxResults');
  // This sentence comes from other emulators. No recording of AWS has been found (docs/aws §22.5).
  if (most !== undefined && !(most >= 1 && most <= MOST_LISTED))
    throw invalid(
      `Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and ${MOST_LISTED}.`,
    );
  const urls = queues.all
    .filter(({ definition: { name, arn } }) => name.startsWith(prefix) && arn.split(':')[3] === place.region)
    .map(({ definition: { url } }) => url);
  const page = urls.slice(from, from + (most ?? MOST_LISTED));
  const end = from + page.length;
  return {
    ...(page.length > 0 && { QueueUrls: page }),
    ...(most !== undefined && end < urls.length && { NextToken: printPageToken(list, end) }),
  };
}

function finderOf({ region, accountId }: QueuePlace, queues: Queues): FindTarget {
  return (arn) => {
    const own = parseArn(arn);
    const isOwn = own?.region === region && own.accountId === accountId;
    return queues.find(arn)?.definition.settings ?? (isOwn ? 'missing' : undefined);
  };
}

function configure(queue: LocalQueue, attributes: UnknownMembers, findTarget: FindTarget): void {
  const { definition } = queue;
  // SQS names the parameter as in the query protocol, whichever protocol the call uses.
  if (Object.keys(attributes).length === 0) throw missing('Attribute.Name');
  checkAttributes(attributes, definition.settings.isFifo, findTarget);
  if ('FifoQueue' in attributes && readFlag(attributes['FifoQueue']) !== true)
    throw new SqsError(
      'InvalidAttributeValue',
      'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    );
  queue.define({
    ...definition,
    settings: readSettings(attributes, definition),
    kept: keepAttributes(attributes, definition.kept),
  });
}

function changeTags(
  action: string,
  input: UnknownMembers,
  find: () => LocalQueue | undefined,
): UnknownMembers | undefined {
  const queue = find();
  if (queue === undefined) return undefined;
  const tags = queue.definition.tags ?? {};
  if (action === 'ListQueueTags') return Object.keys(tags).length === 0 ? {} : { Tags: tags };
  const added = readTags(input);
  const gone = listOf(input, 'TagKeys');
  if (action === 'TagQueue' && Object.keys(added).length === 0) throw missing('Tags');
  if (action === 'UntagQueue' && gone.length === 0)
    throw invalid('Tag keys must be between 1 and 128 characters in length.');
  const kept = Object.entries(tags).filter(([name]) => action === 'TagQueue' || !gone.includes(name));
  queue.define({ ...queue.definition, tags: { ...Object.fromEntries(kept), ...added } });
  return {};
}

/** CreateQueue spells the member `tags` [model]. */
function readTags(input: UnknownMembers): Readonly<Record<string, string>> {
  const given = Object.entries({ ...mapOf(input, 'tags'), ...mapOf(input, 'Tags') });
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

function createQueue(input: UnknownMembers, place: QueuePlace, queues: Queues): UnknownMembers {
  const name = readRequired(input, 'QueueName');
  if (!/^(?:[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo)$/.test(name))
    throw invalid('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
  const attributes = mapOf(input, 'Attributes');
  const isFifo = readFlag(attributes['FifoQueue']) === true;
  if (isFifo !== name.endsWith('.fifo'))
    throw invalid(
      isFifo
        ? 'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.'
        : 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  checkAttributes(attributes, isFifo, finderOf(place, queues));
  const definition: QueueDefinition = {
    ...nameOf(name, place),
    settings: readSettings(attributes),
    kept: keepAttributes(attributes),
    tags: readTags(input),
  };
  const known = queues.find(definition.arn);
  if (known !== undefined) {
    const [one, other] = [known.definition, definition].map(({ settings, kept }) => ({
      ...printQueueSettings(settings),
      ...printKeptAttributes(kept, settings),
    }));
    const different = Object.keys(attributes).find((attribute) => one?.[attribute] !== other?.[attribute]);
    if (different !== undefined)
      throw new SqsError(
        'QueueNameExists',
        `A queue already exists with the same name and a different value for attribute ${different}`,
      );
    return { QueueUrl: known.definition.url };
  }
  if (queues.wasDeletedRecently(definition.arn))
    throw new SqsError(
      'QueueDeletedRecently',
      'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    );
  if (queues.all.length >= MAX_MADE)
    throw new SqsError('OverLimit', `at most ${MAX_MADE} queues can be created in this gateway`);
  queues.create(definition);
  return { QueueUrl: definition.url };
}

function nameOf(
  name: string,
  { region, accountId }: QueuePlace,
): Pick<QueueDefinition, 'arn' | 'name' | 'url'> {
  return {
    name,
    arn: `arn:${partitionOf(region)}:sqs:${region}:${accountId}:${name}`,
    url: `${regionalAddress('sqs', region)}/${accountId}/${name}`,
  };
}

function readSettings(attributes: UnknownMembers, before?: QueueDefinition): QueueDefinition['settings'] {
  const refuse = (path: string): never => {
    const [attribute = path] = path.split('.');
    throw new SqsError('InvalidAttributeValue', `Invalid value for the parameter ${attribute}.`);
  };
  return readQueueSettings(attributes, refuse, before?.settings);
}

/**
 * Returns the address of a queue. For an unknown queue it returns the error `QueueDoesNotExist`, because an invented
 * address could not receive messages.
 */
function getQueueUrl(
  input: UnknownMembers,
  { region, accountId }: QueuePlace,
  queues: Queues,
): UnknownMembers {
  const name = readRequired(input, 'QueueName');
  const owner = readTextField(input, 'QueueOwnerAWSAccountId') ?? accountId;
  const found = queues.find(`arn:${partitionOf(region)}:sqs:${region}:${owner}:${name}`);
  if (found === undefined) throw noSuchQueue();
  return { QueueUrl: found.definition.url };
}
