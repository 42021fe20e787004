import { listOf, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { MAX_SQS_BYTES, type NewMessage, sizeOf } from '../../kernel/delivery/queue-model.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import { headerOf, type OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { ServiceRequest } from '../../core/ports.ts';
import type { EventPorts } from '../../kernel/event-ports.ts';
import { checkWantedAttributes, printKeptAttributes, printQueueSettings } from './queue-settings.ts';
import { type LocalQueue, OverfullError, type Queues } from './queues.ts';
import { readWithin } from './read-input.ts';
import { findQueue, ownerOf, type QueuePlace } from './queue-place.ts';
import { MoveTasks } from './move-tasks.ts';
import { ADMINISTRATION, administerQueues } from './administration.ts';
import { invalid, missing, noSuchQueue, SqsError } from './error.ts';
import { readTextField, inOrder, treeOf } from '../../kernel/calls/query-input.ts';
import { NO_DEDUPLICATION, printReceived, printSent, readNewMessage, receiptOf } from './messages.ts';
import type { Sender } from './messages.ts';
import { printForQuery } from './xml.ts';
import type { Tree } from '../../kernel/calls/query-input.ts';

type Operation = Exclude<AwsOperation, { protocol: 'rest' }>;

type SqsOptions = Pick<EventPorts, 'clock' | 'agenda' | 'random'> & {
  readonly queues: Queues;
  readonly accountId: string;
};

const MAX_BATCH = 10;
const MAX_WAIT_SECONDS = 20;
/** The maximum number of receive calls that wait at the same time. Further calls return at once. */
const MAX_WAITING = 2_000;

export class Sqs {
  readonly #options: SqsOptions;
  readonly #moveTasks: MoveTasks;
  #waiting = 0;

  constructor(options: SqsOptions) {
    this.#options = options;
    this.#moveTasks = new MoveTasks(options);
  }

  /**
   * Handles a call to a queue of this account. Returns undefined for an unknown operation or a queue of another
   * account, so that the caller records the call instead.
   */
  async answer(operation: Operation, request: ServiceRequest): Promise<OperationResult | undefined> {
    const input = readSqsInput(operation, request.path);
    const { accountId } = this.#options;
    const place = {
      region: request.region,
      accountId,
      sender: { senderId: accountId, trace: headerOf(request, 'x-amzn-trace-id') },
    };
    try {
      const fields = await this.#run(operation.action, input, place);
      if (fields === undefined) return undefined;
      const isVoid = VOID.has(operation.action);
      return operation.protocol === 'json'
        ? { kind: 'result', fields, isVoid }
        : { ...printForQuery(operation.action, fields), isVoid };
    } catch (error) {
      if (error instanceof OverfullError)
        return new SqsError('OverLimit', error.message).toResult(operation.protocol);
      if (error instanceof SqsError) return error.toResult(operation.protocol);
      throw error;
    }
  }

  async #run(action: string, input: UnknownMembers, place: CallPlace): Promise<UnknownMembers | undefined> {
    const { queues } = this.#options;
    const find = (): LocalQueue | undefined => findQueue(input, place, queues);
    const administered =
      this.#moveTasks.answer(action, input) ?? administerQueues(action, input, place, queues, find);
    if (administered !== undefined) return administered;
    const isQueueCall = ADMINISTRATION.includes(action) || Object.hasOwn(QUEUE_CALLS, action);
    if (!isQueueCall) return undefined;
    const run = Object.hasOwn(QUEUE_CALLS, action) ? QUEUE_CALLS[action] : undefined;
    const queue = run === undefined ? undefined : find();
    if (queue === undefined || run === undefined) {
      // Only calls to queues of other accounts are recorded, because the gateway does not know these queues.
      if (ownerOf(input, place) === place.accountId) throw noSuchQueue();
      return undefined;
    }
    if (run === 'receive') return this.#receive(queue, input);
    return run(queue, input, place);
  }

  async #receive(queue: LocalQueue, input: UnknownMembers): Promise<UnknownMembers> {
    const most = readWithin(input, 'MaxNumberOfMessages', 1, 10) ?? 1;
    const visibility = readWithin(input, 'VisibilityTimeout', 0, MAX_VISIBILITY_SECONDS);
    const waitSeconds = readWithin(input, 'WaitTimeSeconds', 0, MAX_WAIT_SECONDS);
    const waitMs = waitSeconds === undefined ? queue.definition.settings.receiveWaitMs : waitSeconds * 1000;
    const wanted = { most, visibilityMs: visibility === undefined ? undefined : visibility * 1000 };
    const first = queue.receive(wanted);
    const messages =
      first.length > 0 || waitMs === 0 || this.#waiting >= MAX_WAITING
        ? first
        : await this.#wait(queue, wanted, waitMs);
    if (messages.length === 0) return {};
    return { Messages: messages.map((message) => printReceived(message, input, queue.definition)) };
  }

  /** Waits for messages (long polling). The first message ends the wait. */
  async #wait(
    queue: LocalQueue,
    wanted: Parameters<LocalQueue['receive']>[0],
    waitMs: number,
  ): Promise<ReturnType<LocalQueue['receive']>> {
    const { agenda, clock } = this.#options;
    this.#waiting += 1;
    try {
      return await new Promise((resolve) => {
        const stop = queue.listen(() => {
          const messages = queue.receive(wanted);
          if (messages.length === 0) return;
          end();
          resolve(messages);
        });
        const nothing = (): void => {
          end();
          resolve([]);
        };
        const wake = agenda.at(clock.nowEpochMs() + waitMs, nothing, nothing);
        const end = (): void => {
          stop();
          wake.cancel();
        };
      });
    } finally {
      this.#waiting -= 1;
    }
  }
}

const VOID = new Set([
  'DeleteMessage',
  'ChangeMessageVisibility',
  'PurgeQueue',
  'SetQueueAttributes',
  'DeleteQueue',
  'TagQueue',
  'UntagQueue',
]);

type CallPlace = QueuePlace & { readonly sender: Sender };

type Run = (queue: LocalQueue, input: UnknownMembers, place: CallPlace) => UnknownMembers;

export const QUEUE_CALLS: Readonly<Record<string, Run | 'receive'>> = {
  ReceiveMessage: 'receive',
  SendMessage(queue, input, { sender }) {
    try {
      const message = readNewMessage(input, queue.definition, sender);
      return printSent(queue.send(message), queue.definition, input);
    } catch (error) {
      if (error instanceof SqsError) queue.noteRefusal('SendMessage', error);
      throw error;
    }
  },
  SendMessageBatch(queue, input, { sender }) {
    const entries = readEntries(input, 'SendMessage');
    const bytes = entries.reduce((sum, entry) => sum + sizeOfEntry(entry), 0);
    if (bytes > MAX_SQS_BYTES)
      throw new SqsError(
        'BatchRequestTooLong',
        `Batch requests cannot be longer than ${MAX_SQS_BYTES} bytes. You have sent ${bytes} bytes.`,
      );
    checkFifoEntries(entries, queue);
    return inBatch(entries, (entry) => {
      try {
        const message = readNewMessage(entry, queue.definition, sender, 'cannot be validated');
        return printSent(queue.send(message), queue.definition, entry);
      } catch (error) {
        if (error instanceof SqsError) queue.noteRefusal('SendMessageBatch', error, 'Failed');
        throw error;
      }
    });
  },
  DeleteMessage(queue, input) {
    deleteOne(queue, input);
    return {};
  },
  DeleteMessageBatch: (queue, input) =>
    inBatch(readEntries(input, 'DeleteMessage'), (entry) => {
      deleteOne(queue, entry);
      return {};
    }),
  ChangeMessageVisibility(queue, input) {
    changeOne(queue, input);
    return {};
  },
  ChangeMessageVisibilityBatch: (queue, input) =>
    inBatch(readEntries(input, 'ChangeMessageVisibility'), (entry) => {
      changeOne(queue, entry);
      return {};
    }),
  PurgeQueue(queue) {
    if (!queue.purgeByCall())
      throw new SqsError(
        'PurgeQueueInProgress',
        `Only one PurgeQueue operation on ${queue.definition.name} is allowed every 60 seconds.`,
      );
    return {};
  },
  GetQueueAttributes: (queue, input) => getAttributes(queue, input),
};

function sizeOfEntry(entry: UnknownMembers): number {
  const attributes = Object.entries(mapOf(entry, 'MessageAttributes')).map(([name, value]) => {
    const { DataType, StringValue, BinaryValue }: UnknownMembers = membersOf(value);
    return [
      name,
      {
        DataType: String(DataType),
        ...(typeof StringValue === 'string' ? { StringValue } : { BinaryValue: String(BinaryValue) }),
      },
    ];
  });
  const body = readTextField(entry, 'MessageBody') ?? '';
  return sizeOf({ body, attributes: Object.fromEntries(attributes) as NewMessage['attributes'] });
}

/**
 * A FIFO queue refuses the whole batch if an entry has no group, or if it has no deduplication id and the queue does
 * not deduplicate by content [obs].
 */
function checkFifoEntries(entries: readonly UnknownMembers[], { definition }: LocalQueue): void {
  const { isFifo, deduplicatesByContent } = definition.settings;
  if (!isFifo) return;
  for (const entry of entries) {
    if (readTextField(entry, 'MessageGroupId') === undefined)
      throw invalid('The request must contain the parameter MessageGroupId.');
    if (!deduplicatesByContent && readTextField(entry, 'MessageDeduplicationId') === undefined)
      throw invalid(NO_DEDUPLICATION);
  }
}

function deleteOne(queue: LocalQueue, input: UnknownMembers): void {
  const receipt = receiptOf(input);
  const isGone = !queue.delete(receipt);
  // A standard queue accepts any handle that it has ever issued.
  if (isGone && queue.definition.settings.isFifo && queue.hasMessage(receipt))
    throw invalid(
      `Value ${readTextField(input, 'ReceiptHandle') ?? ''} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
    );
}

/** "The maximum is 12 hours" (SQS API reference, ChangeMessageVisibility). */
const MAX_VISIBILITY_SECONDS = 43_200;

function changeOne(queue: LocalQueue, input: UnknownMembers): void {
  const seconds = readWithin(input, 'VisibilityTimeout', 0, MAX_VISIBILITY_SECONDS);
  if (seconds === undefined) throw missing('VisibilityTimeout');
  const receipt = receiptOf(input);
  // The 12 hours begin when the message is received (aws/aws-sdk-net#794). Wording: localstack/localstack#3956.
  if ((queue.sinceReceived(receipt) ?? 0) + seconds * 1000 > MAX_VISIBILITY_SECONDS * 1000)
    throw invalid(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${MAX_VISIBILITY_SECONDS} seconds]`,
    );
  if (queue.changeVisibility(receipt, seconds * 1000)) return;
  const says = `Value ${readTextField(input, 'ReceiptHandle') ?? ''} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`;
  // The error code for a message that no longer exists is recorded (mapbox/ecs-watchbot#135).
  throw queue.hasMessage(receipt) ? new SqsError('MessageNotInflight', says) : invalid(says);
}

/**
 * Reads the entries of a batch.
 * @throws SqsError if there are no entries or too many, or if an id is invalid or repeated
 */
function readEntries(input: UnknownMembers, action: string): readonly UnknownMembers[] {
  const entries = listOf(input, 'Entries').map(membersOf);
  if (entries.length === 0)
    throw new SqsError(
      'EmptyBatchRequest',
      `There should be at least one ${action}BatchRequestEntry in the request.`,
    );
  if (entries.length > MAX_BATCH)
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MAX_BATCH}. You have sent ${entries.length}.`,
    );
  const ids = entries.map((entry) => readTextField(entry, 'Id') ?? '');
  if (!ids.every((id) => /^[A-Za-z0-9_-]{1,80}$/.test(id)))
    throw new SqsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  const repeated = ids.find((id, index) => ids.indexOf(id) < index);
  if (repeated !== undefined) throw new SqsError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
  return entries;
}

/** Runs each entry separately, so that an invalid entry fails alone. */
function inBatch(
  entries: readonly UnknownMembers[],
  run: (entry: UnknownMembers) => UnknownMembers,
): UnknownMembers {
  const done: UnknownMembers[] = [];
  const failed: UnknownMembers[] = [];
  for (const entry of entries) {
    const Id = readTextField(entry, 'Id');
    try {
      done.push({ Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      failed.push({ Id, SenderFault: true, Code: error.queryCode, Message: error.message });
    }
  }
  return { ...(done.length > 0 && { Successful: done }), ...(failed.length > 0 && { Failed: failed }) };
}

function getAttributes(queue: LocalQueue, input: UnknownMembers): UnknownMembers {
  const names = listOf(input, 'AttributeNames');
  checkWantedAttributes(names);
  const { settings, kept, arn } = queue.definition;
  const inSeconds = (epochMs: number): string => String(Math.floor(epochMs / 1000));
  const { visible, inFlight, delayed } = queue.count();
  const all: Readonly<Record<string, string>> = {
    ...printQueueSettings(settings),
    ...printKeptAttributes(kept, settings),
    QueueArn: arn,
    CreatedTimestamp: inSeconds(queue.createdAt),
    LastModifiedTimestamp: inSeconds(queue.modifiedAt),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
  const wanted = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
  return wanted.length === 0 ? {} : { Attributes: Object.fromEntries(wanted) };
}

// Converts the input of SQS from either protocol to one form. JSON stays unchanged. The numbered lists and maps of the
// query protocol (`Attribute.1.Name=…`) are converted to this form.

/** Names of lists in the query protocol, with their JSON names (SQS API model: `flattened`, `locationName`). */
const LISTS: Readonly<Record<string, string>> = {
  AttributeName: 'AttributeNames',
  MessageAttributeName: 'MessageAttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
  TagKey: 'TagKeys',
  SendMessageBatchRequestEntry: 'Entries',
  DeleteMessageBatchRequestEntry: 'Entries',
  ChangeMessageVisibilityBatchRequestEntry: 'Entries',
};
const MAPS: Readonly<Record<string, readonly [target: string, name: string, value: string]>> = {
  Attribute: ['Attributes', 'Name', 'Value'],
  MessageAttribute: ['MessageAttributes', 'Name', 'Value'],
  MessageSystemAttribute: ['MessageSystemAttributes', 'Name', 'Value'],
  Tag: ['Tags', 'Key', 'Value'],
};

/** Reads the input of a call. A number may be passed as a number or as a string. */
function readSqsInput(operation: Exclude<AwsOperation, { protocol: 'rest' }>, path: string): UnknownMembers {
  const input: UnknownMembers =
    operation.protocol === 'json' ? (operation.input ?? {}) : unfold(treeOf(operation.parameters));
  const isPath = /^\/\d{12}\/[^/]+$/.test(path);
  return input['QueueUrl'] === undefined && isPath ? { ...input, QueueUrl: path } : input;
}

function unfold(tree: Tree): Record<string, unknown> {
  const fields: [string, unknown][] = [];
  for (const [name, value] of Object.entries(tree)) {
    const list = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
    const map = Object.hasOwn(MAPS, name) ? MAPS[name] : undefined;
    if (typeof value === 'string') fields.push([list ?? name, list === undefined ? value : [value]]);
    else if (list !== undefined)
      fields.push([list, inOrder(value).map((item) => (typeof item === 'string' ? item : unfold(item)))]);
    else if (map !== undefined) fields.push([map[0], readMap(value, map[1], map[2])]);
    else fields.push([name, unfold(value)]);
  }
  return Object.fromEntries(fields);
}

function readMap(value: Tree, nameKey: string, valueKey: string): Record<string, unknown> {
  // A single attribute may be passed as Attribute.Name and Attribute.Value without a number.
  const items = typeof value[nameKey] === 'string' ? [value] : inOrder(value);
  const entries = items.flatMap((item): [string, unknown][] => {
    if (typeof item === 'string') return [];
    const name = item[nameKey];
    const inner = item[valueKey];
    return typeof name === 'string' ? [[name, inner]] : [];
  });
  return Object.fromEntries(entries);
}
