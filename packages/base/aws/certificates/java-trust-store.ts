/** Java's own key store format (JKS, version 2), which every JDK reads. The file contains only trusted certificates. */
import { createHash, X509Certificate } from 'node:crypto';

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
/**
 * The salt that the format prescribes. It is hashed with the password; the hash only proves that the file is complete.
 */
const SALT = 'Mighty Aphrodite';

/**
 * @param certificates PEM; a certificate that cannot be parsed is left out, because Java would refuse the
 * whole file
 */
export function makeTrustStore(
  certificates: readonly string[],
  password: string,
  nowEpochMs: number,
): Buffer {
  const encoded = certificates.flatMap(encode);
  const entries = encoded.map((certificate, index) =>
    Buffer.concat([
      number(TRUSTED_CERTIFICATE),
      text(`authority-${index}`),
      time(nowEpochMs),
      text('X.509'),
      number(certificate.length),
      certificate,
    ]),
  );
  const content = Buffer.concat([number(MAGIC), number(VERSION), number(entries.length), ...entries]);
  const digest = createHash('sha1')
    .update(Buffer.from(password, 'utf16le').swap16())
    .update(SALT)
    .update(content)
    .digest();
  return Buffer.concat([content, digest]);
}

function encode(pem: string): readonly Buffer[] {
  try {
    return [new X509Certificate(pem).raw];
  } catch {
    return [];
  }
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function time(epochMs: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Math.floor(epochMs)));
  return bytes;
}

/** Encodes ASCII text, for which `DataOutputStream.writeUTF` gives the same bytes as UTF-8. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
