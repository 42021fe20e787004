/** The part of ASN.1 and DER that certificates need (X.690, RFC 5280 §4.1). */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  text: 0x0c,
  utcTime: 0x17,
  time: 0x18,
} as const;
export const SEQUENCE = 0x30;
export const SET = 0x31;

/** `[n]` of a choice: constructed (`EXPLICIT`), or in place of the type's own tag. */
export function contextTag(number: number, isConstructed: boolean): number {
  return 0x80 | (isConstructed ? 0x20 : 0) | number;
}

export function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.alloc(length < 0x100 ? 1 : 2);
  bytes.writeUIntBE(length, 0, bytes.length);
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

/** `2.5.29.17` */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...others] = text.split('.').map(Number);
  return tlv(TAG.oid, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

/** No unused bits. */
export function bitString(bytes: Buffer): Buffer {
  return tlv(TAG.bits, Buffer.from([0]), bytes);
}

/** Two digits of the year up to 2049 (RFC 5280 §4.1.2.5). */
export function time(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050'
    ? tlv(TAG.utcTime, Buffer.from(digits.slice(2)))
    : tlv(TAG.time, Buffer.from(digits));
}

export function printPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
