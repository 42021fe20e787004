/** Self-signed X.509 certificates, in as much of ASN.1 as one needs (RFC 5280 §4.1, X.690). */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** PEM, both. */
export type CertifiedKey = { readonly certificate: string; readonly privateKey: string };

export type CertificateWish = {
  /** The subject, which is the issuer, too. */
  readonly commonName: string;
  readonly fromEpochMs: number;
  readonly toEpochMs: number;
};

const TAG = { integer: 0x02, bits: 0x03, oid: 0x06, text: 0x0c, utcTime: 0x17, time: 0x18 } as const;
const SEQUENCE = 0x30;
const SET = 0x31;
/** `version [0] EXPLICIT`. */
const VERSION = 0xa0;
/** v3. */
const THIRD = Buffer.from([2]);
const ECDSA_WITH_SHA256 = Buffer.from('2a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('550403', 'hex');
const SERIAL_BYTES = 16;

/** A certificate over a new key on the curve P-256. */
export function makeSelfSigned({ commonName, fromEpochMs, toEpochMs }: CertificateWish): CertifiedKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = tlv(SEQUENCE, tlv(TAG.oid, ECDSA_WITH_SHA256));
  const name = tlv(
    SEQUENCE,
    tlv(SET, tlv(SEQUENCE, tlv(TAG.oid, COMMON_NAME), tlv(TAG.text, Buffer.from(commonName)))),
  );
  const content = tlv(
    SEQUENCE,
    ...[tlv(VERSION, tlv(TAG.integer, THIRD)), tlv(TAG.integer, makeSerial()), algorithm, name],
    ...[tlv(SEQUENCE, time(fromEpochMs), time(toEpochMs)), name],
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = tlv(SEQUENCE, content, algorithm, tlv(TAG.bits, Buffer.from([0]), signature));
  return {
    certificate: printPem(certificate),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Positive, and without a leading zero that DER would not have. */
function makeSerial(): Buffer {
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

/** Two digits of the year up to 2049, as RFC 5280 §4.1.2.5 wants it. */
function time(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050'
    ? tlv(TAG.utcTime, Buffer.from(digits.slice(2)))
    : tlv(TAG.time, Buffer.from(digits));
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.alloc(length < 0x100 ? 1 : 2);
  bytes.writeUIntBE(length, 0, bytes.length);
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

function printPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
