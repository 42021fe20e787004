import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarise } from '../../bench/record.ts';
import { reasonsAgainst } from './recording.ts';
import type { RecordRow } from '../../bench/record.ts';
import type { Block, BlockPair } from '../../bench/record-process.ts';

/** A pair of blocks of a second in which recording took so large a share. */
function pairOf(share: number): BlockPair {
  const block = (requests: number): Block => ({
    ...{ requests, tookMs: 1000, mainMicros: 1e6, processMicros: 2e6, busy: 1 },
  });
  return { on: block(10_000 * (1 - share)), off: block(10_000) };
}

function measured(...shares: readonly number[]): RecordRow {
  return { scenario: 'rest', ring: undefined, rssMb: undefined, ...summarise(shares.map(pairOf)) };
}

describe('the proof of what recording costs', () => {
  it('holds up to 3 %, and not above', () => {
    const shares = Array.from({ length: 20 }, () => 0.029);

    assert.deepEqual(reasonsAgainst(measured(...shares)), []);
    assert.deepEqual(reasonsAgainst(measured(...shares.map(() => 0.031))), [
      'rest: up to 3.2 % more time of the serving thread',
      'rest: 3.1 % less throughput',
    ]);
  });

  it('does not hold where the machine had so much other work that it may be more', () => {
    assert.deepEqual(reasonsAgainst(measured(0.01, 0.01, 0.01, 0.2, -0.2, 0.01)), [
      'rest: up to 25.0 % more time of the serving thread',
    ]);
  });
});
