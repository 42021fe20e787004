/**
 * Returns a random number that can be repeated. The same seed, rule and request number always give the same value. Each
 * rule counts its own requests.
 * @param use distinguishes two draws for one request
 * @returns x with 0 ≤ x < 1
 */
export function draw(seed: number, rule: number, request: number, use: number): number {
  let mixed = 0x9e3779b9;
  for (const part of [seed, rule, request, use]) mixed = mix(mixed ^ part);
  return (mixed >>> 0) / 2 ** 32;
}

/**
 * Mixes the bits of a 32-bit number. Different inputs have different outputs, and each bit of the input changes about
 * half of the output's bits.
 */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}
