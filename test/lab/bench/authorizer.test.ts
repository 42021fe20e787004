import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ratioToBare } from '../../../lab/bench/authorizer.ts';
import type { StartRow } from '../../../lab/bench/authorizer-starts.ts';

const aRow = (over: Partial<StartRow>): StartRow => ({
  name: 'aws-jwt-verify',
  form: 'layer',
  keys: 'fetched',
  starts: 20,
  importMs: 5,
  firstMs: 5,
  startMs: 10,
  leastStartMs: 9,
  cpuMs: 10,
  rssMb: 50,
  ...over,
});

describe('ratioToBare', () => {
  const rows = [
    aRow({}),
    aRow({ keys: 'memory', startMs: 4 }),
    aRow({ form: 'alone', startMs: 2 }),
    aRow({ name: 'token-authorizer', startMs: 15, leastStartMs: 18 }),
  ];

  it('compares with the bare handler in the same form, with the keys in the same place', () => {
    assert.equal(ratioToBare(rows, rows[3]), 1.5);
    assert.equal(ratioToBare(rows, rows[0]), 1);
  });

  it('compares the shortest starts if it is asked to', () => {
    assert.equal(ratioToBare(rows, rows[3], 'leastStartMs'), 2);
  });

  it('is nothing if there is nothing to compare with', () => {
    assert.equal(ratioToBare(rows.slice(1), rows[3]), null);
    assert.equal(ratioToBare(rows, undefined), null);
  });
});
