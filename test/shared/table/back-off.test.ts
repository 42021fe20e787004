import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backOff } from '#shared/table/back-off.ts';

describe('backOff', () => {
  for (const [attempt, fraction, baseMs, expectedMs] of [
    [0, 0, undefined, 10],
    [0, 0.5, undefined, 20],
    [3, 0.5, undefined, 160],
    [3, 0.5, 10, 80],
  ] as const)
    it(`pauses ${expectedMs} ms before attempt ${attempt + 2} with the base ${baseMs ?? 'by default'}`, async () => {
      const pauses: number[] = [];
      const timer = { pause: (ms: number) => Promise.resolve(void pauses.push(ms)) };

      await backOff({ timer, random: { fraction: () => fraction } }, attempt, baseMs);

      assert.deepEqual(pauses, [expectedMs]);
    });
});
