/**
 * Implements the API of DynamoDB Streams (API reference, "Amazon DynamoDB Streams"). The data comes from the engine's
 * record of changes.
 */
import type { MemberTable } from '@gatewright/aws/call-input';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { DYNAMODB, DynamoDbError, dynamoDbInput, validationError, type Output } from './actions.ts';
import { parseSequence, printSequence } from './stream-log.ts';
import type { LoggedStream, StreamLog } from './stream-log.ts';
import { printRecord, SHARD, streamOfIterator } from './stream-record.ts';

/**
 * The time after which an iterator expires, in milliseconds: "A shard iterator expires 15 minutes after it is returned
 * to the requester."
 */
const ITERATOR_LIFETIME_MS = 900_000;
/**
 * The maximum number of records in a response: "GetRecords can retrieve a maximum of 1 MB of data or 1000 stream
 * records, whichever comes first."
 */
const MAX_RECORDS = 1_000;
const MAX_CHARACTERS = 1024 * 1024;
const MAX_LISTED = 100;

const ITERATOR_TYPES = ['AFTER_SEQUENCE_NUMBER', 'LATEST', 'AT_SEQUENCE_NUMBER', 'TRIM_HORIZON'] as const;

const LIMIT = { type: 'number', least: 1, most: MAX_LISTED } as const;
const STREAM_ARN = { type: 'text', isRequired: true, least: 37, most: 1024 } as const;
const SHARD_ID = { type: 'text', least: 28, most: 65 } as const;

/** The rules for each operation's parameters. Source: API reference, "Request Parameters" of each operation. */
export const STREAM_CALLS: Readonly<Record<string, MemberTable>> = {
  ListStreams: {
    TableName: { type: 'text', least: 3, most: 255 },
    Limit: LIMIT,
    ExclusiveStartStreamArn: { type: 'text', least: 37, most: 1024 },
  },
  DescribeStream: { StreamArn: STREAM_ARN, Limit: LIMIT, ExclusiveStartShardId: SHARD_ID },
  GetShardIterator: {
    StreamArn: STREAM_ARN,
    ShardId: { ...SHARD_ID, isRequired: true },
    ShardIteratorType: { type: 'text', isRequired: true, values: ITERATOR_TYPES },
    SequenceNumber: { type: 'text', least: 21, most: 40 },
  },
  GetRecords: {
    ShardIterator: { type: 'text', isRequired: true, least: 1, most: 2048 },
    Limit: { ...LIMIT, most: MAX_RECORDS },
  },
};

/**
 * Runs an operation of DynamoDB Streams.
 * @throws DynamoDbError for an error that DynamoDB Streams would return
 */
export function answerStreams(operation: string, input: UnknownMembers, log: StreamLog): Output {
  // Attack: a parameter of the wrong type, such as a list, could otherwise be treated as a string later.
  dynamoDbInput(input).checkAll(STREAM_CALLS[operation] ?? {});
  switch (operation) {
    case 'ListStreams':
      return listStreams(input, log);
    case 'DescribeStream':
      return describeStream(input, log);
    case 'GetShardIterator':
      return getShardIterator(input, log);
    case 'GetRecords':
      return getRecords(input, log);
    default:
      throw new DynamoDbError(
        400,
        'com.amazon.coral.service#UnknownOperationException',
        `${operation} is not an operation of DynamoDB Streams`,
      );
  }
}

function listStreams(input: UnknownMembers, log: StreamLog): Output {
  const { TableName: table, Limit: limit = MAX_LISTED, ExclusiveStartStreamArn: after } = input;
  // Streams are ordered by ARN, so the next page can continue after the last stream of the previous page, even if that
  // stream no longer exists.
  const rest = log.all
    .filter(({ tableName }) => table === undefined || tableName === table)
    .filter(({ streamArn }) => typeof after !== 'string' || streamArn > after)
    .toSorted((a, b) => (a.streamArn < b.streamArn ? -1 : 1));
  const page = rest.slice(0, Number(limit));
  const last = rest.length > page.length ? page.at(-1) : undefined;
  return {
    Streams: page.map(({ streamArn, tableName, label }) => ({
      StreamArn: streamArn,
      TableName: tableName,
      StreamLabel: label,
    })),
    ...(last === undefined ? {} : { LastEvaluatedStreamArn: last.streamArn }),
  };
}

function describeStream(input: UnknownMembers, log: StreamLog): Output {
  const stream = findStream(String(input['StreamArn']), log);
  const { streamArn, label, viewType, createdAt, tableName, keySchema, closedAt, start, end } = stream;
  // If the call has a start shard or a filter, no shard is listed. A stream has only one shard, which is the last shard
  // and has no children.
  const isListed = input['ExclusiveStartShardId'] === undefined && input['ShardFilter'] === undefined;
  const range = {
    StartingSequenceNumber: printSequence(start),
    ...(closedAt === undefined ? {} : { EndingSequenceNumber: printSequence(Math.max(start, end - 1)) }),
  };
  return {
    StreamDescription: {
      StreamArn: streamArn,
      StreamLabel: label,
      StreamStatus: closedAt === undefined ? 'ENABLED' : 'DISABLED',
      StreamViewType: viewType,
      CreationRequestDateTime: createdAt / 1000,
      TableName: tableName,
      KeySchema: keySchema,
      Shards: isListed ? [{ ShardId: SHARD, SequenceNumberRange: range }] : [],
    },
  };
}

function getShardIterator(input: UnknownMembers, log: StreamLog): Output {
  const { StreamArn: arn, ShardId: shard, ShardIteratorType: type, SequenceNumber: sequence } = input;
  const stream = findStream(String(arn), log);
  if (shard !== SHARD) throw notFound('Requested resource not found: Shard does not exist');
  const from = placeOf(String(type), sequence, stream);
  return { ShardIterator: printIterator(stream.streamArn, log.nowEpochMs, from) };
}

function placeOf(type: string, sequence: unknown, stream: LoggedStream): number {
  const isNumbered = type.endsWith('_SEQUENCE_NUMBER');
  if (isNumbered !== (sequence !== undefined))
    throw validationError(
      isNumbered
        ? `SequenceNumber is required for the ShardIteratorType ${type}`
        : `SequenceNumber must not be given with the ShardIteratorType ${type}`,
    );
  if (type === 'TRIM_HORIZON') return stream.trimmed + 1;
  if (type === 'LATEST') return stream.end;
  const number = parseSequence(String(sequence));
  if (number === undefined || number >= stream.end) throw validationError('Invalid SequenceNumber');
  if (number <= stream.trimmed) throw trimmedAccess();
  return type === 'AT_SEQUENCE_NUMBER' ? number : number + 1;
}

function getRecords(
  { ShardIterator: iterator, Limit: limit = MAX_RECORDS }: UnknownMembers,
  log: StreamLog,
): Output {
  const { streamArn, createdAt, from } = readIterator(String(iterator));
  const stream = findStream(streamArn, log);
  if (log.nowEpochMs - createdAt > ITERATOR_LIFETIME_MS)
    throw new DynamoDbError(
      400,
      `${DYNAMODB}ExpiredIteratorException`,
      'The shard iterator has expired and can no longer be used to retrieve stream records.',
    );
  if (from <= stream.trimmed) throw trimmedAccess();
  const records: UnknownMembers[] = [];
  let [next, characters] = [Math.max(from, stream.end), 0];
  for (const { number, change } of log.read(stream, from)) {
    characters += change.size;
    if (records.length >= Number(limit) || (records.length > 0 && characters > MAX_CHARACTERS)) {
      next = number;
      break;
    }
    records.push(printRecord(change, stream));
  }
  // A closed shard that was read to its end has no next iterator.
  const isOver = stream.closedAt !== undefined && next >= stream.end;
  return {
    Records: records,
    ...(isOver ? {} : { NextShardIterator: printIterator(streamArn, log.nowEpochMs, next) }),
  };
}

/** Formats an iterator as `{ARN of the stream}|1|…`, as AWS does. The part after `|1|` is opaque for callers. */
function printIterator(streamArn: string, createdAt: number, from: number): string {
  return `${streamArn}|1|${Buffer.from(`${createdAt} ${from}`).toString('base64')}`;
}

function readIterator(text: string): { streamArn: string; createdAt: number; from: number } {
  const streamArn = streamOfIterator(text) ?? '';
  const [, createdAt = '', from = ''] =
    /^(\d{1,15}) (\d{1,16})$/.exec(
      Buffer.from(text.slice(streamArn.length + 3), 'base64').toString('latin1'),
    ) ?? [];
  if (from === '' || printIterator(streamArn, Number(createdAt), Number(from)) !== text)
    throw validationError('Invalid ShardIterator');
  return { streamArn, createdAt: Number(createdAt), from: Number(from) };
}

function findStream(streamArn: string, log: StreamLog): LoggedStream {
  if (!/^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/[^/]+\/stream\/[^/]+$/.test(streamArn))
    throw validationError('Invalid StreamArn');
  const stream = log.find(streamArn);
  if (stream === undefined) throw notFound(`Requested resource not found: Stream: ${streamArn} not found`);
  return stream;
}

function notFound(message: string): DynamoDbError {
  return new DynamoDbError(400, `${DYNAMODB}ResourceNotFoundException`, message);
}

function trimmedAccess(): DynamoDbError {
  return new DynamoDbError(
    400,
    `${DYNAMODB}TrimmedDataAccessException`,
    'The operation attempted to read past the oldest stream record in a shard.',
  );
}
