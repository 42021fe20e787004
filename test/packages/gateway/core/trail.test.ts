import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namedTimes, Trail } from '../../../../packages/gateway/core/trail.ts';
import type { Received } from '../../../../packages/gateway/core/exchange.ts';

/** Each reading is a millisecond later. */
function aTrail(isRecorded = true) {
  let readings = 0;
  const trail = new Trail({ nowEpochMs: () => 0, monotonicMs: () => (readings += 1) });
  if (isRecorded) trail.keepAll({ notes: undefined } as unknown as Received);
  const times = () => namedTimes(trail.notes?.marks ?? []);
  return { trail, times, readings: () => readings };
}

describe('Trail', () => {
  it('reads the clock once for each phase of a recorded request, and for no phase of another one', () => {
    for (const isRecorded of [true, false]) {
      const { trail, readings } = aTrail(isRecorded);
      for (const phase of ['match', 'authenticate', 'authorize', 'integrate', 'map-response'] as const)
        trail.enter(phase);
      trail.elapsedMs();
      assert.equal(readings(), isRecorded ? 7 : 2);
    }
  });

  it('marks when each phase began; the first one began with the request', () => {
    const { trail, times } = aTrail();
    trail.enter('match');
    trail.enter('authenticate');
    trail.enter('integrate');
    trail.enter('map-response');
    assert.equal(trail.elapsedMs(), 5);
    assert.deepEqual(times(), { screen: 1, match: 2, authenticate: 3, integrate: 4, 'map-response': 5 });
  });

  it('a phase that comes in two halves began with the first', () => {
    const { trail, times, readings } = aTrail();
    trail.enter('match');
    trail.enter('screen');
    trail.enter('authenticate');
    assert.deepEqual(times(), { screen: 1, match: 2, authenticate: 3 });
    assert.equal(readings(), 3);
  });

  it('describes an integration by the status of its answer, unless the request failed after it', () => {
    const { trail } = aTrail();
    trail.enter('integrate');
    trail.enter('map-response');
    assert.deepEqual(trail.describeIntegration(201)?.status, 201);

    trail.failure = 'Execution failed due to configuration error';
    assert.deepEqual(trail.describeIntegration(201)?.status, undefined);
  });

  it('names the last phase as the one that answered, unless another one is named', () => {
    const { trail } = aTrail();
    trail.enter('integrate');
    trail.enter('map-response');
    assert.equal(trail.answeredBy, 'map-response');
    trail.answeredBy = 'integrate';
    assert.deepEqual([trail.phase, trail.answeredBy], ['map-response', 'integrate']);
  });

  it('records no times until notes are requested, and then those of later phases', () => {
    const { trail, times } = aTrail(false);
    trail.enter('match');
    assert.deepEqual(times(), {});
    trail.keepNotes();
    trail.enter('screen');
    trail.enter('integrate');
    assert.deepEqual(times(), { screen: 2, integrate: 3 });
  });
});
