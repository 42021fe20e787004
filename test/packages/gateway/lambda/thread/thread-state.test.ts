import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isDraining,
  isEnding,
  nextState,
} from '../../../../../packages/gateway/lambda/thread/thread-state.ts';
import type { ThreadState } from '../../../../../packages/gateway/lambda/thread/thread-state.ts';

const STATES: readonly ThreadState[] = ['starting', 'ready', 'draining', 'ending', 'over'];

describe('nextState', () => {
  const rows: readonly { name: string; from: ThreadState; allowed: readonly ThreadState[] }[] = [
    {
      name: 'a start ends in readiness, or before it',
      from: 'starting',
      allowed: ['ready', 'draining', 'ending'],
    },
    { name: 'who is ready drains or ends', from: 'ready', allowed: ['draining', 'ending'] },
    { name: 'who drains does not become ready any more', from: 'draining', allowed: ['ending'] },
    { name: 'an ending thread is over next, and does not drain', from: 'ending', allowed: ['over'] },
    { name: 'nothing follows the end', from: 'over', allowed: [] },
  ];
  for (const { name, from, allowed } of rows)
    it(name, () => {
      for (const wanted of STATES)
        assert.equal(
          nextState(from, wanted),
          allowed.includes(wanted) ? wanted : from,
          `${from} → ${wanted}`,
        );
    });
});

describe('what a state means', () => {
  it('includes that no event is accepted once the instance drains', () => {
    assert.deepEqual(STATES.filter(isDraining), ['draining', 'ending', 'over']);
  });

  it('is that the thread is about to end, or has ended', () => {
    assert.deepEqual(STATES.filter(isEnding), ['ending', 'over']);
  });
});
