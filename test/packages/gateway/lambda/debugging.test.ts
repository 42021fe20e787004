import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StoppableDeadlines } from '../../../../packages/gateway/lambda/invocation/deadlines.ts';
import { Debugging } from '../../../../packages/gateway/lambda/debugging.ts';

describe('Debugging', () => {
  it('stops time while a debugger is with the event of any instance', () => {
    let now = 0;
    const deadlines = new StoppableDeadlines(() => now);
    const debugging = new Debugging(deadlines, false);
    const [one, other] = [{}, {}];
    const passed: number[] = [];
    const pass = (): void => {
      now += 10;
      passed.push(deadlines.nowMs());
    };

    pass();
    debugging.hold(one, true);
    debugging.hold(other, true);
    pass();
    debugging.hold(one, false);
    debugging.hold(one, false);
    pass();
    debugging.hold(other, false);
    pass();
    debugging.close();

    assert.deepEqual(passed, [10, 10, 10, 20]);
  });
});
