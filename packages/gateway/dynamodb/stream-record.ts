/** Formats changes to a table's items as stream records (DynamoDB API reference, "Streams: StreamRecord"). */
import type { UnknownMembers } from '@gatewright/aws/json-object';

export const VIEW_TYPES = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] as const;
export type ViewType = (typeof VIEW_TYPES)[number];

export type TableStream = {
  readonly tableName: string;
  /** The stream's ARN in the form `arn:…:table/{table}/stream/{label}`. */
  readonly streamArn: string;
  readonly region: string;
  readonly viewType: ViewType;
};

export type ItemChange = {
  readonly table: string;
  readonly keys: UnknownMembers;
  readonly before: UnknownMembers | undefined;
  readonly after: UnknownMembers | undefined;
  /** Whether the item was removed because its time to live had passed. */
  readonly isExpiry: boolean;
};

/** A change, with the parts of its stream record that do not depend on who reads it. */
export type TableChange = ItemChange & {
  readonly id: string;
  /** The sequence number, with 23 digits. A later change has a higher number. */
  readonly sequence: string;
  /** The time of the change, in epoch milliseconds. */
  readonly at: number;
  /** The number of characters of the change in JSON, before it was numbered. */
  readonly size: number;
  /** The sizes of the key, the old item and the new item in bytes, as DynamoDB counts them. */
  readonly bytes: { readonly keys: number; readonly before: number; readonly after: number };
  /**
   * The stream's ARN; undefined if the table has no stream. The changes of such a table are reported only because
   * `follow` names the table.
   */
  readonly streamArn: string | undefined;
};

/** The shard id. The embedded DynamoDB gives a stream only one shard. */
export const SHARD = 'shardId-00000001744668818000-00000000';

/**
 * The stream label for all tables of stacks. It is constant, so that the stream ARNs are known before the tables exist.
 */
export const STACK_STREAM_LABEL = '2026-01-01T00:00:00.000';

export function isViewType(value: unknown): value is ViewType {
  return VIEW_TYPES.some((one) => one === value);
}

/** Returns the ARN of an iterator's stream, for permissions; undefined for a string that is not an iterator. */
export function streamOfIterator(iterator: string): string | undefined {
  const end = iterator.indexOf('|');
  return end === -1 ? undefined : iterator.slice(0, end);
}

/** Formats a record as `GetRecords` returns it. */
export function printRecord(change: TableChange, stream: TableStream): UnknownMembers {
  const user = { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' };
  return { ...printBody(change, stream), ...(change.isExpiry ? { userIdentity: user } : {}) };
}

/** Formats a record as a function receives it. */
export function printEventRecord(change: TableChange, stream: TableStream): UnknownMembers {
  const user = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
  return {
    ...printBody(change, stream),
    ...(change.isExpiry ? { userIdentity: user } : {}),
    eventSourceARN: stream.streamArn,
  };
}

function printBody(
  { id, sequence, at, keys, before, after, bytes }: TableChange,
  { region, viewType }: TableStream,
): UnknownMembers {
  const wantsNew = viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
  const wantsOld = viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
  return {
    eventID: id,
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      Keys: keys,
      ...(wantsNew && after !== undefined ? { NewImage: after } : {}),
      ...(wantsOld && before !== undefined ? { OldImage: before } : {}),
      SequenceNumber: sequence,
      SizeBytes: bytes.keys + (wantsNew ? bytes.after : 0) + (wantsOld ? bytes.before : 0),
      StreamViewType: viewType,
    },
  };
}
