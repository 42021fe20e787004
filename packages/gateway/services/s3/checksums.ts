/** Checksums that requests state for objects (S3 user guide, "Checking object integrity"; obs: s3). */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { headerOf } from '../../kernel/calls/aws-operation.ts';
import { element } from './s3-xml.ts';
import type { ServiceRequest } from '../../core/ports.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';

type Algorithm = { readonly bytes: number; readonly digest: (body: Buffer) => Buffer };

/** The algorithms by the last part of the name of their header, `x-amz-checksum-…`. */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  crc32: { bytes: 4, digest: (body) => bigEndian(crc32(body)) },
  crc32c: { bytes: 4, digest: (body) => bigEndian(reflectedCrc(body, { high: 0, low: 0x82f63b78 }).low) },
  crc64nvme: {
    bytes: 8,
    digest(body) {
      const { high, low } = reflectedCrc(body, { high: 0x9a6c9329, low: 0xac4bc9b5 });
      return Buffer.concat([bigEndian(high), bigEndian(low)]);
    },
  },
  sha1: { bytes: 20, digest: (body) => createHash('sha1').update(body).digest() },
  sha256: { bytes: 32, digest: (body) => createHash('sha256').update(body).digest() },
};
const PREFIX = 'x-amz-checksum-';
/** The names of the algorithms as requests and responses contain them. */
export const ALGORITHM_NAMES = Object.keys(ALGORITHMS).map((name) => name.toUpperCase());

/** Returns the headers with which S3 confirms the checksum of a request; empty if the request states none. */
export function checksumHeaders(request: ServiceRequest): readonly string[] {
  return statedBy(request).flatMap(([name, value]) => toHeaders(name, value));
}

function toHeaders(name: string, value: string, type = 'FULL_OBJECT'): readonly string[] {
  return [`${PREFIX}${name}`, value, `${PREFIX}type`, type];
}

/**
 * Returns the headers for the checksum of an object, computed with an algorithm; undefined if S3 does not support the
 * algorithm.
 */
export function checksumOf(algorithm: string, body: Buffer): readonly string[] | undefined {
  const name = algorithm.toLowerCase();
  const known = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
  return known && toHeaders(name, known.digest(body).toString('base64'));
}

/**
 * Returns the headers for a composite checksum, which is the checksum of the checksums of the parts; undefined if S3
 * does not support the algorithm.
 */
export function compositeOf(algorithm: string, parts: readonly Buffer[]): readonly string[] | undefined {
  const name = algorithm.toLowerCase();
  const known = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
  if (known === undefined) return undefined;
  const digest = known.digest(Buffer.concat(parts.map((part) => known.digest(part))));
  return toHeaders(name, `${digest.toString('base64')}-${parts.length}`, 'COMPOSITE');
}

/** Returns the algorithm of the checksum of an object; undefined if the object has none. */
export function algorithmOf([header]: readonly string[] = []): string | undefined {
  return header?.slice(PREFIX.length).toUpperCase();
}

/** Formats the algorithm and the type of an object's checksum, as in lists of objects. */
export function printAlgorithm(checksum: readonly string[] = []): string {
  const algorithm = algorithmOf(checksum);
  return algorithm === undefined
    ? ''
    : element('ChecksumAlgorithm', algorithm) + element('ChecksumType', checksum[3] ?? '');
}

/** Formats the checksum of an object, as in the responses of copies. */
export function printChecksum(checksum: readonly string[] = []): string {
  const [, value = '', , type = ''] = checksum;
  const algorithm = algorithmOf(checksum);
  return algorithm === undefined
    ? ''
    : element(`Checksum${algorithm}`, value) + element('ChecksumType', type);
}

/**
 * Returns the refusal of a checksum that does not have the form of its algorithm, or does not match the body; undefined
 * if the checksum is accepted or absent.
 */
export function refuseChecksum(request: ServiceRequest, body: Buffer): S3Refusal | undefined {
  const stated = statedBy(request);
  if (stated.length > 1)
    return refuse(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  const [name = '', value = ''] = stated[0] ?? [];
  const algorithm = ALGORITHMS[name];
  if (algorithm === undefined) return undefined;
  const given = Buffer.from(value, 'base64');
  if (given.length !== algorithm.bytes || given.toString('base64') !== value)
    return refuse('InvalidRequest', `Value for ${PREFIX}${name} header is invalid.`);
  if (given.equals(algorithm.digest(body))) return undefined;
  return refuse(
    'BadDigest',
    `The ${name.toUpperCase()} you specified did not match the calculated checksum.`,
  );
}

function statedBy(request: ServiceRequest): readonly (readonly [name: string, value: string])[] {
  return Object.keys(ALGORITHMS).flatMap((name) => {
    const value = headerOf(request, `${PREFIX}${name}`);
    return value === undefined ? [] : [[name, value] as const];
  });
}

/** Returns the checksums that a request states. */
export function statedChecksums(
  request: ServiceRequest,
): readonly { readonly name: string; readonly value: string }[] {
  return statedBy(request).map(([name, value]) => ({ name, value }));
}

function refuse(code: string, message: string): S3Refusal {
  return { status: 400, code, message, details: {} };
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

type Halves = { readonly high: number; readonly low: number };

/**
 * Computes a CRC with reflected bits. The initial value and the final XOR are all ones. The CRC is computed in two
 * halves of 32 bits. For a polynomial of 32 bits, the upper half of the polynomial and of the result is 0 and is
 * ignored.
 */
function reflectedCrc(body: Buffer, polynomial: Halves): Halves {
  const isWide = polynomial.high !== 0;
  const table = Array.from({ length: 256 }, (_, byte) => shiftByte({ high: 0, low: byte }, polynomial));
  let high = isWide ? -1 : 0;
  let low = -1;
  for (const byte of body) {
    const entry = table[(low ^ byte) & 0xff] ?? polynomial;
    low = entry.low ^ ((low >>> 8) | (high << 24));
    high = entry.high ^ (high >>> 8);
  }
  return { high: isWide ? ~high : 0, low: ~low };
}

function shiftByte({ high, low }: Halves, polynomial: Halves): Halves {
  let [upper, lower] = [high, low];
  for (let bit = 0; bit < 8; bit += 1) {
    const isOdd = (lower & 1) === 1;
    lower = (lower >>> 1) | (upper << 31);
    upper >>>= 1;
    if (isOdd) [upper, lower] = [upper ^ polynomial.high, lower ^ polynomial.low];
  }
  return { high: upper, low: lower };
}
