/** RSA keys that look strong and are not. */

const LEAST_BITS = 2_048;
const LEAST_EXPONENT = 65_537n;

/**
 * Primes of the keys that Infineon's library made (ROCA, CVE-2017-15361) are powers of 65537 modulo these,
 * and so is their product; one in 100 million of other keys looks alike.
 */
const ROCA_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
const ROCA_POWERS = ROCA_PRIMES.map(powersOf65537);

/** Whether signatures of the key mean nothing: below 2048 bits, exponent 1 or even, or factored in days. */
export function isWeakRsaKey(modulus: bigint, bits: number, exponent: bigint): boolean {
  if (bits < LEAST_BITS || exponent < LEAST_EXPONENT || exponent % 2n === 0n) return true;
  return ROCA_PRIMES.every(
    (prime, index) => ROCA_POWERS[index]?.has(Number(modulus % BigInt(prime))) === true,
  );
}

function powersOf65537(prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * 65_537) % prime) powers.add(power);
  return powers;
}
