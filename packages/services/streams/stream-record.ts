/** Changes of a table's items as stream records (DynamoDB API reference, "Streams: StreamRecord"). */
import { createHash } from 'node:crypto';
import type { TableChange } from '../../kernel/item-feed.ts';

export type ViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

export type TableStream = {
  readonly tableName: string;
  readonly streamArn: string;
  readonly region: string;
  readonly viewType: ViewType;
};

export type StreamRecord = Omit<TableChange, 'table'> & {
  readonly id: string;
  readonly sequence: string;
  readonly at: number;
  /** Characters of its images. */
  readonly size: number;
};

export const SHARD = 'shardId-00000001744668818000-00000000';

export function printStreamRecord(
  { id, sequence, at, keys, before, after, isExpiry }: StreamRecord,
  { streamArn, region, viewType }: TableStream,
): object {
  const wantsNew = viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
  const wantsOld = viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
  const images = {
    Keys: keys,
    ...(wantsNew && after !== undefined ? { NewImage: after } : {}),
    ...(wantsOld && before !== undefined ? { OldImage: before } : {}),
  };
  return {
    eventID: id,
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      ...images,
      SequenceNumber: sequence,
      SizeBytes: Buffer.byteLength(JSON.stringify(images)),
      StreamViewType: viewType,
    },
    ...(isExpiry ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
    eventSourceARN: streamArn,
  };
}

/** Changes of one item are always in the same lane. */
export function laneOf({ keys }: StreamRecord, lanes: number): number {
  if (lanes === 1) return 0;
  return createHash('md5').update(JSON.stringify(keys)).digest().readUInt32BE(0) % lanes;
}
