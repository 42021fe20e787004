import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Pace } from './pace.ts';

describe('Pace', () => {
  it('is 70 % of the measured throughput', () => {
    assert.equal(new Pace(1000).perSecond, 700);
  });

  it('falls to 70 % of the current throughput if requests pile up, but not because of a burst', () => {
    const pace = new Pace(1000);
    pace.passed(1, 700, 31);
    assert.equal(pace.perSecond, 700);

    pace.passed(2, 400, 32);

    assert.equal(pace.perSecond, 140);
    assert.equal(pace.slowedSeconds, 2);
  });

  it('rises again step by step, up to the initial pace', () => {
    const pace = new Pace(1000);
    pace.passed(1, 500, 150);
    const rates = Array.from({ length: 10 }, () => {
      pace.passed(1, 500, 0);
      return Math.round(pace.perSecond);
    });

    assert.deepEqual(rates, [385, 424, 466, 512, 564, 620, 682, 700, 700, 700]);
  });

  it('never stops, even if nothing is answered', () => {
    const pace = new Pace(1000);
    pace.passed(1, 0, 150);
    assert.equal(pace.perSecond, 5);
  });
});
