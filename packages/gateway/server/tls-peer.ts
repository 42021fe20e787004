/** Facts of a connection's handshake; they decide about requests, whatever the Host header says. */
import type { X509Certificate } from 'node:crypto';
import type { ClientCertificateFacts } from '../core/events/request-facts.ts';
import type { Truststore } from '@gatewright/aws/certificates/truststore';

export type TlsPeer = {
  /** The custom domain named by the client that asks for certificates; undefined = no certificate was requested. */
  readonly domain: string | undefined;
  readonly truststore: Truststore | undefined;
  /** The client has proved possession of its key. */
  readonly certificate: X509Certificate | undefined;
  readonly isAuthorized: boolean;
};

/** Describes a certificate as in events and `$context`: RFC 2253's order; times in Node's format, which is OpenSSL's and AWS's. */
export function describeCertificate(certificate: X509Certificate): ClientCertificateFacts {
  return {
    clientCertPem: certificate.toString(),
    subjectDN: distinguishedName(certificate.subject),
    issuerDN: distinguishedName(certificate.issuer),
    serialNumber: (certificate.serialNumber.toLowerCase().match(/../g) ?? []).join(':'),
    validity: { notBefore: certificate.validFrom, notAfter: certificate.validTo },
  };
}

/** Node writes one part per line, the most general first, escaped as in RFC 2253. */
function distinguishedName(lines: string): string {
  return lines.split('\n').reverse().join(',');
}
