import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GatewayError } from '../../../../../packages/gateway/core/errors.ts';
import { describeLate } from '../../../../../packages/gateway/core/events/late-answer.ts';
import { readOutcome } from '../../../../../packages/gateway/core/phases/integrate.ts';

const LATE = { kind: 'timed-out', because: 'go build has run for 30 s' } as const;

describe('a function that did not respond in time', () => {
  it('is described by what the gateway waited for, and if known by why it had not begun', () => {
    assert.equal(describeLate('no answer', { kind: 'timed-out' }), 'no answer');
    assert.equal(describeLate('no answer', LATE), 'no answer: go build has run for 30 s');
  });

  it('behind an integration says both in the reason of its error', () => {
    assert.throws(
      () => readOutcome(LATE),
      (error) =>
        error instanceof GatewayError &&
        error.detail.reason ===
          'the function did not respond within the integration timeout: go build has run for 30 s',
    );
  });
});
