import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOON_MS } from '../../../support/quota-table.ts';

describe('a ledger item', () => {
  it('stays within 700 bytes with every slot, mark and the largest numbers', () => {
    const item: Record<string, string | number> = {
      pk: `Q#${'t'.repeat(36)}#monthly#${'k'.repeat(36)}`,
      sk: 'P#2026-11-01T00:00:00.000Z',
      expiresAt: 1_900_000_000,
    };
    for (const name of ['rem', 'out', 'used', 'cred', 'lim', 'b', 'ov', 'rst', 'mov'])
      item[name] = Number.MAX_SAFE_INTEGER;
    for (const name of ['a80', 'a100', 'susp']) item[name] = NOON_MS;
    for (let slot = 0; slot < 16; slot += 1) item[`s${slot}`] = `${'f'.repeat(16)}.zzzz`;

    // DynamoDB: names and texts by their bytes, a number by about half of its digits and one.
    const bytes = Object.entries(item).reduce(
      (sum, [name, value]) =>
        sum +
        name.length +
        (typeof value === 'string' ? value.length : Math.ceil(String(value).length / 2) + 1),
      0,
    );
    assert.ok(bytes <= 700, `${bytes} bytes`);
  });
});
