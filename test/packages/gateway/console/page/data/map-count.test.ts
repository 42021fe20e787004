import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countCalls, countWaiting } from '../../../../../../packages/gateway/console/page/data/map-count.ts';

describe('the numbers at a node of the map', () => {
  // All calls in red, because one of them had failed, were read as errors.
  it('are all calls, and in red only those that failed', () => {
    assert.deepEqual(countCalls(3, 2, 'request'), { text: '3', failed: '✗2', says: '3 requests, 2 failed' });
    assert.deepEqual(countCalls(1, 0, 'call'), { text: '1', says: '1 call' });
    assert.equal(countCalls(0, 0, 'call'), undefined);
  });

  it('are the waiting messages of a source', () => {
    assert.deepEqual(countWaiting('3 waiting, 1 running')?.text, '3 waiting');
    assert.equal(countWaiting('0 waiting'), undefined);
    assert.equal(countWaiting('off'), undefined);
  });
});
