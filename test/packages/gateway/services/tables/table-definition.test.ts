import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../../../../packages/gateway/core/stack/model.ts';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import { readTableDefinition } from '../../../../../packages/gateway/services/tables/table-definition.ts';

const S = (name: string) => ({ AttributeName: name, AttributeType: 'S' });
const PROPERTIES: JsonObject = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [S('id'), S('at'), S('state')],
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-state',
      KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['total'] },
    },
  ],
  TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
};

function aResource(properties: JsonObject, physicalId = 'orders'): ResolvedResource {
  return {
    logicalId: 'OrdersTable',
    type: 'AWS::DynamoDB::Table',
    physicalId,
    properties,
    dependsOn: [],
    place: (property) => ({ file: 'serverless.yml', line: 3, logicalId: 'OrdersTable', property }),
  };
}

const several = (...types: readonly string[]): JsonObject => ({
  ...PROPERTIES,
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-several',
      KeySchema: ['id', 'at', 'state'].map((AttributeName, at) => ({
        AttributeName,
        KeyType: types[at] ?? '',
      })),
      Projection: { ProjectionType: 'ALL' },
    },
  ],
});

describe('readTableDefinition', () => {
  it('reads keys, indexes and time to live', () => {
    const table = readTableDefinition(aResource(PROPERTIES));
    assert.deepEqual(
      { ...table, place: undefined },
      {
        name: 'orders',
        keys: [
          { name: 'id', type: 'S' },
          { name: 'at', type: 'S' },
        ],
        globalIndexes: [
          {
            name: 'by-state',
            keys: [{ name: 'state', type: 'S' }],
            projection: { type: 'INCLUDE', attributes: ['total'] },
          },
        ],
        localIndexes: [],
        timeToLiveAttribute: 'expires',
        streamViewType: undefined,
        billingMode: 'PAY_PER_REQUEST',
        place: undefined,
      },
    );
  });

  // Source: DynamoDB developer guide, "Multi-attribute key schema"
  // CDK's TableV2; a global table has WriteProvisionedThroughputSettings in place of ProvisionedThroughput.
  it('reads a global table', () => {
    const global = { ...PROPERTIES, BillingMode: 'PROVISIONED', Replicas: [{ Region: 'us-east-1' }] };
    const { billingMode, keys } = readTableDefinition({
      ...aResource(global),
      type: 'AWS::DynamoDB::GlobalTable',
    });
    assert.deepEqual([billingMode, keys.length], ['PROVISIONED', 2]);
    assert.throws(() => readTableDefinition(aResource(global)), /is required unless BillingMode/);
  });

  it('reads an index with several attributes per key', () => {
    const { globalIndexes } = readTableDefinition(aResource(several('HASH', 'HASH', 'RANGE')));
    assert.deepEqual(globalIndexes[0]?.keys, [
      { name: 'id', type: 'S', role: 'HASH' },
      { name: 'at', type: 'S', role: 'HASH' },
      { name: 'state', type: 'S', role: 'RANGE' },
    ]);
  });

  it('refuses an index whose sort key comes first', () => {
    const wrong = several('RANGE', 'HASH', 'HASH');
    assert.throws(() => readTableDefinition(aResource(wrong)), /must have 1 to 4 HASH keys/);
  });

  // Source: CloudFormation "AWS::DynamoDB::Table", DynamoDB API reference "CreateTable"
  for (const { name, change, physicalId, expected } of [
    {
      name: 'a key that is not defined',
      change: { AttributeDefinitions: [S('id'), S('state')] },
      expected: 'KeySchema.1: the key attribute "at" is missing from AttributeDefinitions',
    },
    {
      name: 'an attribute that no key uses',
      change: { AttributeDefinitions: [S('id'), S('at'), S('state'), S('x')] },
      expected: 'AttributeDefinitions.3: must list only attributes that keys use, but no key uses x',
    },
    {
      name: 'a table without key',
      change: { KeySchema: [] },
      expected: 'KeySchema: must have a HASH key and at most one RANGE key',
    },
    { name: 'a table without schema', change: { KeySchema: null }, expected: 'KeySchema: must be a list' },
    {
      name: 'a RANGE key in front',
      change: { KeySchema: [{ AttributeName: 'id', KeyType: 'RANGE' }] },
      expected: 'KeySchema.0.KeyType: KeyType of element 1 must be HASH, not "RANGE"',
    },
    {
      name: 'an invalid type',
      change: { AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'BOOL' }] },
      expected: 'AttributeDefinitions.0.AttributeType: AttributeType of id must be S, N or B, not "BOOL"',
    },
    {
      name: 'a local index with another HASH key',
      change: {
        LocalSecondaryIndexes: [
          {
            IndexName: 'local',
            KeySchema: [
              { AttributeName: 'state', KeyType: 'HASH' },
              { AttributeName: 'at', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
      expected:
        'LocalSecondaryIndexes.0.KeySchema: must have the HASH key of the table and a RANGE key of the index',
    },
    {
      name: 'an index without projection',
      change: {
        GlobalSecondaryIndexes: [
          { IndexName: 'by-state', KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }] },
        ],
      },
      expected:
        'GlobalSecondaryIndexes.0.Projection: Projection.ProjectionType must be ALL, KEYS_ONLY or INCLUDE',
    },
    {
      name: 'a time to live without attribute',
      change: { TimeToLiveSpecification: { Enabled: true } },
      expected: 'TimeToLiveSpecification: AttributeName is missing',
    },
    {
      name: 'a time to live without on or off',
      change: { TimeToLiveSpecification: { AttributeName: 'x', Enabled: 'maybe' } },
      expected: 'TimeToLiveSpecification: Enabled must be true or false, not "maybe"',
    },
    {
      name: 'provisioned mode without capacity',
      change: { BillingMode: 'PROVISIONED' },
      expected: 'ProvisionedThroughput: is required unless BillingMode is PAY_PER_REQUEST',
    },
    {
      name: 'capacity on demand',
      change: { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
      expected: 'ProvisionedThroughput: must be omitted when BillingMode is PAY_PER_REQUEST',
    },
    {
      name: 'an invalid name',
      change: {},
      physicalId: 'no',
      expected: "TableName: must have 3 to 255 characters from a-z, A-Z, 0-9, '_', '.' and '-', but is 'no'",
    },
  ] satisfies readonly { name: string; change: JsonObject; physicalId?: string; expected: string }[]) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => readTableDefinition(aResource({ ...PROPERTIES, ...change }, physicalId)),
        (error) => {
          assert.ok(error instanceof DefinitionError);
          assert.equal(error.describe(), `serverless.yml:3: OrdersTable.${expected}`);
          return true;
        },
      );
    });
  }
});
