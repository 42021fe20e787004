import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GatewayError, gatewayError } from '../../../../../packages/gateway/core/errors.ts';
import { toMappingFailure } from '../../../../../packages/gateway/core/mapping/mapping-failure.ts';

describe('toMappingFailure', () => {
  it('does not change failures that are already worded, or internal errors', () => {
    for (const error of [
      gatewayError('THROTTLED', { source: 'client', reason: 'r' }),
      new RangeError('ours'),
    ])
      assert.equal(toMappingFailure(error, 'request'), error);
  });

  it('does not blame a mapping for an error that it does not recognize', () => {
    assert.ok(!(toMappingFailure(new TypeError('ours'), 'response') instanceof GatewayError));
  });
});
