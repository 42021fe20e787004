/** Truststores of custom domains (developer guide, "mutual TLS authentication"). */
import { X509Certificate } from 'node:crypto';

export type Truststore = {
  /** The PEM source. */
  readonly text: string;
  readonly certificates: readonly X509Certificate[];
};

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const MAX_CERTIFICATES = 1_000;
const MAX_BYTES = 1024 * 1024;
/** Maximum number of certificates from the client's certificate to the root, both included. */
const MAX_CHAIN = 4;
const MIN_RSA_BITS = 2_048;
/** Insecure signature algorithms: PKCS #1 with MD5 and SHA-1, ECDSA and DSA with SHA-1. */
const INSECURE = new Set([
  '1.2.840.113549.1.1.4',
  '1.2.840.113549.1.1.5',
  '1.2.840.10045.4.1',
  '1.2.840.10040.4.3',
]);

/** @throws RangeError if AWS would not accept the text; its message completes a sentence of the caller */
export function readTruststore(text: string): Truststore {
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw new RangeError('is larger than 1 MB, which is the limit in AWS');
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0) throw new RangeError('has no PEM certificate');
  if (blocks.length > MAX_CERTIFICATES)
    throw new RangeError(`has ${blocks.length} certificates; AWS accepts at most ${MAX_CERTIFICATES}`);
  const certificates = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new RangeError(`has an invalid certificate: number ${index + 1} of ${blocks.length}`);
    }
  });
  return { text, certificates };
}

/**
 * Returns the reason why a client with this certificate is refused, in AWS's wording (knowledge center, "403 errors of
 * mutual TLS"); undefined means that it is trusted. Only certificates of the truststore can complete a chain, because
 * AWS does not accept intermediate certificates from clients.
 */
export function findTrustFault(
  leaf: X509Certificate,
  { certificates }: Truststore,
  nowEpochMs: number,
): string | undefined {
  if (leaf.checkIssued(leaf)) return 'self signed certificate';
  let current = leaf;
  for (let length = 1; length <= MAX_CHAIN; length += 1) {
    if (isInsecure(current)) return 'Client cert using an insecure Signature Algorithm';
    if (nowEpochMs < current.validFromDate.getTime()) return 'certificate is not yet valid';
    if (nowEpochMs > current.validToDate.getTime()) return 'certificate has expired';
    if (length > 1 && current.checkIssued(current)) return undefined;
    const issuer = certificates.find((found) => isIssuer(found, current));
    if (issuer === undefined) return NO_ISSUER;
    current = issuer;
  }
  return NO_ISSUER;
}

const NO_ISSUER = 'Could not find issuer for certificate';

function isIssuer(candidate: X509Certificate, of: X509Certificate): boolean {
  return candidate.ca && of.checkIssued(candidate) && of.verify(candidate.publicKey);
}

function isInsecure({ publicKey, signatureAlgorithmOid }: X509Certificate): boolean {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS;
  return bits < MIN_RSA_BITS || INSECURE.has(signatureAlgorithmOid);
}
