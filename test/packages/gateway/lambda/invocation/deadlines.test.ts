import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  MACHINE_DEADLINES,
  NO_DEADLINES,
  StoppableDeadlines,
} from '../../../../../packages/gateway/lambda/invocation/deadlines.ts';
import type { TestContext } from 'node:test';

/** Time by the test's own timers. */
function onTestTime({ mock }: TestContext) {
  mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const pass = (ms: number): void => {
    now += ms;
    mock.timers.tick(ms);
  };
  return { pass, deadlines: new StoppableDeadlines(() => now) };
}

describe('StoppableDeadlines', () => {
  it('does not count the time in which it was paused, for deadlines that were set before and during the pause', (test) => {
    const { pass, deadlines } = onTestTime(test);
    const passed: string[] = [];
    deadlines.after(1000, () => passed.push('before'));
    pass(400);

    deadlines.stop();
    deadlines.after(700, () => passed.push('meanwhile'));
    pass(30_000);
    assert.deepEqual(passed, []);

    deadlines.resume();
    pass(599);
    assert.deepEqual(passed, []);
    pass(1);
    assert.deepEqual(passed, ['before']);
    pass(100);
    assert.deepEqual(passed, ['before', 'meanwhile']);
    assert.equal(deadlines.nowMs(), 1100);
  });

  it('gives threads the total time of several standstills', (test) => {
    const { pass, deadlines } = onTestTime(test);
    for (const ms of [3000, 500]) {
      deadlines.stop();
      deadlines.stop();
      pass(ms);
      deadlines.resume();
      deadlines.resume();
    }

    assert.deepEqual([...new Float64Array(deadlines.stoodMs)], [3500, 0]);
  });

  it('drops a deadline that was cleared during a pause', (test) => {
    const { pass, deadlines } = onTestTime(test);
    const deadline = deadlines.after(10, () => assert.fail('it was cleared'));
    deadlines.stop();
    deadline.clear();
    deadlines.resume();
    pass(1000);
  });

  it('aborts as a timeout does, later by the standstill', (test) => {
    const { pass, deadlines } = onTestTime(test);
    const signal = deadlines.signal(100);
    deadlines.stop();
    pass(1000);
    deadlines.resume();
    pass(99);
    assert.equal(signal.aborted, false);
    pass(1);
    assert.equal((signal.reason as DOMException).name, 'TimeoutError');
  });
});

describe('NO_DEADLINES', () => {
  it('never ends anything', (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    NO_DEADLINES.after(1, () => assert.fail('nothing takes too long'));
    const signal = NO_DEADLINES.signal(1);
    test.mock.timers.tick(1_000_000);

    assert.equal(signal.aborted, false);
    assert.equal(NO_DEADLINES.nowMs(), 0);
  });
});

describe('MACHINE_DEADLINES', () => {
  it('end what takes too long, unless it is cleared before', (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const passed: number[] = [];
    MACHINE_DEADLINES.after(10, () => passed.push(10));
    MACHINE_DEADLINES.after(20, () => passed.push(20)).clear();
    test.mock.timers.tick(9);
    assert.deepEqual(passed, []);
    test.mock.timers.tick(100);

    assert.deepEqual(passed, [10]);
  });

  it('are measured on a clock that nobody moves', () => {
    const before = performance.now();
    const now = MACHINE_DEADLINES.nowMs();

    assert.ok(now >= before && now <= performance.now());
  });
});
