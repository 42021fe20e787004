/** What the handshake of a connection has established; requests are judged by it, whatever their Host says. */
import type { X509Certificate } from 'node:crypto';
import type { ClientCertificateFacts } from '../core/events/request-facts.ts';
import type { Truststore } from '@gatewright/aws/certificates/truststore';

export type TlsPeer = {
  /** The custom domain that asks for certificates, where the client named it; undefined = nobody was asked. */
  readonly domain: string | undefined;
  /** By which TLS has judged the certificate. */
  readonly truststore: Truststore | undefined;
  /** The client has proved that it holds the key of it. */
  readonly certificate: X509Certificate | undefined;
  /** TLS itself has found nothing wrong with it. */
  readonly isAuthorized: boolean;
};

/** As events and `$context` have it: RFC 2253's order, node's words for the times, which are OpenSSL's and AWS's. */
export function describeCertificate(certificate: X509Certificate): ClientCertificateFacts {
  return {
    clientCertPem: certificate.toString(),
    subjectDN: distinguishedName(certificate.subject),
    issuerDN: distinguishedName(certificate.issuer),
    serialNumber: (certificate.serialNumber.toLowerCase().match(/../g) ?? []).join(':'),
    validity: { notBefore: certificate.validFrom, notAfter: certificate.validTo },
  };
}

/** Node writes one part in each line, the most general first; what is in them is escaped as RFC 2253 has it. */
function distinguishedName(lines: string): string {
  return lines.split('\n').reverse().join(',');
}
