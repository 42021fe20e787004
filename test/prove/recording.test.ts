import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarise } from '../../lab/bench/record.ts';
import { reasonsAgainst, reasonsAgainstAll } from './recording.ts';
import type { RecordRow } from '../../lab/bench/record.ts';
import type { Block } from '../../lab/bench/in-process.ts';
import type { BlockPair } from '../../lab/bench/record-process.ts';

/** A pair of one-second blocks in which recording took this share of the time. */
function pairOf(share: number): BlockPair {
  const block = (requests: number): Block => ({
    requests,
    tookMs: 1000,
    mainMicros: 1e6,
    processMicros: 2e6,
    busy: 1,
  });
  return { on: block(10_000 * (1 - share)), off: block(10_000) };
}

function measured(...shares: readonly number[]): RecordRow {
  return { scenario: 'rest', ring: undefined, rssMb: undefined, ...summarise(shares.map(pairOf)) };
}

describe('the proof of what recording costs', () => {
  it('is proven if recording costs up to 3 % of the throughput of each scenario, and not if it costs more', () => {
    assert.deepEqual(reasonsAgainst(measured(0.01, 0.029, 0.2)), []);
    assert.deepEqual(reasonsAgainst(measured(0.01, 0.031, 0.2)), ['rest: 3.1 % less throughput']);
  });

  it('is proven only if all scenarios together are clearly below the limit', () => {
    const twenty = (share: number): RecordRow => measured(...Array.from({ length: 20 }, () => share));

    assert.deepEqual(reasonsAgainstAll([twenty(0.01), twenty(0.04)]), []);
    assert.deepEqual(reasonsAgainstAll([twenty(0.02), twenty(0.05)]), [
      'all: up to 3.7 % more time of the serving thread',
      'all: up to 3.5 % less throughput',
    ]);
  });

  it('is not proven if the machine had so much other work that recording may cost more than the limit', () => {
    assert.deepEqual(reasonsAgainstAll([measured(0.01, 0.01, 0.01, 0.2, -0.2, 0.01)]), [
      'all: up to 25.0 % more time of the serving thread',
      'all: up to 20.0 % less throughput',
    ]);
  });
});
