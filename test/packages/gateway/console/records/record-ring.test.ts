import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecordRing } from '../../../../../packages/gateway/console/records/record-ring.ts';

const kept = (ring: RecordRing<string>): string => [...ring.newestFirst()].map(([, value]) => value).join('');

describe('RecordRing', () => {
  it('drops the oldest by number', () => {
    const ring = new RecordRing<string>(3, 1_000);
    for (const value of 'abcde') ring.push(value, 1);

    assert.equal(kept(ring), 'edc');
    assert.deepEqual(
      [ring.at(1), ring.at(2), ring.at(5), ring.taken, ring.kept],
      [undefined, 'c', undefined, 5, 3],
    );
  });

  it('drops the oldest by bytes, but never the newest', () => {
    const ring = new RecordRing<string>(10, 100);
    for (const value of 'abc') ring.push(value, 40);
    assert.equal(kept(ring), 'cb');

    ring.push('d', 500);

    assert.equal(kept(ring), 'd');
    assert.equal(ring.bytes, 500);
  });

  it('reports each dropped record once', () => {
    const gone: string[] = [];
    const ring = new RecordRing<string>(2, 100, (value) => gone.push(value));
    for (const value of 'abc') ring.push(value, 10);
    ring.push('d', 95);
    ring.clear();

    assert.deepEqual(gone, ['a', 'b', 'c', 'd']);
  });

  it('continues counting after it was cleared', () => {
    const ring = new RecordRing<string>(3, 1_000);
    ring.push('a', 1);
    ring.clear();
    ring.push('b', 1);

    assert.deepEqual([kept(ring), ring.taken, ring.at(0), ring.bytes], ['b', 2, undefined, 1]);
  });
});
