import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { adminIdentity, type LocalIdentity } from '../../../../../packages/gateway/core/policy/identities.ts';
import { createDynamoDbCalls } from '../../../../../packages/gateway/services/tables/dynamodb-calls.ts';

const KEY = { accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' };
const ADMIN = adminIdentity(KEY, '123456789012');
const NO_PERMISSIONS: LocalIdentity = { ...ADMIN, policies: [] };

describe('createDynamoDbCalls', () => {
  // Port 9 (discard): nothing answers there, so whatever gets past the policies is seen.
  const calls = createDynamoDbCalls(
    { url: 'http://127.0.0.1:9', region: 'us-east-1', ...KEY },
    { accountId: '123456789012', partitionKeyOf: () => undefined },
  );
  after(() => calls.close());

  const messageFor = async (target: string, input: unknown, caller = NO_PERMISSIONS): Promise<string> => {
    const reply = await calls.serve({
      request: {
        method: 'POST',
        path: '/',
        query: '',
        rawHeaders: ['X-Amz-Target', target],
        body: Buffer.from(typeof input === 'string' ? input : JSON.stringify(input)),
        host: '127.0.0.1:4000',
      },
      caller,
      service: 'dynamodb',
      region: 'eu-west-1',
    });
    return (JSON.parse(String(reply.body)) as { message: string }).message;
  };

  // Source: service authorization reference, "Actions, resources, and condition keys for Amazon DynamoDB"
  for (const { operation, input, action, resource } of [
    { operation: 'GetItem', input: { TableName: 'a' }, action: 'GetItem', resource: 'table/a' },
    {
      operation: 'ExecuteStatement',
      input: {
        Statement: `SELECT * FROM "a"."i" WHERE b = ?`,
        Parameters: [{ S: 'FROM x' }],
        TableName: 'x',
      },
      action: 'PartiQLSelect',
      resource: 'table/a/index/i',
    },
    {
      operation: 'ExecuteStatement',
      input: { Statement: `DELETE FROM a WHERE b = 'c'` },
      action: 'PartiQLDelete',
      resource: 'table/a',
    },
    {
      operation: 'ExecuteStatement',
      input: { Statement: 'SELECT count(*) FROM a' },
      action: 'PartiQLSelect',
      resource: 'table/*',
    },
    {
      operation: 'Query',
      input: { TableName: 'a', IndexName: 'i' },
      action: 'Query',
      resource: 'table/a/index/i',
    },
    {
      operation: 'BatchGetItem',
      input: { RequestItems: { a: {} } },
      action: 'BatchGetItem',
      resource: 'table/a',
    },
    {
      operation: 'TransactWriteItems',
      input: { TransactItems: [{ Update: { TableName: 'a' } }] },
      action: 'UpdateItem',
      resource: 'table/a',
    },
    {
      operation: 'TransactWriteItems',
      input: { TransactItems: [{ ConditionCheck: { TableName: 'a' } }] },
      action: 'ConditionCheckItem',
      resource: 'table/a',
    },
    { operation: 'ListTables', input: {}, action: 'ListTables', resource: 'table/*' },
    {
      operation: 'GetItem',
      input: { TableName: 'secret', RequestItems: { a: {} }, ResourceArn: 'a' },
      action: 'GetItem',
      resource: 'table/secret',
    },
    { operation: 'GetItem', input: 'no JSON', action: 'GetItem', resource: 'table/*' },
  ]) {
    it(`asks for dynamodb:${action} on ${resource} before ${operation}`, async () => {
      const message = await messageFor(`DynamoDB_20120810.${operation}`, input);
      const arn = `arn:aws:dynamodb:eu-west-1:123456789012:${resource}`;
      assert.ok(
        message.includes(`is not authorized to perform: dynamodb:${action} on resource: ${arn} because`),
        message,
      );
    });
  }

  it('says when the store does not answer', async () => {
    const message = await messageFor('DynamoDB_20120810.GetItem', { TableName: 'a' }, ADMIN);
    assert.match(message, /^DynamoDB at http:\/\/127\.0\.0\.1:9 does not respond: /);
  });

  it('does not forward another protocol', async () => {
    const message = await messageFor('AmazonDAXV3.DescribeClusters', {}, ADMIN);
    assert.equal(
      message,
      "X-Amz-Target must be an operation of DynamoDB_20120810 or DynamoDBStreams_20120810, such as DynamoDB_20120810.GetItem, not 'AmazonDAXV3'",
    );
  });
});
