import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DynamoDbEngine } from '../../../../packages/gateway/dynamodb/engine.ts';
import { withTableNames } from '../../../../packages/gateway/dynamodb/input-rules.ts';
import { VirtualClock } from '../../../support/virtual-ports.ts';
import { anEngine, CREATE_COUNTERS, key, refusal } from '../../../support/counters-engine.ts';

const INDEX = { IndexName: 'all', KeySchema: CREATE_COUNTERS.KeySchema };
const QUERY = { KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': { S: 'a' } } };

describe('an input that DynamoDB refuses', () => {
  let engine: DynamoDbEngine;
  before(async () => {
    engine = await anEngine();
  });
  after(() => engine.close());

  for (const { source, operation, input, says } of [
    {
      source: 'API reference, "DeleteItem": ReturnValues',
      operation: 'DeleteItem',
      input: { Key: key('a'), ReturnValues: 'ALL_NEW' },
      says: /ReturnValues can only be ALL_OLD or NONE/,
    },
    {
      source: 'API reference, "AttributeValueUpdate": Action',
      operation: 'UpdateItem',
      input: { Key: key('a'), AttributeUpdates: { n: { Action: 'MOVE', Value: { N: '1' } } } },
      says: /'attributeUpdates\.n\.member\.action' .* enum value set/,
    },
    {
      source: 'API reference, "Query": Select',
      operation: 'Query',
      input: { ...QUERY, Select: 'ALL_PROJECTED_ATTRIBUTES' },
      says: /can be used only when Querying using an IndexName/,
    },
    {
      source: 'API reference, "Scan": Select',
      operation: 'Scan',
      input: { Select: 'SPECIFIC_ATTRIBUTES' },
      says: /Must specify the AttributesToGet or ProjectionExpression/,
    },
    {
      source: 'API reference, "Scan": Select',
      operation: 'Scan',
      input: { Select: 'COUNT', ProjectionExpression: 'id' },
      says: /choosing to get only the Count/,
    },
    {
      source: 'API reference, "Scan": Select',
      operation: 'Scan',
      input: { Select: 'ALL_ATTRIBUTES', ProjectionExpression: 'id' },
      says: /choosing to get ALL_ATTRIBUTES/,
    },
    {
      source: 'API reference, "Scan": TotalSegments',
      operation: 'Scan',
      input: { Segment: 0, TotalSegments: 1_000_001 },
      says: /'totalSegments' .* less than or equal to 1000000/,
    },
    {
      source: 'API reference, "Tag": Value',
      operation: 'TagResource',
      input: {
        ResourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/counters',
        Tags: [{ Key: 'a' }],
      },
      says: /tags\.1\.member\.value/,
    },
    {
      source: 'API reference, "Projection": NonKeyAttributes',
      operation: 'CreateTable',
      input: {
        ...CREATE_COUNTERS,
        TableName: 'bare',
        GlobalSecondaryIndexes: [{ ...INDEX, Projection: { ProjectionType: 'INCLUDE' } }],
      },
      says: /NonKeyAttributes is not specified/,
    },
    {
      source: 'API reference, "CreateTable": TableClass',
      operation: 'CreateTable',
      input: { ...CREATE_COUNTERS, TableName: 'cold', TableClass: 'COLD' },
      says: /'COLD' at 'tableClass'/,
    },
    {
      source: 'API reference, "Tag": Key',
      operation: 'CreateTable',
      input: { ...CREATE_COUNTERS, TableName: 'tagged', Tags: [{ Key: '', Value: '' }] },
      says: /tags/,
    },
    {
      source: 'API reference, "TransactWriteItems": TransactItems is required',
      operation: 'TransactWriteItems',
      input: {},
      says: /Value null at 'transactItems' .* must not be null/,
    },
    {
      source: 'developer guide, "Naming rules and data types": keys are not empty',
      operation: 'GetItem',
      input: { Key: key('') },
      says: /^One or more parameter values are not valid\. The AttributeValue for a key attribute/,
    },
  ])
    it(`${operation} with ${JSON.stringify(input).slice(0, 60)} (${source})`, async () => {
      const { message, body } = await refusal(engine.execute(operation, { TableName: 'counters', ...input }));
      assert.match(message, says);
      assert.match(String(body['__type']), /ValidationException$/);
    });

  // Source: developer guide, "Naming rules and data types": Number.
  it('is not refused for numbers with a plus sign, at any depth', async () => {
    const Item = { ...key('plus'), n: { N: '+1E6' }, l: { L: [{ NS: ['+5', '6'] }] }, s: { S: '+1' } };
    await engine.execute('PutItem', { TableName: 'counters', Item });
    const found = await engine.execute('GetItem', { TableName: 'counters', Key: key('plus') });
    assert.deepEqual(found['Item'], {
      ...Item,
      n: { N: '1000000' },
      l: { L: [{ NS: ['5', '6'] }] },
    });
  });

  it('has no attributes to return if an update leaves none', async () => {
    const output = await engine.execute('UpdateItem', {
      TableName: 'counters',
      Key: key('nothing'),
      UpdateExpression: 'REMOVE gone',
      ReturnValues: 'UPDATED_NEW',
    });
    assert.equal('Attributes' in output, false);
  });
});

// Source: API reference, "CreateTable": ResourceInUseException.
describe('a table that exists', () => {
  it('is not created again, and the answer names it', async () => {
    const engine = await anEngine();
    const { body } = await refusal(engine.execute('CreateTable', CREATE_COUNTERS));
    await engine.close();
    assert.match(String(body['__type']), /ResourceInUseException$/);
    assert.equal(body['message'], 'Table already exists: counters');
  });
});

// Source: API reference, "CreateTable", "DescribeTable", "ListTagsOfResource", "DeleteTable".
describe('what a table is created with', () => {
  let engine: DynamoDbEngine;
  before(async () => {
    engine = await anEngine();
  });
  after(() => engine.close());
  const TableName = 'settled';
  const describeTable = async () => {
    const { Table: table } = await engine.execute('DescribeTable', { TableName });
    return table as Readonly<Record<string, unknown>>;
  };

  it('is described and listed, and changed by UpdateTable', async () => {
    await engine.execute('CreateTable', {
      ...CREATE_COUNTERS,
      TableName,
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'arn:aws:kms:us-east-1:1:key/k' },
      DeletionProtectionEnabled: true,
      Tags: [{ Key: 'team', Value: 'blue' }],
    });
    const made = await describeTable();
    assert.partialDeepStrictEqual(made, {
      TableStatus: 'ACTIVE',
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
      SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: 'arn:aws:kms:us-east-1:1:key/k' },
      DeletionProtectionEnabled: true,
    });
    assert.equal('TableClass' in made, false);
    const tags = await engine.execute('ListTagsOfResource', { ResourceArn: made['TableArn'] });
    assert.deepEqual(tags, { Tags: [{ Key: 'team', Value: 'blue' }] });

    assert.match(
      (await refusal(engine.execute('DeleteTable', { TableName }))).message,
      /protected against deletion/,
    );
    await engine.execute('UpdateTable', {
      TableName,
      DeletionProtectionEnabled: false,
      TableClass: 'STANDARD',
      SSESpecification: { Enabled: false },
    });
    const changed = await describeTable();
    assert.equal('SSEDescription' in changed, false);
    assert.partialDeepStrictEqual(changed, {
      TableClassSummary: { TableClass: 'STANDARD' },
      DeletionProtectionEnabled: false,
    });
    await engine.execute('DeleteTable', { TableName });
  });
});

// Source: API reference, "UpdateContinuousBackups", "DescribeContinuousBackups".
describe('point-in-time recovery', () => {
  it('is described as it was set, until the table is deleted', async () => {
    const clock = new VirtualClock();
    const engine = await anEngine(clock);
    const TableName = 'counters';
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    const now = clock.nowEpochMs() / 1000;
    await engine.execute('UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification });
    const described = await engine.execute('DescribeContinuousBackups', { TableName });
    assert.deepEqual(described, {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: {
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: 35,
          // Both are the time at which recovery was switched on (AWS CLI reference, update-continuous-backups).
          EarliestRestorableDateTime: now,
          LatestRestorableDateTime: now,
        },
      },
    });
    const { message } = await refusal(engine.execute('UpdateContinuousBackups', { TableName }));
    assert.match(message, /pointInTimeRecoveryEnabled/);
    await engine.close();
  });
});

// Source: API reference, "GetItem", "BatchGetItem", "TransactWriteItems": a table's name or ARN.
describe('a table that is named by its ARN', () => {
  const arn = (account = '123456789012') => `arn:aws:dynamodb:eu-west-1:${account}:table/orders`;
  for (const { place, input, expected } of [
    { place: 'TableName', input: { TableName: arn() }, expected: { TableName: 'orders' } },
    {
      place: 'RequestItems',
      input: { RequestItems: { [arn()]: { Keys: [] } } },
      expected: { RequestItems: { orders: { Keys: [] } } },
    },
    {
      place: 'TransactItems',
      input: { TransactItems: [{ Put: { TableName: arn(), Item: {} } }] },
      expected: { TransactItems: [{ Put: { TableName: 'orders', Item: {} } }] },
    },
    {
      place: 'another account',
      input: { TableName: arn('000000000001') },
      expected: { TableName: arn('000000000001') },
    },
  ])
    it(`in ${place}`, () => assert.deepEqual(withTableNames(input, '123456789012'), expected));
});
