import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { growthOf } from '../../../lab/bench/instances.ts';

describe('growthOf', () => {
  const filling = Array.from({ length: 10 }, (_, second) => second * 10);

  it('compares the last tenth with the second, since in the first much is filled once', () => {
    const samples = [...filling, ...Array.from({ length: 80 }, () => 100), ...filling.map(() => 104)];

    assert.equal(growthOf(samples), 1.04);
  });

  it('is nothing where too little was seen, or nothing could be', () => {
    assert.equal(growthOf(filling.slice(1)), undefined);
    assert.equal(growthOf(filling.map(() => NaN)), undefined);
  });
});
