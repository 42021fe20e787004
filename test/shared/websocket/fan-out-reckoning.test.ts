/** The figures in docs/guides/receive/realtime.md, compared with the simulation. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ACCOUNT_RATE, hourlyCost, POSTS_PER_MS, simulateFanOut } from '../../support/simulated-fan-out.ts';

const text = readFileSync(new URL('../../../docs/guides/receive/realtime.md', import.meta.url), 'utf8');
const PACED = ACCOUNT_RATE / (POSTS_PER_MS * 1000);
const number = (cell = '') => Number(/[\d,.]+/.exec(cell)?.[0].replaceAll(',', ''));

describe('the reckoning of docs/guides/receive/realtime.md', () => {
  const rows = text
    .split('\n')
    .filter((line) => /^\|\s+[\d,]+ \|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('has rows for 10,000, 100,000 and 1,000,000 connections', () => {
    assert.deepEqual(
      rows.map(([, connections]) => connections),
      ['10,000', '100,000', '1,000,000'],
    );
    assert.equal(PACED, 4);
  });

  for (const [, connections, paced, unpaced, hour] of rows)
    it(`matches the simulation for ${connections} connections`, () => {
      const simulated = simulateFanOut({ connections: number(connections), functionsAtOnce: PACED });
      assert.ok(
        Math.abs(simulated.seconds - number(paced)) <= 0.05 * number(paced),
        `${simulated.seconds} s`,
      );
      assert.equal(simulated.missed, 0);
      const all = simulateFanOut({ connections: number(connections), functionsAtOnce: 1_000 });
      assert.equal(/nobody missed/.test(unpaced ?? '') ? 0 : number(unpaced?.split(', ')[1]), all.missed);
      assert.equal(number(hour), Number(hourlyCost(number(connections)).toFixed(2)));
    });
});
