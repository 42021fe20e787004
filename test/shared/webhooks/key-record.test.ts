import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseKeyRecord } from '#shared/webhooks/key-record.ts';
import made from '../../fixtures/webhooks/message-signatures.json' with { type: 'json' };

const { messages, weakRsaKey } = made;

describe('parseKeyRecord', () => {
  const BASE =
    '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@authority": example.com\n"content-type": application/json\n"@signature-params": ("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"';
  const ED_BASE =
    '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n"@authority": example.com\n"content-type": application/json\n"content-length": 18\n"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';
  const PUBLISHED = [
    {
      source: 'RFC 9421 §B.2.5',
      record:
        'test-shared-secret hmac-sha256 t uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==',
      base: BASE,
      signature: 'pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=',
    },
    {
      source: 'RFC 9421 §B.2.6',
      record: 'test-key-ed25519 ed25519 t MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=',
      base: ED_BASE,
      signature: 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
    },
  ];
  for (const { source, record, base, signature } of PUBLISHED)
    it(`checks the signature of ${source}`, () => {
      const parsed = parseKeyRecord(record);
      const bytes = Buffer.from(signature, 'base64');

      assert.ok(parsed);
      assert.equal(parsed.isSignature(base, bytes), true);
      assert.equal(parsed.isSignature(`${base} `, bytes), false);
      for (const length of [0, 1, bytes.length - 1])
        assert.equal(parsed.isSignature(base, bytes.subarray(0, length)), false);
    });

  const ed = messages.find(({ algorithm }) => algorithm === 'ed25519')!.key;
  const REFUSED: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['no key', 'k ed25519 t'],
    ['two spaces', `k  ed25519 t ${ed}`],
    ['an invalid algorithm', `k none t ${ed}`],
    ['an algorithm of other keys', `k ecdsa-p256-sha256 t ${ed}`],
    ['a property name for an algorithm', `k constructor t ${ed}`],
    ['a public key for HMAC that is too short', 'k hmac-sha256 t QUFB'],
    ['base64 that is none', 'k hmac-sha256 t QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQ'],
    ['bytes that are not a key', `k ed25519 t ${'QUFB'.repeat(12)}`],
    ['an RSA key of 1024 bits', `k rsa-pss-sha512 t ${weakRsaKey}`],
  ];
  for (const [name, line] of REFUSED)
    it(`refuses ${name}`, () => {
      assert.equal(parseKeyRecord(line), undefined);
    });
});
