/**
 * The facts about a connection's TLS handshake. These facts decide whether a request is accepted or refused, regardless
 * of its Host header.
 */
import type { X509Certificate } from 'node:crypto';
import type { ClientCertificateFacts, TlsFacts } from '../core/events/request-facts.ts';
import type { Truststore } from '@gatewright/aws/certificates/truststore';

export type TlsPeer = {
  /**
   * The custom domain that the client named, if this domain requests client certificates; undefined if no certificate
   * was requested.
   */
  readonly domain: string | undefined;
  readonly truststore: Truststore | undefined;
  /** The client's certificate. The client has proved that it has the private key. */
  readonly certificate: X509Certificate | undefined;
  readonly isAuthorized: boolean;
  readonly tls: TlsFacts;
};

/**
 * Describes a certificate as events and `$context` contain it. Names are in the order of RFC 2253. Times are in Node's
 * format, which is the format of OpenSSL and AWS.
 */
export function describeCertificate(certificate: X509Certificate): ClientCertificateFacts {
  return {
    clientCertPem: certificate.toString(),
    subjectDN: distinguishedName(certificate.subject),
    issuerDN: distinguishedName(certificate.issuer),
    serialNumber: (certificate.serialNumber.toLowerCase().match(/../g) ?? []).join(':'),
    validity: { notBefore: certificate.validFrom, notAfter: certificate.validTo },
  };
}

/**
 * Converts a distinguished name. Node writes its parts on separate lines, with the most general part first. The parts
 * are escaped as in RFC 2253.
 */
function distinguishedName(lines: string): string {
  return lines.split('\n').reverse().join(',');
}
