import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { runAtTurnEnd } from '../../../../packages/gateway/core/turn-end.ts';

describe('the end of a loop turn', () => {
  it('runs each waiting function once, in order; functions added in the meantime run a turn later', async () => {
    const ran: string[] = [];
    runAtTurnEnd(() => {
      ran.push('first');
      runAtTurnEnd(() => ran.push('later'));
    });
    runAtTurnEnd(() => ran.push('second'));
    assert.deepEqual(ran, []);
    await turn();
    assert.deepEqual(ran.slice(0, 2), ['first', 'second']);
    await turn();
    assert.deepEqual(ran, ['first', 'second', 'later']);
  });
});
