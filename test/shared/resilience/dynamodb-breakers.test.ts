import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDynamoDbBreakers } from '#shared/resilience/dynamodb-breakers.ts';

describe('createDynamoDbBreakers', () => {
  for (const tableName of [undefined, '', 'a', 'a table', 'a'.repeat(256)])
    it(`refuses the table name ${String(tableName).slice(0, 20)}`, () => {
      const options = { tableName: tableName as string, namespace: 'shop' };

      assert.throws(() => createDynamoDbBreakers(options), { code: 'CONFIG_INVALID', message: /tableName/ });
    });

  it('refuses a namespace that is undefined', () => {
    const options = { tableName: 'cache', namespace: undefined as unknown as string };

    assert.throws(() => createDynamoDbBreakers(options), { code: 'CONFIG_INVALID', message: /namespace/ });
  });

  for (const tableName of [
    'gatewright-dev-cache',
    'arn:aws:dynamodb:eu-west-1:123456789012:table/gatewright-dev-cache',
  ])
    it(`accepts ${tableName}`, () => {
      assert.equal(
        createDynamoDbBreakers({ tableName, namespace: 'shop' }).keyOf('a').pk.includes('shop'),
        true,
      );
    });
});
