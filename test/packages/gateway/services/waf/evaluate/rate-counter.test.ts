import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { RateCounter } from '../../../../../../packages/gateway/services/waf/evaluate/rate-counter.ts';

const START = 1_700_000_000_000;

function countTimes(counter: RateCounter, times: number, atMs = START, key = 'a'): boolean {
  let isOver = false;
  for (let index = 0; index < times; index += 1) isOver = counter.count(key, atMs);
  return isOver;
}

describe('RateCounter', () => {
  it('lets the limit pass and no request more, per instance', () => {
    const counter = new RateCounter(10, 60);

    assert.equal(countTimes(counter, 10), false);
    assert.equal(countTimes(counter, 1), true);
    assert.equal(countTimes(counter, 1, START, 'b'), false);
  });

  it('drops requests that are older than the window', () => {
    const counter = new RateCounter(10, 60);
    countTimes(counter, 11);

    assert.equal(counter.count('a', START + 58_000), true);
    assert.equal(counter.count('a', START + 62_000), false);
  });

  it('continues to count requests while they are limited', () => {
    const counter = new RateCounter(10, 60);
    for (let second = 0; second < 300; second += 2) counter.count('a', START + second * 1000);

    assert.equal(counter.count('a', START + 300_000), true);
  });

  it('keeps at most 10,000 instances, and drops the one that was idle for longest', () => {
    const counter = new RateCounter(10, 60);
    countTimes(counter, 11, START, 'first');
    countTimes(counter, 11, START, 'second');
    const laterMs = START + 2_000;
    counter.count('first', laterMs);
    for (let index = 0; index < 9_999; index += 1) counter.count(String(index), laterMs);

    assert.equal(counter.count('first', laterMs), true);
    assert.equal(counter.count('second', laterMs), false);
  });

  it('counts long instances separately', () => {
    const counter = new RateCounter(10, 60);
    const [long, other] = ['a', 'b'].map((end) => `${'x'.repeat(8_000)}${end}`);
    countTimes(counter, 10, START, long);

    assert.equal(countTimes(counter, 1, START, other), false);
    assert.equal(countTimes(counter, 1, START, long), true);
  });

  // A caller may know how long names are replaced, and send the replacement of another caller's name.
  for (const digest of ['base64', 'hex', 'base64url'] as const)
    it(`counts a long instance apart from its own hash in ${digest}`, () => {
      const counter = new RateCounter(10, 60);
      const long = 'x'.repeat(65);
      const hash = createHash('sha256').update(long).digest(digest);
      for (const name of [hash, `sha256:${hash}`]) countTimes(counter, 11, START, name);

      assert.equal(counter.count(long, START), false);
    });

  it('tolerates a clock that goes backwards', () => {
    const counter = new RateCounter(10, 60);
    countTimes(counter, 11);

    assert.equal(counter.count('a', START - 10_000), true);
  });
});
