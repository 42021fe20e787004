/**
 * Creates ids and random numbers from the system's random generator. Random bytes are fetched in advance for many ids,
 * because a separate call for each id would cost 30 times as much.
 */
import { randomFillSync, randomUUID } from 'node:crypto';
import type { Random } from '../../core/ports.ts';

const POOL_BYTES = 4096;
/**
 * The number of random bytes in an extended request id. These 88 bits are encoded as 15 base64 characters and one `=`.
 */
const EXTENDED_ID_BYTES = 11;
const FRACTION_BYTES = 6;

export function createSystemRandom(): Random {
  const pool = Buffer.allocUnsafe(POOL_BYTES);
  let used = POOL_BYTES;

  /** Returns the position of the next `count` unused bytes. No byte is used twice. */
  function draw(count: number): number {
    if (used + count > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const start = used;
    used += count;
    return start;
  }

  return {
    uuid: () => randomUUID(),
    hex(count) {
      let text = '';
      while (text.length < count) {
        const bytes = Math.min(Math.ceil((count - text.length) / 2), POOL_BYTES);
        const start = draw(bytes);
        text += pool.toString('hex', start, start + bytes);
      }
      return text.length === count ? text : text.slice(0, count);
    },
    extendedId() {
      const start = draw(EXTENDED_ID_BYTES);
      return `${pool.toString('base64url', start, start + EXTENDED_ID_BYTES)}=`;
    },
    fraction: () => pool.readUIntBE(draw(FRACTION_BYTES), FRACTION_BYTES) / 2 ** (8 * FRACTION_BYTES),
  };
}
