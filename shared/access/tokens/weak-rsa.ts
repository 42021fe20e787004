/** RSA keys that look strong and are not. */

const LEAST_BITS = 2_048;
const LEAST_EXPONENT = 65_537n;

/**
 * Primes of the keys that Infineon's library made (ROCA, CVE-2017-15361) are powers of 65537 modulo these,
 * and so is their product; one in 100 million of other keys looks alike.
 */
const ROCA_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

/** Whether signatures of the key mean nothing: below 2048 bits, exponent 1 or even, or factored in days. */
export function isWeakRsaKey(modulus: bigint, bits: number, exponent: bigint): boolean {
  if (bits < LEAST_BITS || exponent < LEAST_EXPONENT || exponent % 2n === 0n) return true;
  return ROCA_PRIMES.every((prime) => isPowerOf65537(Number(modulus % BigInt(prime)), prime));
}

/** Looked for anew: nine in ten keys differ at the first two primes, and tables of all are a part of every start. */
function isPowerOf65537(residue: number, prime: number): boolean {
  let power = 1;
  do {
    if (power === residue) return true;
    power = (power * 65_537) % prime;
  } while (power !== 1);
  return false;
}
