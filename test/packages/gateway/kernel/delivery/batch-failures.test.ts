import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readBatchFailures } from '../../../../../packages/gateway/kernel/delivery/batch-failures.ts';

// Source: Lambda developer guide, "Implementing partial batch responses", "Success and failure conditions"
describe('readBatchFailures', () => {
  const known = new Set(['a', 'b']);
  const failures = (...ids: unknown[]): string =>
    JSON.stringify({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
  for (const { payload, failed } of [
    { payload: failures(), failed: [] },
    { payload: '{}', failed: [] },
    { payload: '{"batchItemFailures":null}', failed: [] },
    { payload: 'null', failed: [] },
    { payload: '""', failed: [] },
    { payload: '"done"', failed: [] },
    { payload: '7', failed: [] },
    { payload: failures('b'), failed: ['b'] },
    { payload: failures('a', 'b'), failed: ['a', 'b'] },
    { payload: failures(''), failed: 'all' },
    { payload: failures(null), failed: 'all' },
    { payload: failures('a', 'unknown'), failed: 'all' },
    { payload: '{"batchItemFailures":["a"]}', failed: 'all' },
    { payload: '{"batchItemFailures":"a"}', failed: 'all' },
    { payload: '[]', failed: 'all' },
    { payload: 'no JSON', failed: 'all' },
  ])
    it(`reads ${payload} as ${failed === 'all' ? 'a failure of all' : `failures of [${String(failed)}]`}`, () => {
      const outcome = readBatchFailures(payload, known);
      assert.deepEqual(outcome.kind === 'all' ? 'all' : [...outcome.failed], failed);
    });

  it('says why a response cannot be read, with the members that an item has instead', () => {
    const reasonOf = (payload: string): string => {
      const outcome = readBatchFailures(payload, known);
      return outcome.kind === 'all' ? outcome.reason : 'read';
    };

    assert.equal(
      reasonOf('{"batchItemFailures":[{"itemId":"a"}]}'),
      'an item of batchItemFailures has no itemIdentifier, only itemId',
    );
    // https://github.com/floci-io/floci/issues/3152
    assert.equal(
      reasonOf('{"batchItemFailures": [{"itemIdentifier": null}]}'),
      'the itemIdentifier of an item of batchItemFailures is null, which is not a string',
    );
    assert.equal(reasonOf(failures('c')), 'itemIdentifier "c" is not the id of an item in the batch');
  });
});
