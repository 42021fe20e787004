import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusalForSource } from '../../../../../packages/gateway/services/lambda-events/mapping-members.ts';

// awsdocs/aws-cloudformation-user-guide#334
describe('a mapping of a Kinesis stream from a time', () => {
  it('needs the time', () => {
    const from = { StartingPosition: 'AT_TIMESTAMP' };
    assert.equal(refusalForSource('kinesis', from)?.message, 'Need to specify a timestamp');
    assert.equal(refusalForSource('kinesis', { ...from, StartingPositionTimestamp: 1 }), undefined);
  });
});
