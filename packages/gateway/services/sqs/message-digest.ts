/**
 * Calculates the MD5 digests that SDKs use to check messages that SQS accepted or returned (developer guide,
 * "Calculating the MD5 message digest for message attributes").
 */
import { createHash } from 'node:crypto';
import type { MessageAttribute } from '../../kernel/delivery/queue-model.ts';

export function digestOfBody(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

export function digestOfAttributes(
  attributes: Readonly<Record<string, MessageAttribute>>,
): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    const isBinary = StringValue === undefined;
    hash.update(Buffer.from([isBinary ? 2 : 1]));
    add(isBinary ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue));
  }
  return hash.digest('hex');
}
