import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import {
  hashApiKey,
  KEY_ID,
  keyIdOf,
  KEY_PREFIX,
  parseApiKey,
  parseKeyForm,
  printApiKey,
  toBase62,
} from '#shared/access/keys/api-key.ts';
import { parseTicket } from '#shared/access/tickets/ticket.ts';
import { CODE_POINT } from '../../../support/any-text.ts';

const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));
const prefix = fc.stringMatching(KEY_PREFIX);
const keyId = fc.stringMatching(KEY_ID);
const key = fc.record({ prefix, keyId, entropy: hex(64) });

// docs/design/authorizers §7.15: checksum.
describe('an API key', () => {
  it('is read as it was printed', () => {
    fc.assert(
      fc.property(key, ({ entropy, ...parts }) => {
        const text = printApiKey(parts, entropy);
        assert.deepEqual(parseApiKey(text), parts);
        assert.deepEqual(parseKeyForm(text), { ...parts, isComplete: true });
        assert.match(text, /^[a-z0-9_]+_[0-9A-Za-z]{16}_[0-9A-Za-z]{36}$/);
      }),
    );
  });

  it('is refused with any one character changed, left out or put in', () => {
    fc.assert(
      fc.property(
        key,
        fc.nat(),
        fc.constantFrom('0', 'a', 'Z', '_', '-', '.'),
        ({ entropy, ...parts }, at, other) => {
          const text = printApiKey(parts, entropy);
          const place = at % text.length;
          for (const damaged of [
            `${text.slice(0, place)}${other}${text.slice(place + 1)}`,
            `${text.slice(0, place)}${text.slice(place + 1)}`,
            `${text.slice(0, place)}${other}${text.slice(place)}`,
          ])
            if (damaged !== text) assert.equal(parseApiKey(damaged), undefined, damaged);
        },
      ),
    );
  });

  it('matches no other text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: CODE_POINT }), (text) => {
        assert.equal(parseApiKey(text), undefined);
      }),
    );
    for (const text of [
      '',
      '_',
      'a_b_c',
      `shop_live_${'0'.repeat(16)}_${'0'.repeat(36)}`,
      'x'.repeat(100_000),
    ])
      assert.equal(parseApiKey(text), undefined, text.slice(0, 80));
  });

  it('is recognised without its last characters, and with a wrong checksum', () => {
    const named = { prefix: 'shop_live', keyId: '0'.repeat(16), isComplete: false };
    for (const length of [0, 35, 36, 37])
      assert.deepEqual(parseKeyForm(`shop_live_${'0'.repeat(16)}_${'0'.repeat(length)}`), named, `${length}`);
    assert.equal(parseKeyForm(`shop_live_${'0'.repeat(16)}_${'0'.repeat(73)}`), undefined);
  });

  // Found by the drawn promise exact-credentials: the authorizer refused the ticket as a mistyped key.
  it('is not recognised in a ticket that looks like a key that was cut off', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^wst_[0-9A-Za-z]{16}_[0-9A-Za-z]{26}$/), (ticket) => {
        assert.notEqual(parseTicket(ticket), undefined);
        assert.equal(parseKeyForm(ticket), undefined);
      }),
    );
  });

  it('ends in the CRC-32 that everybody else computes', () => {
    const text = printApiKey({ prefix: 'shop_live', keyId: '0123456789abcdef' }, 'f'.repeat(64));
    const expected = toBase62(crc32(text.slice(0, -6)).toString(16), 6);

    assert.equal(text.slice(-6), expected);
  });

  it('carries at least 178 bits of chance', () => {
    // docs/design/authorizers §K02: 30 base62 digits.
    assert.ok(Math.log2(62) * 30 > 178);
    const digits = (entropy: string) =>
      printApiKey({ prefix: 'a', keyId: '0'.repeat(16) }, entropy)
        .split('_')[2]
        ?.slice(0, 30);

    assert.equal(digits('0'.repeat(64)), '0'.repeat(30));
    fc.assert(
      fc.property(hex(44), hex(44), (a, b) => {
        // 176 bits, the most that never wraps: other bits are another secret.
        assert.equal(digits(`${'0'.repeat(20)}${a}`) === digits(`${'0'.repeat(20)}${b}`), a === b);
      }),
    );
  });

  it('has another hash under another prefix or id', () => {
    const entropy = 'ab'.repeat(32);
    const hashes = [
      { prefix: 'shop_live', keyId: '0'.repeat(16) },
      { prefix: 'shop_test', keyId: '0'.repeat(16) },
      { prefix: 'shop_live', keyId: '1'.repeat(16) },
    ].map((parts) => hashApiKey(printApiKey(parts, entropy)).toString('hex'));

    assert.equal(new Set(hashes).size, 3);
  });
});

describe('keyIdOf', () => {
  it('says the same for the same operation, and another for another tenant', () => {
    assert.equal(keyIdOf('acme', 'op-1'), keyIdOf('acme', 'op-1'));
    assert.notEqual(keyIdOf('acme', 'op-1'), keyIdOf('acme', 'op-2'));
    assert.notEqual(keyIdOf('acme', 'op-1'), keyIdOf('other', 'op-1'));
    assert.match(keyIdOf('acme', 'op-1'), KEY_ID);
  });
});
