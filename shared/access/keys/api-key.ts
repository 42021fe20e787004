/**
 * API keys as text: `{prefix}_{key id}_{secret}{checksum}`, such as `shop_live_0Fq…_9aB…`. GitHub uses the same form.
 * Scanners for leaked secrets recognize the prefix, and with the checksum a mistyped key is refused without a lookup.
 * Neither is a security measure; only the secret's 178 random bits are.
 */
import { createHash } from 'node:crypto';

export type ApiKey = {
  /** Prefix such as `shop_live`, which identifies the APIs that accept the key. */
  readonly prefix: string;
  readonly keyId: string;
};

export const KEY_PREFIX = /^[a-z][a-z0-9]{0,15}(_[a-z0-9]{1,15})?$/;
export const KEY_ID = /^[0-9A-Za-z]{16}$/;

const KEY_ID_LENGTH = 16;
const SECRET_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
/** Matches an API key, and a key that lacks its last characters or has too many. The parts cannot be confused, because the Base62 alphabet does not contain `_`. */
const FORM = /^([a-z][a-z0-9]{0,15}(?:_[a-z0-9]{1,15})?)_([0-9A-Za-z]{16})_([0-9A-Za-z]{0,72})$/;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Parses an API key. Returns undefined if the text is not an API key, or contains a typing error. */
export function parseApiKey(text: string): ApiKey | undefined {
  const key = parseKeyForm(text);
  return key?.isComplete === true ? { prefix: key.prefix, keyId: key.keyId } : undefined;
}

/**
 * Parses a text that has the form of an API key. `isComplete` is false if the text contains a typing error or was cut
 * off, so that a refusal can name the key that was meant.
 */
export function parseKeyForm(text: string): (ApiKey & { readonly isComplete: boolean }) | undefined {
  const [, prefix, keyId, rest] = FORM.exec(text) ?? [];
  if (prefix === undefined || keyId === undefined || rest === undefined) return undefined;
  const body = text.slice(0, -CHECKSUM_LENGTH);
  const isComplete =
    rest.length === SECRET_LENGTH + CHECKSUM_LENGTH && checksumOf(body) === text.slice(-CHECKSUM_LENGTH);
  // One in 240 tickets (`wst_…`) looks like a key that was cut off.
  if (!isComplete && text.startsWith('wst_')) return undefined;
  return { prefix, keyId, isComplete };
}

/**
 * Formats an API key. `entropy` has at least 64 unpredictable hexadecimal digits. The bias of the last division is
 * below 2^-77.
 */
export function printApiKey({ prefix, keyId }: ApiKey, entropy: string): string {
  const body = `${prefix}_${keyId}_${toBase62(entropy, SECRET_LENGTH)}`;
  return `${body}${checksumOf(body)}`;
}

/** Returns the id of the key that an operation creates. A repeated operation gets the same id. The id is not secret. */
export function keyIdOf(tenant: string, operationId: string): string {
  // The separator is unambiguous, because no tenant name contains a line break.
  return toBase62(sha256(`${tenant}\n${operationId}`).toString('hex'), KEY_ID_LENGTH);
}

/**
 * Hashes the whole key, so that a key with another prefix or id has another hash. SHA-256 without salt or stretching is
 * enough for a secret of 178 random bits.
 */
export function hashApiKey(text: string): Buffer {
  return sha256(text);
}

export function toBase62(hex: string, length: number): string {
  let number = BigInt(`0x${hex}`);
  let digits = '';
  while (digits.length < length) {
    digits = `${DIGITS[Number(number % 62n)] ?? ''}${digits}`;
    number /= 62n;
  }
  return digits;
}

function checksumOf(body: string): string {
  return toBase62(crc32(body).toString(16), CHECKSUM_LENGTH);
}

/** CRC-32 as in zip and PNG (ISO-HDLC). */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text, 'latin1')) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
