/**
 * Returns the principal of a client certificate (mTLS) that API Gateway has verified. A certificate can be revoked only
 * by deny rules.
 */
import type { ClientCertificate } from '../../aws/authorizer-event.ts';
import { DomainError } from '../../errors.ts';
import type { CertificateIssuer } from '../compiled-document.ts';
import type { Principal } from '../decide/principal.ts';

/**
 * Returns the principal of a certificate from one of these issuers. A certificate is identified by issuer and serial
 * number together, because any trusted authority can write any subject name.
 * @throws DomainError TOKEN_ISSUER_UNKNOWN, TOKEN_EXPIRED
 */
export function toCertificatePrincipal(
  certificate: ClientCertificate,
  issuers: readonly CertificateIssuer[],
  nowEpochSeconds: number,
): Principal {
  const { subjectDN, issuerDN, notAfterEpochSeconds } = certificate;
  const serialNumber = normalizeSerial(certificate.serialNumber);
  const issuer = issuers.find(({ match }) =>
    match.some(
      (wanted) =>
        isSameName(wanted.issuerDN, issuerDN) &&
        (wanted.serialNumbers?.some((serial) => normalizeSerial(serial) === serialNumber) ?? true),
    ),
  );
  if (issuer === undefined)
    throw new DomainError('TOKEN_ISSUER_UNKNOWN', 'the CA of the certificate is not trusted');
  if (notAfterEpochSeconds < nowEpochSeconds)
    throw new DomainError('TOKEN_EXPIRED', 'the certificate has expired');
  const subject = `${issuerDN}#${serialNumber}`;
  return {
    principalId: `${issuer.id}|${subject}`,
    issuerId: issuer.id,
    issuer: issuerDN,
    subject,
    clientId: undefined,
    roles: new Set(issuer.roles),
    scopes: new Set(issuer.scopes),
    claims: { sub: subject, subjectDN, issuerDN, serialNumber },
    expiresAtEpochSeconds: notAfterEpochSeconds,
  };
}

/**
 * Normalizes `0A:1B`, `0a1b` and `a1b`, which are the same number, to `a1b`. Returns an empty text for anything else.
 */
export function normalizeSerial(text: string): string {
  const digits = text.replaceAll(':', '').toLowerCase().replace(/^0+/, '');
  return /^[0-9a-f]+$/.test(digits) ? digits : '';
}

/**
 * Compares the parts of two names in order (RFC 4514): `CN=Partner CA, O=Example` equals `cn=Partner CA,o=Example`, but
 * no part may be missing or moved.
 */
function isSameName(a: string, b: string): boolean {
  const [left, right] = [parseName(a), parseName(b)];
  return left.length === right.length && left.every((part, index) => part === right[index]);
}

function parseName(name: string): readonly string[] {
  // A comma after a backslash is part of the value.
  return (name.match(/(?:\\.|[^\\,])+/g) ?? []).map((part) => {
    const [type = '', ...value] = part.split('=');
    return `${type.trim().toLowerCase()}=${value.join('=').trim()}`;
  });
}
