import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TABLE_FAULTS } from '../../../../../packages/gateway/engine/faults/table-fault.ts';

/** DynamoDB developer guide, "Error handling with DynamoDB": names and statuses. */
describe('TABLE_FAULTS', () => {
  for (const { answer, status } of [
    { answer: 'InternalServerError', status: 500 },
    { answer: 'ServiceUnavailable', status: 503 },
    { answer: 'ProvisionedThroughputExceededException', status: 400 },
    { answer: 'ThrottlingException', status: 400 },
  ] as const)
    it(`has ${answer} with ${status}`, () => {
      const fault = TABLE_FAULTS[answer];

      assert.ok(fault.kind === 'error');
      assert.equal(fault.status, status);
      assert.match(fault.type, new RegExp(`^com\\.amazon.*#${answer}$`));
      assert.match(fault.message, /^[A-Z].*\.$/);
    });

  it('has no answer of a table out of reach', () => {
    assert.deepEqual(TABLE_FAULTS.unreachable, { kind: 'unreachable' });
  });
});
