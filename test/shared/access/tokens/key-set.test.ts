import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { isWeakRsaKey, parseKeySet } from '#shared/access/tokens/key-set.ts';
import { DomainError } from '#shared/errors.ts';
import { anEcKey, aRsaKey } from '../../../support/signed-tokens.ts';

const good = aRsaKey('good');
const other = aRsaKey('other');
const withGood = (...jwks: readonly unknown[]) => JSON.stringify({ keys: [...jwks, good.jwk] });

// docs/design/authorizers §7.7: duplicate key ids, one malformed key among good ones, answers that are not a key set.
describe('parseKeySet', () => {
  it('says which algorithms each kind of key can have signed', () => {
    const anyRsa = { ...other.jwk, alg: undefined };
    const keys = parseKeySet(withGood(anyRsa, anEcKey('ec').jwk));

    assert.deepEqual(
      [...keys].map(([keyId, { algorithms }]) => [keyId, algorithms]),
      [
        ['other', ['RS256', 'RS384', 'RS512']],
        ['ec', ['ES256']],
        ['good', ['RS256']],
      ],
    );
  });

  const rows = [
    { name: 'a 1024-bit RSA key', jwk: () => aRsaKey('bad', 1024).jwk, source: 'RFC 7518 section 3.3' },
    {
      name: 'an RSA key with exponent 1',
      jwk: () => ({ ...other.jwk, kid: 'bad', e: 'AQ' }),
      source: 'signatures need no key then',
    },
    {
      name: 'an encryption key',
      jwk: () => ({ ...other.jwk, kid: 'bad', use: 'enc' }),
      source: 'RFC 7517 section 4.2',
    },
    {
      name: 'a key that may not verify',
      jwk: () => ({ ...other.jwk, kid: 'bad', key_ops: ['encrypt'] }),
      source: 'RFC 7517 section 4.3',
    },
    {
      name: 'a symmetric key',
      jwk: () => ({ kty: 'oct', k: 'AAAA', kid: 'bad' }),
      source: 'RFC 8725 section 3.1',
    },
    {
      name: 'a key whose alg is not of its kind',
      jwk: () => ({ ...anEcKey('bad').jwk, alg: 'RS256' }),
      source: 'RFC 8725 section 3.1',
    },
    { name: 'a key without id', jwk: () => ({ ...other.jwk, kid: undefined }), source: 'cannot be chosen' },
    {
      name: 'a malformed key',
      jwk: () => ({ kty: 'RSA', kid: 'bad', n: 'x', e: 'y' }),
      source: 'one bad key among good ones',
    },
    { name: 'text', jwk: () => 'bad', source: 'one bad key among good ones' },
  ];
  for (const { name, jwk, source } of rows)
    it(`drops ${name} and keeps the rest`, () => {
      assert.deepEqual([...parseKeySet(withGood(jwk())).keys()], ['good'], source);
    });

  // docs/design/authorizers §J10, §J12: what should verify and cannot is counted.
  it('reports each key that it drops, unless the key is for something else', () => {
    const droppedOf = (...jwks: readonly unknown[]): number => {
      let dropped = 0;
      parseKeySet(withGood(...jwks), () => (dropped += 1));
      return dropped;
    };

    assert.equal(droppedOf(), 0);
    assert.equal(droppedOf({ ...other.jwk, use: 'enc' }, { ...other.jwk, key_ops: ['encrypt'] }), 0);
    assert.equal(droppedOf({ ...other.jwk, e: 'AQ' }, 'text', { kty: 'oct', k: 'AAAA', kid: 'bad' }), 3);
    assert.equal(droppedOf(other.jwk, other.jwk), 2);
  });

  it('drops an id that names two keys', () => {
    assert.deepEqual(
      [...parseKeySet(withGood(other.jwk, { ...other.jwk, n: good.jwk['n'] })).keys()],
      ['good'],
    );
  });

  for (const text of [
    '',
    'x',
    'null',
    '[]',
    '{}',
    '{"keys":{}}',
    '{"keys":[]}',
    JSON.stringify({ keys: Array(101).fill(0) }),
  ])
    it(`refuses ${text.slice(0, 30) || 'nothing'} as an outage, not as a bad token`, () => {
      assert.throws(() => parseKeySet(text), { code: 'KEY_SET_UNAVAILABLE' });
    });

  it('throws nothing but DomainError', () => {
    const jwk = fc.object({
      key: fc.constantFrom('kty', 'kid', 'n', 'e', 'crv', 'x', 'y', 'alg', 'use', 'key_ops'),
    });
    fc.assert(
      fc.property(fc.array(jwk), (keys) => {
        try {
          parseKeySet(JSON.stringify({ keys }));
        } catch (error) {
          assert.ok(error instanceof DomainError);
        }
      }),
    );
  });
});

/** A product of two numbers of the form that the broken library made: powers of 65537 modulo many small primes. */
function aRocaModulus(): bigint {
  const primorial = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
  ].reduce((product, prime) => product * BigInt(prime), 1n);
  const factor = (k: bigint, a: number) => {
    let power = 1n;
    for (let step = 0; step < a; step += 1) power = (power * 65_537n) % primorial;
    return k * primorial + power;
  };
  return factor(2n ** 800n + 7n, 5) * factor(2n ** 801n + 3n, 9);
}

describe('isWeakRsaKey', () => {
  it('accepts keys of current sizes', () => {
    for (let count = 0; count < 5; count += 1) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const { n = '' } = publicKey.export({ format: 'jwk' });
      const modulus = BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`);

      assert.equal(isWeakRsaKey(modulus, 2048, 65_537n), false);
    }
  });

  const strong = 2n ** 2047n + 1n;
  for (const { name, modulus, bits, exponent, source } of [
    {
      name: '1024 bits',
      modulus: 2n ** 1023n + 1n,
      bits: 1024,
      exponent: 65_537n,
      source: 'RFC 7518 section 3.3',
    },
    {
      name: 'exponent 1',
      modulus: strong,
      bits: 2048,
      exponent: 1n,
      source: 'a signature needs no key then',
    },
    { name: 'exponent 3', modulus: strong, bits: 2048, exponent: 3n, source: 'NIST SP 800-56B' },
    { name: 'an even exponent', modulus: strong, bits: 2048, exponent: 65_538n, source: 'no inverse' },
    {
      name: 'primes of a broken library',
      modulus: aRocaModulus(),
      bits: 2048,
      exponent: 65_537n,
      source: 'CVE-2017-15361',
    },
  ])
    it(`refuses ${name}`, () => {
      assert.equal(isWeakRsaKey(modulus, bits, exponent), true, source);
    });
});
