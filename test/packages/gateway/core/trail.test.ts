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

  type Outcome = Parameters<Trail['noteOutcome']>[0];
  const ids = ['X-Amzn-RequestId', 'r-1', 'x-amz-id-2', 'i-2'];
  // Source: docs/aws §10.3, the variables of the integration.
  const outcomes: readonly (readonly [what: string, outcome: object, expected: object])[] = [
    [
      'a service that answered',
      { kind: 'answered', status: 404, headers: ids },
      { status: 404, endpointStatus: 404, requestId: 'r-1', requestId2: 'i-2' },
    ],
    [
      'S3, by its own name of the id',
      { kind: 'answered', status: 200, headers: [...ids, 'x-amz-request-id', 'r-2'] },
      { status: 200, endpointStatus: 200, requestId: 'r-2', requestId2: 'i-2' },
    ],
    [
      'a function that returned',
      { kind: 'returned', requestId: () => 'r-1' },
      { status: 201, endpointStatus: 200, requestId: 'r-1' },
    ],
    [
      'a function that failed, to which Lambda answers 200',
      { kind: 'failed', requestId: () => 'r-1' },
      { status: 201, endpointStatus: 200, requestId: 'r-1' },
    ],
    ['a throttled function', { kind: 'refused', reason: 'throttled' }, { status: 201, endpointStatus: 429 }],
    ['no function', { kind: 'refused', reason: 'not-found' }, { status: 201, endpointStatus: 404 }],
    ['a large event', { kind: 'refused', reason: 'too-large' }, { status: 201, endpointStatus: 413 }],
    ['a role that may not', { kind: 'refused', reason: 'role' }, { status: 201 }],
    ['no answer in time', { kind: 'timed-out' }, { status: 201 }],
    ['no backend', { kind: 'unreachable', reason: 'network', message: '' }, { status: 201 }],
  ];
  for (const [what, outcome, expected] of outcomes)
    it(`describes ${what}`, () => {
      const { trail } = aTrail();
      trail.enter('integrate');
      trail.noteOutcome(outcome as Outcome);
      trail.enter('map-response');

      const described = Object.entries(trail.describeIntegration(201) ?? {});
      const known = described.filter(([name, value]) => value !== undefined && name !== 'latencyMs');
      assert.deepEqual(Object.fromEntries(known), expected);
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
