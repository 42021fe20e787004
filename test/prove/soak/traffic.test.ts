import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diceOf } from '../fuzz/mutate.ts';
import { Pace } from './pace.ts';
import { Traffic } from './traffic.ts';

describe('Traffic', () => {
  it('sends nothing after its end, even while it waits for its turn', async () => {
    const traffic = new Traffic(diceOf(1), () => false);
    // No server listens at this address, so every request fails.
    traffic.aim(new URL('http://127.0.0.1:1'), new URL('http://127.0.0.1:1'));
    const stop = new AbortController();

    const going = traffic.go(new Pace(1e6), stop.signal);
    stop.abort();
    await going;
    await traffic.settle();

    assert.deepEqual(traffic.faults, []);
  });
});
