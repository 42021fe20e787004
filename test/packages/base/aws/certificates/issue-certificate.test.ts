import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  issueFrom,
  makeAuthority,
  makeSelfSigned,
} from '../../../../../packages/base/aws/certificates/issue-certificate.ts';

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
    const options = { commonName: 'x', fromEpochMs: 0, toEpochMs: 1 };
    const made = Array.from({ length: 20 }, () => new X509Certificate(makeSelfSigned(options).certificate));
    assert.equal(new Set(made.map(({ serialNumber }) => serialNumber)).size, 20);
    assert.equal(new Set(made.map(({ fingerprint256 }) => fingerprint256)).size, 20);
    assert.ok(made.every(({ serialNumber }) => serialNumber.length === 32));
  });
});

describe('issueFrom', () => {
  const times = { fromEpochMs: Date.parse('2026-01-01'), toEpochMs: Date.parse('2027-01-01') };
  // Characters that names escape: the issuer's has to be the authority's, byte for byte.
  const authority = makeAuthority({ commonName: 'CA, "lokal" für + <alle>', ...times });
  const root = new X509Certificate(authority.certificate);

  it('makes certificates that only this authority vouches for', () => {
    const { certificate } = issueFrom(authority, 'server', {
      commonName: 'a',
      names: ['a.example'],
      ...times,
    });
    const leaf = new X509Certificate(certificate);
    const other = new X509Certificate(makeAuthority({ commonName: 'CA', ...times }).certificate);

    assert.deepEqual([leaf.checkIssued(root), leaf.verify(root.publicKey)], [true, true]);
    assert.equal(leaf.verify(other.publicKey), false);
    assert.deepEqual([root.ca, leaf.ca], [true, false]);
  });

  const named: { name: string; matches: (leaf: X509Certificate) => unknown; expected: unknown }[] = [
    { name: 'a host', matches: (leaf) => leaf.checkHost('api.example.com'), expected: 'api.example.com' },
    {
      name: 'names one label below',
      matches: (leaf) => leaf.checkHost('x.eu.example'),
      expected: '*.eu.example',
    },
    {
      name: 'no name two labels below',
      matches: (leaf) => leaf.checkHost('a.x.eu.example'),
      expected: undefined,
    },
    { name: 'an address', matches: (leaf) => leaf.checkIP('127.0.0.1'), expected: '127.0.0.1' },
    { name: 'an address of IPv6', matches: (leaf) => leaf.checkIP('::1'), expected: '::1' },
    { name: 'a longer one', matches: (leaf) => leaf.checkIP('fe80::a:1'), expected: 'fe80::a:1' },
    { name: 'one of an interface', matches: (leaf) => leaf.checkIP('fe80::b:2'), expected: 'fe80::b:2' },
    { name: 'no other address', matches: (leaf) => leaf.checkIP('127.0.0.2'), expected: undefined },
  ];
  const names = ['api.example.com', '*.eu.example', '127.0.0.1', '::1', 'fe80::a:1', 'fe80::b:2%eth0'];
  const leaf = new X509Certificate(
    issueFrom(authority, 'server', { commonName: 'api.example.com', names, ...times }).certificate,
  );
  for (const { name, matches, expected } of named)
    it(`is for ${name}`, () => {
      assert.equal(matches(leaf), expected);
    });

  it('says whether it is for a server or a client', () => {
    const client = new X509Certificate(
      issueFrom(authority, 'client', { commonName: 'shop', ...times }).certificate,
    );
    assert.deepEqual([leaf.keyUsage, client.keyUsage], [['1.3.6.1.5.5.7.3.1'], ['1.3.6.1.5.5.7.3.2']]);
  });

  // RFC 5280 §4.2.1: id-ce 14 subjectKeyIdentifier, 15 keyUsage, 19 basicConstraints, 35 authorityKeyIdentifier,
  // 37 extKeyUsage. Two of them critical, with the whole value.
  const extensions: readonly (readonly [name: string, of: X509Certificate, ders: readonly string[]])[] = [
    [
      'an authority',
      root,
      ['0603551d130101ff040830060101ff020100', '0603551d0f0101ff040403020106', '0603551d0e04160414'],
    ],
    [
      'a server',
      leaf,
      [
        '0603551d130101ff04023000',
        '0603551d0f0101ff040403020780',
        '0603551d0e04160414',
        '0603551d23',
        '0603551d25',
      ],
    ],
  ];
  for (const [name, of, ders] of extensions)
    it(`has the extensions of ${name}`, () => {
      const text = of.raw.toString('hex');

      assert.deepEqual(
        ders.filter((der) => !text.includes(der)),
        [],
      );
    });
});
