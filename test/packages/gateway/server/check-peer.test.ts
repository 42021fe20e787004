import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { issueFrom, makeAuthority } from '../../../../packages/base/aws/certificates/issue-certificate.ts';
import { readTruststore } from '../../../../packages/base/aws/certificates/truststore.ts';
import { checkPeer } from '../../../../packages/gateway/server/check-peer.ts';
import type { TlsPeer } from '../../../../packages/gateway/server/tls-peer.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const DAY_MS = 86_400_000;
const times = { fromEpochMs: NOW - DAY_MS, toEpochMs: NOW + 30 * DAY_MS };
const authority = makeAuthority({ commonName: 'Partners', ...times });
const mutual = { domain: 'api.example.com', truststore: readTruststore(authority.certificate) };
const trusted: TlsPeer = {
  ...mutual,
  certificate: new X509Certificate(
    issueFrom(authority, 'client', { commonName: 'shop', ...times }).certificate,
  ),
  isAuthorized: true,
  tls: { version: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256' },
};

describe('checkPeer', () => {
  const rows: { name: string; peer: TlsPeer | undefined; atMs?: number; expected: string }[] = [
    { name: 'a client that has proved its certificate', peer: trusted, expected: 'admitted' },
    { name: 'one without TLS', peer: undefined, expected: 'refused' },
    {
      name: 'one that has shaken hands for another name',
      peer: { ...trusted, domain: 'b.example.com' },
      expected: 'refused',
    },
    { name: 'one without a certificate', peer: { ...trusted, certificate: undefined }, expected: 'refused' },
    {
      name: 'one that TLS itself has doubts of',
      peer: { ...trusted, isAuthorized: false },
      expected: 'refused',
    },
    {
      name: 'one whose certificate has ended since',
      peer: trusted,
      atMs: NOW + 60 * DAY_MS,
      expected: 'refused',
    },
    {
      name: 'one that an older truststore has let in',
      peer: { ...trusted, truststore: readTruststore(authority.certificate) },
      expected: 'stale',
    },
  ];
  for (const { name, peer, atMs = NOW, expected } of rows)
    it(`finds ${name} ${expected}`, () => {
      assert.equal(checkPeer(mutual, peer, atMs).kind, expected);
    });

  it('asks and reports nothing if no certificate is required', () => {
    assert.deepEqual(checkPeer(undefined, trusted, NOW), { kind: 'admitted', shows: false });
  });
});
