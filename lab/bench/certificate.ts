/**
 * Creates a self-signed certificate for 127.0.0.1, because Node can check certificates but not create them. RFC 5280,
 * in DER.
 */
import { generateKeyPairSync, sign } from 'node:crypto';

type SelfSigned = { readonly key: string; readonly cert: string };

const SEQUENCE = 0x30;
const SET = 0x31;
const ECDSA_WITH_SHA256 = der(SEQUENCE, objectId('2a8648ce3d040302'));
const COMMON_NAME = '550403';
const BASIC_CONSTRAINTS = '551d13';
const SUBJECT_ALT_NAME = '551d11';

export function makeLoopbackCertificate(nowEpochMs: number): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, objectId(COMMON_NAME), der(0x0c, Buffer.from('localhost')))),
  );
  const day = 86_400_000;
  const validity = der(SEQUENCE, utcTime(nowEpochMs - day), utcTime(nowEpochMs + 30 * day));
  const extensions = der(
    SEQUENCE,
    extension(BASIC_CONSTRAINTS, der(SEQUENCE, der(0x01, Buffer.of(0xff)))),
    // The tag of `iPAddress` is 0x87.
    extension(SUBJECT_ALT_NAME, der(SEQUENCE, der(0x87, Buffer.of(127, 0, 0, 1)))),
  );
  const content = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    ECDSA_WITH_SHA256,
    name,
    validity,
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, Buffer.of(0), sign('sha256', content, privateKey));
  const cert = der(SEQUENCE, content, ECDSA_WITH_SHA256, signature);
  return { key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), cert: pem(cert) };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), value]);
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function extension(id: string, value: Buffer): Buffer {
  return der(SEQUENCE, objectId(id), der(0x04, value));
}

/** Encodes a time such as `261120120000Z`. */
function utcTime(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(digits.slice(2)));
}

function pem(content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
