import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseUse, Strangers } from './strangers.ts';
import type { Use } from './strangers.ts';

// The fields as in the man page proc(5): user nice system idle iowait irq softirq steal guest guest_nice.
const STAT = 'cpu  400 20 30 500 50 1 2 3 40 0\ncpu0 200 10 15 250 25 0 1 1 20 0\n';
const OWN = '4711 (node (a) b) S 1 4711 4711 0 -1 4194304 1 2 3 4 100 20 3 4 20 0 11 0 99';

describe('parseUse', () => {
  it('counts waiting time as idle, the time of guests once, and ended children as our own', () => {
    assert.deepEqual(parseUse(STAT, [OWN, OWN]), { total: 1006, busy: 456, ours: 254 });
  });
});

describe('Strangers', () => {
  const looks: readonly [number, Use][] = [
    [0, { total: 0, busy: 0, ours: 0 }],
    [1000, { total: 200, busy: 200, ours: 180 }],
    [2000, { total: 400, busy: 400, ours: 200 }],
    [3000, { total: 600, busy: 420, ours: 210 }],
  ];
  const rows: readonly [string, number, number, number, boolean][] = [
    ['our own load does not count as a crowd', 0, 1000, 0.1, false],
    ['other programs that use nine tenths are a crowd', 1000, 2000, 0.9, true],
    ['a request that lasted through both was crowded', 500, 1500, 0.5, true],
    ['an idle machine does not count as a crowd', 2000, 3000, 0.05, false],
    ['a time after the last measurement is judged by that measurement', 2500, 9000, 0.05, false],
    ['a period of length zero does not count as a crowd', 9000, 9000, 0, false],
  ];
  for (const [name, from, to, share, isCrowded] of rows)
    it(name, () => {
      const left = [...looks];
      const strangers = new Strangers(() => left.shift()![1]);
      for (const [atMs] of looks) strangers.look(atMs);

      assert.ok(Math.abs(strangers.share(from, to) - share) < 1e-9, String(strangers.share(from, to)));
      assert.equal(strangers.isCrowded(from, to), isCrowded);
    });
});
