import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Effort } from './effort.ts';
import type { Standing } from './effort.ts';

const waits = (burntMs: number): Standing => ({ burntMs, isRunnable: false });
const runs = (burntMs: number): Standing => ({ burntMs, isRunnable: true });

describe('Effort', () => {
  const rows: readonly [string, readonly (Standing | undefined)[], readonly (string | undefined)[]][] = [
    ['a process that works', [runs(0), runs(500), runs(900)], [undefined, undefined]],
    [
      'a process that uses more CPU time than it needs',
      [runs(100), runs(1_100), runs(1_101)],
      [undefined, 'burning'],
    ],
    [
      'a process that only waits, for twenty seconds',
      [waits(0), waits(0), waits(0), waits(100), waits(100)],
      [undefined, undefined, undefined, 'idle'],
    ],
    [
      'a process that cannot run because it waits for the processor',
      [runs(0), runs(0), runs(0), runs(0), runs(0)],
      [undefined, undefined, undefined, undefined],
    ],
    [
      'a process that works now and then',
      [waits(0), waits(0), waits(0), waits(300), waits(300)],
      [undefined, undefined, undefined, undefined],
    ],
    ['a process whose state cannot be read', [undefined, undefined, undefined], [undefined, undefined]],
  ];
  for (const [name, standings, expected] of rows)
    it(`judges ${name}`, () => {
      const left = [...standings];
      const effort = new Effort(0, 1_000, () => left.shift());

      assert.deepEqual(
        expected.map((_, look) => effort.look(look * 7_000)),
        expected,
      );
    });
});
