import { randomBytes } from 'node:crypto';

/** Returns unpredictable lower-case hex digits. */
export function randomHex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);
}
