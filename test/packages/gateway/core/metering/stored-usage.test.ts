import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readStoredUsage } from '../../../../../packages/gateway/core/metering/stored-usage.ts';
import { KeyUsage } from '../../../../../packages/gateway/core/metering/quota.ts';

const GOOD = { firstDay: 20_777, used: [[20_777, 3]], extensions: [] };

describe('readStoredUsage', () => {
  it('reads what was kept', () => {
    assert.deepEqual(readStoredUsage(GOOD), GOOD);
  });

  for (const value of [
    null,
    undefined,
    'text',
    7,
    [],
    {},
    { ...GOOD, firstDay: 1.5 },
    { ...GOOD, firstDay: '20777' },
    { ...GOOD, used: undefined },
    { ...GOOD, used: { 20_777: 3 } },
    { ...GOOD, used: [20_777] },
    { ...GOOD, used: [[20_777]] },
    { ...GOOD, used: [[20_777, 3, 4]] },
    { ...GOOD, used: [[20_777, '3']] },
    { ...GOOD, used: [['20777', 3]] },
    { ...GOOD, used: [[20_777, 3], null] },
    { ...GOOD, extensions: undefined },
    { ...GOOD, extensions: [[1, Infinity]] },
  ])
    it(`does not accept ${JSON.stringify(value)}`, () => {
      assert.equal(readStoredUsage(value), undefined);
    });
});

describe('the usage of a key', () => {
  it('is the same after it was stored and read, despite later counts', () => {
    const at = Date.parse('2026-11-20T10:00:00Z');
    const kept = { firstDay: 20_770, used: [[20_776, 2] as const], extensions: [[20_770, 5] as const] };
    const usage = new KeyUsage(at);
    usage.count(at);

    usage.adopt(kept);

    assert.deepEqual(usage.keep(), kept);
    assert.equal(usage.usedOn(20_776), 2);
    assert.equal(readStoredUsage(JSON.parse(JSON.stringify(usage.keep())))?.extensions.length, 1);
  });
});
