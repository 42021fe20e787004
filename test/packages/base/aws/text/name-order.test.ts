import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareNames, sortNames } from '../../../../../packages/base/aws/text/name-order.ts';

describe('the order of names', () => {
  it('compares digits as numbers, and letters as people do', () => {
    assert.deepEqual(sortNames(['customer-104', 'customer-16', 'Zed', 'acme', 'Bolt', 'acme']), [
      'acme',
      'Bolt',
      'customer-16',
      'customer-104',
      'Zed',
    ]);
    assert.deepEqual(sortNames(['nodejs22.x', 'nodejs8.10', 'python3.12', 'python3.9']), [
      'nodejs8.10',
      'nodejs22.x',
      'python3.9',
      'python3.12',
    ]);
  });

  it('tells every two names apart', () => {
    assert.notEqual(compareNames('a', 'A'), 0);
    assert.equal(compareNames('a', 'a'), 0);
  });
});
