/**
 * Creates X.509 certificates over new P-256 keys: self-signed certificates, certificate authorities, and certificates
 * that these authorities sign (RFC 5280).
 */
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import type { KeyObject } from 'node:crypto';

/** The tags of ASN.1 and DER that certificates need (X.690, RFC 5280 §4.1). */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  text: 0x0c,
  utcTime: 0x17,
  time: 0x18,
} as const;
const SEQUENCE = 0x30;
const SET = 0x31;

/**
 * Returns the context-specific tag `[n]`. A constructed tag (`EXPLICIT`) contains the type's own tag; any other tag
 * replaces the type's own tag.
 */
function contextTag(number: number, isConstructed: boolean): number {
  return 0x80 | (isConstructed ? 0x20 : 0) | number;
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

/** Encodes an object identifier such as `2.5.29.17`. */
function oid(text: string): Buffer {
  const [first = 0, second = 0, ...others] = text.split('.').map(Number);
  return tlv(TAG.oid, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

/** Encodes a bit string. The first byte is 0, because there are no unused bits. */
function bitString(bytes: Buffer): Buffer {
  return tlv(TAG.bits, Buffer.from([0]), bytes);
}

/** Encodes a time. The year has two digits up to 2049 (RFC 5280 §4.1.2.5). */
function time(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050'
    ? tlv(TAG.utcTime, Buffer.from(digits.slice(2)))
    : tlv(TAG.time, Buffer.from(digits));
}

function printPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** Certificate and private key, both in PEM. */
export type CertifiedKey = { readonly certificate: string; readonly privateKey: string };

type CertificateOptions = {
  readonly commonName: string;
  readonly fromEpochMs: number;
  readonly toEpochMs: number;
};

const ALGORITHM = tlv(SEQUENCE, oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = oid('2.5.4.3');
const SERIAL_BYTES = 16;
/** Version 3, tagged `[0] EXPLICIT`. */
const VERSION = tlv(contextTag(0, true), tlv(TAG.integer, Buffer.from([2])));
const TRUE = tlv(TAG.boolean, Buffer.from([0xff]));

const USAGE = {
  /** Sets the bits keyCertSign and cRLSign. */
  authority: Buffer.from([1, 0x06]),
  /** Bit digitalSignature. */
  leaf: Buffer.from([7, 0x80]),
} as const;
const PURPOSE = { server: oid('1.3.6.1.5.5.7.3.1'), client: oid('1.3.6.1.5.5.7.3.2') } as const;

export function makeSelfSigned(options: CertificateOptions): CertifiedKey {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return issue(options, key, { name: options.commonName, key: key.privateKey }, []);
}

/** Makes a root certificate that signs certificates of servers and clients, but no other authority. */
export function makeAuthority(options: CertificateOptions): CertifiedKey {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return issue(options, key, { name: options.commonName, key: key.privateKey }, [
    extension('2.5.29.19', tlv(SEQUENCE, TRUE, tlv(TAG.integer, Buffer.from([0]))), true),
    extension('2.5.29.15', tlv(TAG.bits, USAGE.authority), true),
    extension('2.5.29.14', tlv(TAG.octets, keyIdOf(key.publicKey))),
  ]);
}

/** @param names for servers: host names, including wildcards such as `*.example.com`, and IP addresses */
export function issueFrom(
  authority: CertifiedKey,
  purpose: keyof typeof PURPOSE,
  options: CertificateOptions & { readonly names?: readonly string[] },
): CertifiedKey {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { names = [] } = options;
  const issuer = new X509Certificate(authority.certificate);
  return issue(options, key, { name: commonNameOf(issuer), key: createPrivateKey(authority.privateKey) }, [
    extension('2.5.29.19', tlv(SEQUENCE), true),
    extension('2.5.29.15', tlv(TAG.bits, USAGE.leaf), true),
    extension('2.5.29.37', tlv(SEQUENCE, PURPOSE[purpose])),
    extension('2.5.29.14', tlv(TAG.octets, keyIdOf(key.publicKey))),
    extension('2.5.29.35', tlv(SEQUENCE, tlv(contextTag(0, false), keyIdOf(issuer.publicKey)))),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', tlv(SEQUENCE, ...names.map(alternativeName)))]),
  ]);
}

/** Returns the common name unescaped; `subject` would escape it. */
function commonNameOf(certificate: X509Certificate): string {
  const name = certificate.toLegacyObject().subject.CN;
  if (typeof name !== 'string') throw new TypeError('a CA must have exactly one common name');
  return name;
}

function issue(
  { commonName, fromEpochMs, toEpochMs }: CertificateOptions,
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  issuer: { readonly name: string; readonly key: KeyObject },
  extensions: readonly Buffer[],
): CertifiedKey {
  const content = tlv(
    SEQUENCE,
    VERSION,
    tlv(TAG.integer, makeSerial()),
    ALGORITHM,
    nameOf(issuer.name),
    tlv(SEQUENCE, time(fromEpochMs), time(toEpochMs)),
    nameOf(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [tlv(contextTag(3, true), tlv(SEQUENCE, ...extensions))]),
  );
  const signature = sign('sha256', content, issuer.key);
  return {
    certificate: printPem(tlv(SEQUENCE, content, ALGORITHM, bitString(signature))),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function nameOf(commonName: string): Buffer {
  return tlv(SEQUENCE, tlv(SET, tlv(SEQUENCE, COMMON_NAME, tlv(TAG.text, Buffer.from(commonName)))));
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return tlv(SEQUENCE, oid(id), ...(isCritical ? [TRUE] : []), tlv(TAG.octets, value));
}

/** Encodes the name as dNSName or iPAddress (RFC 5280 §4.2.1.6). */
function alternativeName(name: string): Buffer {
  return isIP(name) === 0
    ? tlv(contextTag(2, false), Buffer.from(name, 'latin1'))
    : tlv(contextTag(7, false), addressBytes(name));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // The URL parser expands an IPv6 address except for one `::`.
  const words = new URL(`http://[${address.replace(/%.*/, '')}]`).hostname.slice(1, -1);
  const [before = '', after] = words.split('::');
  const read = (text = ''): number[] =>
    text === ''
      ? []
      : text.split(':').flatMap((word) => [parseInt(word, 16) >> 8, parseInt(word, 16) & 0xff]);
  const [head, tail] = [read(before), read(after)];
  return Buffer.from([...head, ...Array<number>(16 - head.length - tail.length).fill(0), ...tail]);
}

/** Returns the SHA-1 of the key's bits (RFC 5280 §4.2.1.2), which is an identifier and not a proof. */
function keyIdOf(key: KeyObject): Buffer {
  // An uncompressed point of P-256 is the last 65 bytes of the export.
  const point = key.export({ type: 'spki', format: 'der' }).subarray(-65);
  return createHash('sha1').update(point).digest();
}

/** Makes a positive serial number without the leading zeros that DER forbids. */
function makeSerial(): Buffer {
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}
