import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namedTimes, Trail } from '../../gateway/trail.ts';
import type { Received } from '../../gateway/exchange.ts';

/** Each reading is a millisecond later. */
function aTrail(isRecorded = true) {
  let readings = 0;
  const trail = new Trail({ nowEpochMs: () => 0, monotonicMs: () => (readings += 1) });
  if (isRecorded) trail.keepAll({ notes: undefined } as unknown as Received);
  const times = () => namedTimes(trail.startedMs, trail.notes ?? { entered: 0, readings: [] });
  return { trail, times, readings: () => readings };
}

describe('Trail', () => {
  it('reads the clock of a recorded request as often as of one that is not: at its beginning and end', () => {
    for (const isRecorded of [true, false]) {
      const { trail, readings } = aTrail(isRecorded);
      for (const phase of ['match', 'screen', 'authenticate', 'authorize', 'meter'] as const)
        trail.enter(phase, true);
      trail.enter('integrate');
      trail.enterLast('map-response');
      trail.elapsedMs();
      assert.equal(readings(), 2);
    }
  });

  it('a brief phase begins with the one before it, and the last one with the end', () => {
    const { trail, times } = aTrail();
    trail.enter('match', true);
    trail.enter('authenticate');
    trail.enter('authorize', true);
    trail.enter('integrate');
    trail.enterLast('map-response');
    assert.equal(trail.elapsedMs(), 2);
    assert.deepEqual(times(), {
      ...{ screen: 1, match: 1, authenticate: 1, authorize: 2, integrate: 2, 'map-response': 3 },
    });
    // Asked again, as by a log that is written later.
    trail.elapsedMs();
    assert.equal(times()['map-response'], 3);
  });

  it('a phase that comes in two halves began with the first, and the next one after both', () => {
    const { trail, times } = aTrail();
    trail.enter('match');
    trail.enter('screen');
    trail.enter('authenticate', true);
    assert.deepEqual(times(), { screen: 1, match: 1, authenticate: 2 });
  });

  it('keeps no times of what nobody wants to read, and of notes that begin later those from then on', () => {
    const { trail, times } = aTrail(false);
    trail.enter('match');
    assert.deepEqual(times(), {});
    trail.keepNotes();
    trail.enter('screen');
    trail.enter('integrate');
    assert.deepEqual(times(), { screen: 2, integrate: 3 });
  });
});
