/**
 * As test/packages/gateway/control/api/terraform-made-and-read.test.ts, for `aws_dynamodb_*` (the provider's
 * internal/service/dynamodb).
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as commands from '@aws-sdk/client-dynamodb';
import { startEmbeddedDynamoDb } from '../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import type { EmbeddedDynamoDb } from '../../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { makeAndRead, sender } from '../../../support/a-terraform-row.ts';
import type { Ids, Row } from '../../../support/a-terraform-row.ts';
import { SIGNER } from '../../../support/orders-table.ts';

const TableName = 'orders';
const ARN = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders';
const KEY = 'arn:aws:kms:us-east-1:123456789012:key/1';
const Tags = [{ Key: 'team', Value: 'blue' }];
const PROJECTION = { ProjectionType: 'INCLUDE', NonKeyAttributes: ['total'] };
const DEFINITION = {
  AttributeDefinitions: [
    { AttributeName: 'at', AttributeType: 'N' },
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'state', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
};
const LOCAL = {
  IndexName: 'byState',
  KeySchema: [
    { AttributeName: 'id', KeyType: 'HASH' },
    { AttributeName: 'state', KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'KEYS_ONLY' },
};
const GLOBAL = {
  IndexName: 'states',
  KeySchema: [
    { AttributeName: 'state', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
  Projection: PROJECTION,
};
const CAPACITY = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 };
const ON_DEMAND = { MaxReadRequestUnits: 10, MaxWriteRequestUnits: 20 };
const STREAM = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' };
const byName = (name = TableName) => ({ TableName: name });
const item = { id: { S: 'a' }, at: { N: '1' }, state: { S: 'new' } };

const ROWS: readonly Row[] = [
  {
    resource: 'aws_dynamodb_table (on demand)',
    from: 'table.go',
    call: 'CreateTable',
    sends: () => ({
      ...byName(),
      ...DEFINITION,
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: [{ ...GLOBAL, OnDemandThroughput: ON_DEMAND }],
      LocalSecondaryIndexes: [LOCAL],
      OnDemandThroughput: ON_DEMAND,
      StreamSpecification: STREAM,
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY },
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      DeletionProtectionEnabled: true,
      Tags,
    }),
    reads: 'DescribeTable',
    by: () => byName(),
    unread: ['BillingMode', 'SSESpecification', 'TableClass', 'Tags', ...Object.keys(DEFINITION)].concat([
      'GlobalSecondaryIndexes',
      'LocalSecondaryIndexes',
      'DeletionProtectionEnabled',
      'OnDemandThroughput',
      'StreamSpecification',
    ]),
    becomes: {
      Table: {
        ...DEFINITION,
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        GlobalSecondaryIndexes: [{ ...GLOBAL, IndexStatus: 'ACTIVE', OnDemandThroughput: ON_DEMAND }],
        LocalSecondaryIndexes: [LOCAL],
        OnDemandThroughput: ON_DEMAND,
        StreamSpecification: STREAM,
        SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: KEY },
        TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
        DeletionProtectionEnabled: true,
        TableStatus: 'ACTIVE',
        TableArn: ARN,
      },
    },
  },
  {
    resource: 'aws_dynamodb_table (provisioned)',
    from: 'table.go',
    call: 'CreateTable',
    sends: () => ({
      ...byName('counters'),
      ...DEFINITION,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: CAPACITY,
      GlobalSecondaryIndexes: [{ ...GLOBAL, ProvisionedThroughput: CAPACITY }],
    }),
    reads: 'DescribeTable',
    by: () => byName('counters'),
    unread: ['BillingMode', 'ProvisionedThroughput', 'GlobalSecondaryIndexes', ...Object.keys(DEFINITION)],
    becomes: {
      Table: {
        ...DEFINITION,
        ProvisionedThroughput: CAPACITY,
        GlobalSecondaryIndexes: [{ ...GLOBAL, ProvisionedThroughput: CAPACITY }],
      },
    },
  },
  {
    resource: 'aws_dynamodb_table (tags)',
    from: 'table.go, tags_gen.go',
    call: 'DescribeTable',
    sends: () => byName(),
    reads: 'ListTagsOfResource',
    by: () => ({ ResourceArn: ARN }),
    unread: ['TableName'],
    becomes: { Tags },
  },
  {
    resource: 'aws_dynamodb_table (ttl)',
    from: 'table.go',
    call: 'UpdateTimeToLive',
    sends: () => ({
      ...byName(),
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    }),
    reads: 'DescribeTimeToLive',
    by: () => byName(),
    unread: ['TimeToLiveSpecification'],
    becomes: { TimeToLiveDescription: { AttributeName: 'expires', TimeToLiveStatus: 'ENABLED' } },
  },
  {
    resource: 'aws_dynamodb_table (point_in_time_recovery)',
    from: 'table.go',
    call: 'UpdateContinuousBackups',
    sends: () => ({
      ...byName(),
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
    }),
    reads: 'DescribeContinuousBackups',
    by: () => byName(),
    unread: ['PointInTimeRecoverySpecification'],
    becomes: {
      ContinuousBackupsDescription: {
        PointInTimeRecoveryDescription: {
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: 7,
        },
      },
    },
  },
  {
    resource: 'aws_dynamodb_table_item',
    from: 'table_item.go',
    call: 'PutItem',
    sends: () => ({
      ...byName(),
      Item: item,
      ConditionExpression: 'attribute_not_exists(#hk)',
      ExpressionAttributeNames: { '#hk': 'id' },
    }),
    reads: 'GetItem',
    by: () => ({
      ...byName(),
      ConsistentRead: true,
      Key: { id: item.id, at: item.at },
    }),
    unread: ['ConditionExpression', 'ExpressionAttributeNames'],
  },
  {
    resource: 'aws_dynamodb_table_item (changed)',
    from: 'table_item.go',
    call: 'UpdateItem',
    sends: () => ({
      ...byName(),
      Key: { id: item.id, at: item.at },
      AttributeUpdates: { total: { Action: 'PUT', Value: { N: '7' } }, state: { Action: 'DELETE' } },
    }),
    reads: 'GetItem',
    by: () => ({ ...byName(), ConsistentRead: true, Key: { id: item.id, at: item.at } }),
    unread: ['AttributeUpdates'],
    becomes: { Item: { id: item.id, at: item.at, total: { N: '7' } } },
  },
  {
    resource: 'aws_dynamodb_table (view type changed, first call)',
    from: 'table.go',
    call: 'UpdateTable',
    sends: () => ({ ...byName(), StreamSpecification: { StreamEnabled: false } }),
    reads: 'DescribeTable',
    by: () => byName(),
    unread: ['StreamSpecification'],
    becomes: { Table: { TableStatus: 'ACTIVE' } },
  },
  {
    resource: 'aws_dynamodb_table (view type changed, second call)',
    from: 'table.go',
    call: 'UpdateTable',
    sends: () => ({ ...byName(), StreamSpecification: { ...STREAM, StreamViewType: 'KEYS_ONLY' } }),
    reads: 'DescribeTable',
    by: () => byName(),
    unread: ['StreamSpecification'],
    becomes: { Table: { StreamSpecification: { ...STREAM, StreamViewType: 'KEYS_ONLY' } } },
  },
  {
    resource: 'aws_dynamodb_tag',
    from: 'tag_gen.go',
    call: 'TagResource',
    sends: () => ({ ResourceArn: ARN, Tags: [{ Key: 'cost', Value: '7' }] }),
    reads: 'ListTagsOfResource',
    by: () => ({ ResourceArn: ARN }),
  },
  {
    resource: 'aws_dynamodb_tag (removed)',
    from: 'tag_gen.go',
    call: 'UntagResource',
    sends: () => ({ ResourceArn: ARN, TagKeys: ['cost'] }),
    reads: 'ListTagsOfResource',
    by: () => ({ ResourceArn: ARN }),
    unread: ['ResourceArn', 'TagKeys'],
  },
];

describe('a resource that Terraform makes has every sent member when it is read', () => {
  let dynamodb: EmbeddedDynamoDb;
  let client: commands.DynamoDBClient;
  let ids: Ids = {};
  before(async () => {
    dynamodb = await startEmbeddedDynamoDb({ port: 0, signers: [SIGNER] });
    client = new commands.DynamoDBClient({
      endpoint: dynamodb.url,
      region: 'us-east-1',
      credentials: SIGNER,
    });
  });
  after(async () => {
    client.destroy();
    await dynamodb.close();
  });

  for (const row of ROWS)
    it(`${row.resource} (${row.from})`, async () => {
      ids = await makeAndRead(row, sender(client, commands), ids);
    });

  const replica = { RegionName: 'eu-west-1' };
  for (const [resource, call, input] of [
    [
      'aws_dynamodb_contributor_insights',
      'UpdateContributorInsights',
      { ...byName(), ContributorInsightsAction: 'ENABLE' },
    ],
    [
      'aws_dynamodb_global_table',
      'CreateGlobalTable',
      { GlobalTableName: TableName, ReplicationGroup: [replica] },
    ],
    [
      'aws_dynamodb_kinesis_streaming_destination',
      'EnableKinesisStreamingDestination',
      { ...byName(), StreamArn: ARN },
    ],
    ['aws_dynamodb_resource_policy', 'PutResourcePolicy', { ResourceArn: ARN, Policy: '{}' }],
    ['aws_dynamodb_table_export', 'ExportTableToPointInTime', { TableArn: ARN, S3Bucket: 'exports' }],
    ['aws_dynamodb_table_replica', 'UpdateTable', { ...byName(), ReplicaUpdates: [{ Create: replica }] }],
  ] as const)
    it(`${resource} is refused: ${call} is not served`, async () => {
      await assert.rejects(
        sender(client, commands)(call, input),
        /the embedded DynamoDB does not support|does not support replicas/,
      );
    });
});
