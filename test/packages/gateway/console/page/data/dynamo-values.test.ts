import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  fromDynamo,
  printValue,
} from '../../../../../../packages/gateway/console/page/data/dynamo-values.ts';

describe('values of DynamoDB', () => {
  it('become plain ones', () => {
    const item = {
      id: { S: 'o-1' },
      count: { N: '2' },
      gone: { NULL: true },
      tags: { SS: ['a'] },
      sizes: { NS: ['1'] },
    };
    const nested = { list: { L: [{ N: '1' }, { M: { deep: { BOOL: true } } }] } };

    assert.deepEqual(fromDynamo({ ...item, ...nested }), {
      id: 'o-1',
      count: 2,
      gone: null,
      tags: ['a'],
      sizes: [1],
      list: [1, { deep: true }],
    });
    assert.equal(printValue({ N: '2' }), '2');
    assert.equal(printValue(undefined), '');
  });

  it('keep all digits of a number that JavaScript would round', () => {
    assert.equal(printValue({ N: '12345678901234567890' }), '12345678901234567890');
    assert.deepEqual(fromDynamo({ sizes: { NS: ['1', '0.12345678901234567891'] } }), {
      sizes: [1, '0.12345678901234567891'],
    });
  });
});
