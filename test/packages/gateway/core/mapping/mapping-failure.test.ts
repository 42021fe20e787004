import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GatewayError, gatewayError } from '../../../../../packages/gateway/core/errors.ts';
import { toMappingFailure } from '../../../../../packages/gateway/core/mapping/mapping-failure.ts';

describe('toMappingFailure', () => {
  it('does not change failures that are already worded, or our own mistakes', () => {
    for (const error of [
      gatewayError('THROTTLED', { source: 'client', reason: 'r' }),
      new RangeError('ours'),
    ])
      assert.equal(toMappingFailure(error, 'request'), error);
  });

  it('says of nothing that it does not know that a mapping is wrong', () => {
    assert.ok(!(toMappingFailure(new TypeError('ours'), 'response') instanceof GatewayError));
  });
});
