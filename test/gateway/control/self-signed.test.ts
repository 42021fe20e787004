import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { makeSelfSigned } from '../../../gateway/control/self-signed.ts';

describe('makeSelfSigned', () => {
  const rows: { name: string; from: string; to: string }[] = [
    { name: 'of this century', from: '2025-04-14T22:13:38Z', to: '2026-04-14T22:13:38Z' },
    {
      name: 'that lasts beyond the two-digit years of RFC 5280',
      from: '2049-12-31T23:59:59Z',
      to: '2050-12-31T23:59:59Z',
    },
  ];
  for (const { name, from, to } of rows)
    it(`makes a certificate ${name} that proves its own key`, () => {
      const made = makeSelfSigned({
        commonName: 'Ünter den Linden',
        fromEpochMs: Date.parse(from),
        toEpochMs: Date.parse(to),
      });
      const certificate = new X509Certificate(made.certificate);

      assert.equal(certificate.verify(certificate.publicKey), true);
      assert.equal(certificate.checkPrivateKey(createPrivateKey(made.privateKey)), true);
      assert.deepEqual(
        [certificate.subject, certificate.issuer],
        ['CN=Ünter den Linden', 'CN=Ünter den Linden'],
      );
      assert.deepEqual(
        [certificate.validFromDate, certificate.validToDate].map((date) => date.toISOString()),
        [from, to].map((text) => new Date(text).toISOString()),
      );
    });

  it('never makes the same one twice', () => {
    const wish = { commonName: 'x', fromEpochMs: 0, toEpochMs: 1 };
    const made = Array.from({ length: 20 }, () => new X509Certificate(makeSelfSigned(wish).certificate));
    assert.equal(new Set(made.map(({ serialNumber }) => serialNumber)).size, 20);
    assert.equal(new Set(made.map(({ fingerprint256 }) => fingerprint256)).size, 20);
    assert.ok(made.every(({ serialNumber }) => serialNumber.length === 32));
  });
});
