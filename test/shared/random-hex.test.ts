import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomHex } from '#shared/random-hex.ts';

describe('randomHex', () => {
  it('gives as many lower-case digits as were asked for, an odd number too', () => {
    for (const digits of [0, 1, 7, 16, 63, 64])
      assert.match(randomHex(digits), new RegExp(`^[0-9a-f]{${digits}}$`));
  });

  it('returns another value every time', () => {
    assert.equal(new Set(Array.from({ length: 1000 }, () => randomHex(32))).size, 1000);
  });
});
