import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { invalidArgument } from './error.ts';

type ShardIterator = {
  readonly createdAt: number;
  readonly streamArn: string;
  readonly shard: number;
  readonly from: number;
};

/** "A shard iterator expires 5 minutes after it is returned to the requester." */
const LIFETIME_MS = 300_000;

/** Formats an iterator. It is opaque, like AWS's, and checked when a call passes it. */
export function printIterator({ createdAt, streamArn, shard, from }: ShardIterator): string {
  return Buffer.from(`${createdAt} ${shard} ${from} ${streamArn}`).toString('base64');
}

/**
 * Returns the ARN of the iterator's stream, even if the iterator has expired; undefined for an iterator that the
 * gateway did not create.
 */
export function streamOfIterator(text: string): string | undefined {
  return parseIterator(text)?.streamArn;
}

/**
 * Reads a shard iterator.
 * @throws OperationRefused InvalidArgumentException if the iterator is invalid, ExpiredIteratorException if it has
 * expired
 */
export function readIterator(text: string, nowEpochMs: number): ShardIterator {
  const read = parseIterator(text);
  if (read === undefined) throw invalidArgument('Invalid ShardIterator.');
  if (nowEpochMs - read.createdAt > LIFETIME_MS)
    throw new OperationRefused(
      'ExpiredIteratorException',
      `Iterator expired. The iterator was created at time ${printTime(read.createdAt)} while right now it is ` +
        `${printTime(nowEpochMs)} which is further in the future than the tolerated delay of ${LIFETIME_MS} milliseconds.`,
    );
  return read;
}

/** Reads an iterator, which may be in quotes [obs: kinesis]. */
function parseIterator(given: string): ShardIterator | undefined {
  const text = given.replace(/^"(.*)"$/, '$1');
  const [, createdAt = '', shard = '', from = '', streamArn = ''] =
    /^(\d{1,15}) (\d{1,5}) (\d{1,16}) (arn:[a-z-]+:kinesis:[^ ]+)$/.exec(
      Buffer.from(text, 'base64').toString('utf8'),
    ) ?? [];
  const read = { createdAt: Number(createdAt), shard: Number(shard), from: Number(from), streamArn };
  return streamArn === '' || printIterator(read) !== text ? undefined : read;
}

/** Formats a time as Java does, for example `Thu Jan 22 01:22:02 UTC 2015`. */
function printTime(epochMs: number): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(epochMs)
    .toUTCString()
    .replace(',', '')
    .split(' ');
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}
