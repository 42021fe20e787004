import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  issueFrom,
  makeAuthority,
  makeSelfSigned,
} from '../../../../../packages/base/aws/certificates/issue-certificate.ts';
import { readTruststore, findTrustFault } from '../../../../../packages/base/aws/certificates/truststore.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const DAY_MS = 86_400_000;
const times = { fromEpochMs: NOW - DAY_MS, toEpochMs: NOW + 30 * DAY_MS };
const authority = makeAuthority({ commonName: 'Partners', ...times });
const clientOf = (issuer = authority, over: Partial<typeof times> = {}): X509Certificate =>
  new X509Certificate(issueFrom(issuer, 'client', { commonName: 'shop', ...times, ...over }).certificate);

describe('findTrustFault', () => {
  const truststore = readTruststore(authority.certificate);
  const selfSigned = makeSelfSigned({ commonName: 'me', ...times });
  const middle = issueFrom(authority, 'client', { commonName: 'shop', ...times });
  // The same name and another key: what only looks at names takes it.
  const twin = makeAuthority({ commonName: 'Partners', ...times });
  const rows: {
    name: string;
    leaf: X509Certificate;
    text?: string;
    atMs?: number;
    expected: string | undefined;
  }[] = [
    { name: 'a certificate of the authority', leaf: clientOf(), expected: undefined },
    {
      name: 'one of an authority that is not in the truststore',
      leaf: clientOf(makeAuthority({ commonName: 'Others', ...times })),
      expected: 'Could not find issuer for certificate',
    },
    {
      name: 'one of an authority that has taken the same name',
      leaf: clientOf(twin),
      expected: 'Could not find issuer for certificate',
    },
    {
      name: 'one of either of two authorities of a name',
      leaf: clientOf(),
      text: twin.certificate + authority.certificate,
      expected: undefined,
    },
    {
      name: 'a self-signed one, though the truststore has it',
      leaf: new X509Certificate(selfSigned.certificate),
      text: authority.certificate + selfSigned.certificate,
      expected: 'self signed certificate',
    },
    {
      name: 'one signed by a client of the authority, which is not an authority',
      leaf: clientOf(issueFrom(authority, 'client', { commonName: 'shop', ...times })),
      expected: 'Could not find issuer for certificate',
    },
    {
      name: 'one signed by a client of the authority, though the truststore has that client',
      leaf: clientOf(middle),
      text: authority.certificate + middle.certificate,
      expected: 'Could not find issuer for certificate',
    },
    {
      name: 'one that has ended',
      leaf: clientOf(),
      atMs: NOW + 31 * DAY_MS,
      expected: 'certificate has expired',
    },
    {
      name: 'one that has not begun',
      leaf: clientOf(authority, { fromEpochMs: NOW + DAY_MS }),
      expected: 'certificate is not yet valid',
    },
    {
      name: 'one whose authority expired before it',
      leaf: clientOf(authority, { toEpochMs: NOW + 90 * DAY_MS }),
      atMs: NOW + 60 * DAY_MS,
      expected: 'certificate has expired',
    },
  ];
  for (const { name, leaf, text, atMs = NOW, expected } of rows)
    it(`${expected === undefined ? 'takes' : 'refuses'} ${name}`, () => {
      assert.equal(
        findTrustFault(leaf, text === undefined ? truststore : readTruststore(text), atMs),
        expected,
      );
    });
});

describe('findTrustFault of an algorithm', () => {
  const truststore = readTruststore(authority.certificate);
  const signedBy = (signatureAlgorithmOid: string, modulusLength?: number) => {
    const leaf = clientOf();
    const publicKey = { asymmetricKeyDetails: { modulusLength } };
    return Object.defineProperties(leaf, {
      signatureAlgorithmOid: { value: signatureAlgorithmOid },
      ...(modulusLength !== undefined && { publicKey: { value: publicKey } }),
    });
  };
  // Knowledge center, "403 errors of mutual TLS"; RFC 3279 §2.2 has the numbers.
  const rows: readonly (readonly [name: string, leaf: X509Certificate, isInsecure: boolean])[] = [
    ['MD5 with RSA', signedBy('1.2.840.113549.1.1.4'), true],
    ['SHA-1 with RSA', signedBy('1.2.840.113549.1.1.5'), true],
    ['SHA-1 with ECDSA', signedBy('1.2.840.10045.4.1'), true],
    ['SHA-1 with DSA', signedBy('1.2.840.10040.4.3'), true],
    ['SHA-256 with ECDSA', signedBy('1.2.840.10045.4.3.2'), false],
    ['a key of 1,024 bits', signedBy('1.2.840.113549.1.1.11', 1_024), true],
    ['a key of 2,048 bits', signedBy('1.2.840.113549.1.1.11', 2_048), false],
  ];
  for (const [name, leaf, isInsecure] of rows)
    it(`${isInsecure ? 'refuses' : 'takes'} ${name}`, () => {
      const fault = findTrustFault(leaf, truststore, NOW);

      assert.equal(fault, isInsecure ? 'Client cert using an insecure Signature Algorithm' : undefined);
    });
});

describe('readTruststore', () => {
  it('takes a megabyte', () => {
    assert.equal(readTruststore(authority.certificate.padEnd(1024 * 1024)).certificates.length, 1);
  });

  const rows: { name: string; text: string; reason: RegExp }[] = [
    { name: 'nothing', text: '', reason: /no PEM certificate/ },
    { name: 'a key', text: authority.privateKey, reason: /no PEM certificate/ },
    {
      name: 'an invalid block',
      text: `${authority.certificate}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      reason: /number 2 of 2/,
    },
    { name: 'more than a megabyte', text: authority.certificate.padEnd(1024 * 1024 + 1), reason: /1 MB/ },
    {
      name: 'more than 1,000 certificates',
      text: authority.certificate.repeat(1_001),
      reason: /1001 certificates/,
    },
  ];
  for (const { name, text, reason } of rows)
    it(`refuses ${name}`, () => {
      assert.throws(() => readTruststore(text), reason);
    });
});
