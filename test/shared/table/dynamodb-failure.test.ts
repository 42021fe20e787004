import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCancellation, parseFailure, parseRefusal } from '#shared/table/dynamodb-failure.ts';

const named = (name: string, more: object = {}): Error => Object.assign(new Error('no'), { name, ...more });

// Source: DynamoDB developer guide, "Error handling with DynamoDB"; API reference, TransactWriteItems.
describe('parseFailure', () => {
  for (const name of [
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'ThrottlingException',
    'ThrottlingError',
    'TransactionConflictException',
  ])
    it(`may try again after ${name}: nothing was written`, () => {
      assert.deepEqual(parseFailure(named(name)), { kind: 'rejected', retryable: true, reason: name });
    });

  for (const code of ['ProvisionedThroughputExceeded', 'TransactionConflict', 'ThrottlingError'])
    it(`may try again after a transaction that was cancelled for ${code}`, () => {
      const reasons = { CancellationReasons: [{ Code: 'None' }, { Code: code }] };

      assert.deepEqual(parseFailure(named('TransactionCanceledException', reasons)), {
        kind: 'rejected',
        retryable: true,
        reason: `TransactionCanceledException ${code}`,
      });
    });

  for (const [name, error] of [
    ['that was never sent', named('Error', { code: 'ECONNREFUSED' })],
    ['that was answered by 400', named('ValidationException', { $metadata: { httpStatusCode: 400 } })],
    ['that was answered by 499', named('ValidationException', { $metadata: { httpStatusCode: 499 } })],
  ] as const)
    it(`knows that a write ${name} was not applied, and would not be another time`, () => {
      const { kind, ...more } = parseFailure(error);

      assert.deepEqual([kind, 'retryable' in more && more.retryable], ['rejected', false]);
    });

  for (const [name, error] of [
    ['that nothing has answered', named('TimeoutError')],
    ['that was answered by 500', named('InternalServerError', { $metadata: { httpStatusCode: 500 } })],
    ['that threw no error', undefined],
  ] as const)
    it(`does not know whether a write ${name} was applied`, () => {
      assert.equal(parseFailure(error).kind, 'unknown');
    });
});

describe('parseRefusal', () => {
  it('contains the item for which the condition failed, if there is one', () => {
    const failed = (more: object) => parseRefusal(named('ConditionalCheckFailedException', more));

    assert.deepEqual(failed({ Item: { pk: { S: 'a' }, rem: { N: '7' } } })?.item?.['rem'], 7);
    assert.deepEqual(failed({ Item: undefined }), { item: undefined });
    assert.throws(() => failed({}), /must be 3\.363\.0 or newer/);
  });

  it('does not exist for another error, although that error may have an item', () => {
    assert.equal(parseRefusal(named('ThrottlingException')), undefined);
    assert.equal(parseRefusal(named('ValidationException', { Item: {} })), undefined);
  });
});

describe('parseCancellation', () => {
  const cancelled = (...reasons: object[]) =>
    parseCancellation(named('TransactionCanceledException', { CancellationReasons: reasons }));

  it('says for each member whether its condition was true', () => {
    assert.deepEqual(cancelled({ Code: 'None' }, { Code: 'ConditionalCheckFailed' }), [
      { holds: true },
      { holds: false, item: undefined },
    ]);
  });

  it('is empty if conditions were not the cause', () => {
    assert.equal(cancelled({ Code: 'ConditionalCheckFailed' }, { Code: 'TransactionConflict' }), undefined);
    assert.equal(parseCancellation(named('TransactionCanceledException')), undefined);
  });
});
