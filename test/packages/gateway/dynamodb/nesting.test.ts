import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refuseDeepValues } from '../../../../packages/gateway/dynamodb/nesting.ts';

const nested = (levels: number): unknown =>
  JSON.parse(`${'{"M":{"a":'.repeat(levels)}{"S":"x"}${'}}'.repeat(levels)}`);

describe('refuseDeepValues', () => {
  it('takes 32 levels in every place of an item, and not 40', () => {
    const inBatch = (levels: number): unknown => ({
      RequestItems: { table: [{ PutRequest: { Item: { data: nested(levels) } } }] },
    });

    assert.doesNotThrow(() => refuseDeepValues(inBatch(32)));
    assert.doesNotThrow(() => refuseDeepValues({ Item: { data: nested(32) } }));
    assert.throws(() => refuseDeepValues(inBatch(40)), /Nesting Levels have exceeded supported limits/);
    assert.throws(() => refuseDeepValues({ Item: { data: nested(40) } }), { name: 'DynamoDbError' });
  });

  it('ends at the seven levels of a batch and two for each of 32', () => {
    const lists = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

    assert.doesNotThrow(() => refuseDeepValues(lists(7 + 2 * 32 + 1)));
    assert.throws(() => refuseDeepValues(lists(7 + 2 * 32 + 2)));
  });
});
