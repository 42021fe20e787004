import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  clientCertificates,
  TRUSTSTORE_URI,
} from '../../../../packages/conformance/play/client-certificates.ts';

describe('clientCertificates', () => {
  const certificates = clientCertificates();
  const { 'gatewright.values.yml': values = '' } = certificates.files;
  const { s3 } = JSON.parse(values) as { s3: Record<string, Record<string, string>> };
  const [, , bucket = '', object = ''] = TRUSTSTORE_URI.split('/');
  const authority = new X509Certificate(s3[bucket]?.[object] ?? '');

  for (const [whose, isTrusted] of [
    ['trusted', true],
    ['stranger', false],
  ] as const)
    it(`has a certificate of a ${whose} client that is valid now, ${isTrusted ? '' : 'not '}signed by the authority of the truststore`, () => {
      const { cert, key } = certificates.of(whose);
      const certificate = new X509Certificate(cert);

      assert.equal(certificate.verify(authority.publicKey), isTrusted);
      assert.equal(certificate.checkPrivateKey(createPrivateKey(key)), true);
      assert.match(certificate.subject, /CN=device/);
      const hoursFrom = (date: string): number => Math.round((Date.parse(date) - Date.now()) / 3_600_000);
      assert.deepEqual([hoursFrom(certificate.validFrom), hoursFrom(certificate.validTo)], [-24, 24]);
    });

  it('has the same for all cases', () => {
    assert.equal(clientCertificates(), certificates);
  });
});
