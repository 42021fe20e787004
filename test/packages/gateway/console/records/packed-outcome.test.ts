import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  rareOutcome,
  readOutcome,
  writeOutcome,
} from '../../../../../packages/gateway/console/records/packed-outcome.ts';
import { RecordArena, RecordReader } from '../../../../../packages/gateway/console/records/record-arena.ts';
import type { TrailNotes } from '../../../../../packages/gateway/core/trail.ts';

type Outcome = NonNullable<TrailNotes['outcome']>;

const body = {
  cancel: () => undefined,
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error()) }),
};
const CASES: readonly Outcome[] = [
  { kind: 'returned', payload: '{"a":1}' },
  { kind: 'returned', payload: 'null', initMs: 7.5 },
  { kind: 'answered', status: 404, headers: ['X-A', '1'], body: Buffer.from([1, 2]) },
  { kind: 'failed', payload: '{}', errorType: 'Error', errorMessage: 'no' },
  { kind: 'timed-out' },
  { kind: 'refused', reason: 'throttled', message: 'too many' },
  { kind: 'unreachable', reason: 'network', message: 'refused' },
];

const kept = (outcome: Outcome) => {
  const arena = new RecordArena();
  writeOutcome(outcome, arena);
  return readOutcome(new RecordReader(arena.end()), undefined) ?? rareOutcome(outcome);
};

describe('an outcome', () => {
  for (const outcome of CASES)
    it(`that ${outcome.kind === 'returned' ? 'was returned' : `is ${outcome.kind}`} is stored`, () => {
      assert.deepEqual(kept(outcome), outcome);
    });

  it('that streams is stored without its stream', () => {
    assert.deepEqual(kept({ kind: 'streams', head: '{"statusCode":200}', body }), {
      kind: 'streams',
      head: '{"statusCode":200}',
      requestId: undefined,
    });
  });
});
