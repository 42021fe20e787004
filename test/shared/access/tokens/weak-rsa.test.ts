import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { isWeakRsaKey } from '#shared/access/tokens/weak-rsa.ts';

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
  it('takes keys as they are made today', () => {
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
