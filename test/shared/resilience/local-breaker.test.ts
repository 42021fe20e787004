import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LocalBreaker } from '#shared/resilience/local-breaker.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

const WINDOW = { calls: 4, ms: 10_000, minimumCalls: 2, failureRate: 0.5 };

function aBreaker(rules: Partial<ConstructorParameters<typeof LocalBreaker>[0]> = {}) {
  const time = new VirtualTime();
  const breaker = new LocalBreaker(
    { window: WINDOW, openMs: 5000, probes: 2, reportMs: 1000, ...rules },
    time.clock,
  );
  const call = (isFailure: boolean) => {
    const pass = breaker.admit();
    return pass === undefined ? 'refused' : breaker.settle(pass, isFailure);
  };
  return { time, breaker, call };
}

describe('LocalBreaker', () => {
  it('opens when the share of failures is reached, not before the minimum of calls', () => {
    const { breaker, call } = aBreaker();

    assert.equal(call(true), undefined);
    assert.equal(call(false), undefined);
    assert.equal(call(true), 'open');
    assert.equal(call(false), 'refused');
    assert.equal(breaker.state, 'open');
  });

  it('drops calls that are older than the window, and those beyond its length', async () => {
    const { time, call } = aBreaker();
    call(true);
    await time.advance(10_001);
    assert.equal(call(true), undefined, 'the older one is forgotten');

    const other = aBreaker();
    for (const isFailure of [true, false, false, false, false]) other.call(isFailure);
    assert.equal(other.call(true), undefined, 'one of the last four');
  });

  it('admits that many probes after the open time, and closes when all have succeeded', async () => {
    const { time, breaker, call } = aBreaker();
    call(true);
    call(true);
    await time.advance(5000);
    assert.equal(breaker.admit(), undefined, 'not yet over');
    await time.advance(1);

    const [first, second, third] = [breaker.admit(), breaker.admit(), breaker.admit()];

    assert.ok(first?.isProbe === true && second?.isProbe === true);
    assert.equal(third, undefined);
    assert.equal(breaker.settle(first, false), undefined);
    assert.equal(breaker.settle(second, false), 'closed');
    assert.equal(breaker.admit()?.isProbe, false);
  });

  it('opens again when a probe fails, or does not report in time', async () => {
    const { time, breaker, call } = aBreaker();
    call(true);
    call(true);
    await time.advance(5001);
    assert.equal(call(true), 'open');
    assert.equal(call(false), 'refused');

    await time.advance(5001);
    const silent = breaker.admit();
    await time.advance(1001);
    assert.equal(breaker.admit(), undefined);
    assert.equal(breaker.state, 'open');
    assert.ok(silent !== undefined);
    assert.equal(breaker.settle(silent, false), undefined, 'its success comes too late');
  });

  it('counts failures of the shared state that it follows only', () => {
    const { breaker, call } = aBreaker();
    const old = [breaker.admit(), breaker.admit()];
    breaker.followClosed(2);

    for (const pass of old) assert.equal(pass && breaker.settle(pass, true), undefined);
    call(true);
    breaker.followOpen(3);

    assert.equal(breaker.state, 'open');
    breaker.followClosed(4);
    assert.equal(breaker.state, 'closed');
    assert.equal(call(true), undefined, 'the first of this generation');
  });
});
