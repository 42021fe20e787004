/**
 * Sequence numbers in AWS's form: 47 hex digits, printed as a decimal number of 56 digits, so that their order as
 * strings is their order as numbers. The hex digits, with the number of digits in parentheses, are: `2`, second of the
 * shard's creation (9), shard (1), index (16), `00`, second of arrival (9), shard (8), `2`.
 */

type Sequence = {
  /** The creation time of the shard in epoch milliseconds. A sequence number contains this time in whole seconds. */
  readonly createdAt: number;
  readonly arrivedAt: number;
  readonly shard: number;
  /** The index of the record, which increases by one with every record of a shard. */
  readonly index: number;
};

const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');
const seconds = (epochMs: number): string => hex(Math.floor(epochMs / 1000), 9);

export function printSequence({ createdAt, arrivedAt, shard, index }: Sequence): string {
  const digits = `2${seconds(createdAt)}${hex(shard % 16, 1)}${hex(index, 16)}00${seconds(arrivedAt)}${hex(shard, 8)}2`;
  return BigInt(`0x${digits}`).toString();
}

/** Parses a sequence number; undefined if it is invalid. */
export function readSequence(text: string): Sequence | undefined {
  if (!/^[1-9]\d{55}$/.test(text)) return undefined;
  const digits = BigInt(text).toString(16);
  const [, created = '', index = '', arrived = '', shard = ''] =
    /^2([\da-f]{9})[\da-f]([\da-f]{16})[\da-f]{2}([\da-f]{9})([\da-f]{8})2$/.exec(digits) ?? [];
  const read = {
    createdAt: parseInt(created, 16) * 1000,
    arrivedAt: parseInt(arrived, 16) * 1000,
    shard: parseInt(shard, 16),
    index: parseInt(index, 16),
  };
  return Number.isSafeInteger(read.index) ? read : undefined;
}
