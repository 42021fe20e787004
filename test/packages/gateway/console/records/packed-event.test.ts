import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECORDED_BYTES } from '../../../../../packages/gateway/console/records/recorded-request.ts';
import { packEvent, unpackEvent } from '../../../../../packages/gateway/console/records/packed-event.ts';
import { RecordArena } from '../../../../../packages/gateway/console/records/record-arena.ts';
import { Trail } from '../../../../../packages/gateway/core/trail.ts';
import { VirtualClock } from '../../../../support/virtual-ports.ts';
import type { FinishedEvent } from '../../../../../packages/gateway/core/trail.ts';

const clock = new VirtualClock();

function anEvent(change: Partial<FinishedEvent> = {}): FinishedEvent {
  const trail = new Trail(clock);
  trail.keepNotes();
  clock.advance(3);
  trail.enter('integrate');
  trail.noteOutcome({ kind: 'returned', payload: '{"ok":1}', requestId: () => 'invocation-1', initMs: 12.5 });
  return {
    kind: 'MESSAGE',
    requestId: 'request-1',
    connectionId: 'connection-1',
    sourceIp: '127.0.0.1',
    apiId: 'abcdefghij',
    stageName: 'dev',
    found: undefined,
    route: undefined,
    closure: undefined,
    caller: { kind: 'anonymous' },
    body: '{"action":"ü"}',
    payload: '{"body":"…"}',
    reply: 'said',
    status: 200,
    trail,
    latencyMs: 3.25,
    ...change,
  };
}

const packed = (event: FinishedEvent) => unpackEvent(packEvent(event, 1_700_000_000_123, new RecordArena()));

describe('packEvent', () => {
  it('keeps every reported value of a message', () => {
    const event = anEvent();
    const { trail, ...rest } = event;

    const { outcome, ...kept } = packed(event);

    assert.deepEqual(kept, {
      ...rest,
      atEpochMs: 1_700_000_000_123,
      phase: 'integrate',
      failure: undefined,
      error: undefined,
      startedMs: trail.startedMs,
      enteredMs: { integrate: trail.startedMs + 3 },
      sizes: { request: 14, reply: 4, event: 12 },
    });
    assert.deepEqual(
      { ...outcome, requestId: outcome !== undefined && 'requestId' in outcome && outcome.requestId?.() },
      { kind: 'returned', payload: '{"ok":1}', initMs: 12.5, requestId: 'invocation-1' },
    );
  });

  it('keeps bytes as bytes, and an absent event as absent', () => {
    const bytes = Buffer.from([0, 255]);
    const { body, payload, reply } = packed(
      anEvent({ kind: 'POST', body: bytes, payload: undefined, reply: undefined }),
    );

    assert.deepEqual([body, payload, reply], [bytes, undefined, undefined]);
  });

  it('keeps the beginning of long texts, and how long they were', () => {
    const long = 'x'.repeat(RECORDED_BYTES + 1);

    const { body, payload, reply, sizes } = packed(anEvent({ body: long, payload: long, reply: long }));

    assert.deepEqual(
      [body?.length, payload?.length, reply?.length],
      [RECORDED_BYTES, RECORDED_BYTES, RECORDED_BYTES],
    );
    assert.deepEqual(sizes, { request: long.length, reply: long.length, event: long.length });
  });

  it('keeps failures unchanged, but truncates their answers', () => {
    const trail = new Trail(clock);
    trail.keepNotes();
    trail.failure = 'it failed';
    const errors = { errorType: 'Error', errorMessage: 'no' };
    trail.noteOutcome({ kind: 'failed', payload: 'y'.repeat(RECORDED_BYTES + 1), ...errors });

    const { outcome, failure } = packed(anEvent({ trail }));

    assert.deepEqual(outcome, { kind: 'failed', payload: 'y'.repeat(RECORDED_BYTES), ...errors });
    assert.equal(failure, 'it failed');
  });
});
