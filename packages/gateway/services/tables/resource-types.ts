import { STACK_STREAM_LABEL } from '@gatewright/dynamodb/stream-record';
import { arnOf, named, row } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

const tableName = named('TableName', 255);

const names = row(tableName, {
  Arn: arnOf('dynamodb', tableName, 'table/'),
  StreamArn: (resource) => `${arnOf('dynamodb', tableName, 'table/')(resource)}/stream/${STACK_STREAM_LABEL}`,
});

export const TABLES_TYPES = {
  'AWS::DynamoDB::Table': {
    enforced: words(
      `TableName KeySchema AttributeDefinitions GlobalSecondaryIndexes LocalSecondaryIndexes BillingMode
       ProvisionedThroughput TimeToLiveSpecification StreamSpecification`,
    ),
    noEffect: words(
      `PointInTimeRecoverySpecification SSESpecification Tags TableClass DeletionProtectionEnabled
       ContributorInsightsSpecification OnDemandThroughput WarmThroughput`,
    ),
    unsupported: {
      KinesisStreamSpecification: 'changes to items are not streamed',
      ResourcePolicy: 'only the policies of the caller are evaluated',
      ImportSourceSpecification: 'the table starts empty',
    },
    names,
  },
  // A replica has its own settings, which do not affect calls in the region of the stack.
  'AWS::DynamoDB::GlobalTable': {
    enforced: words(
      `TableName KeySchema AttributeDefinitions GlobalSecondaryIndexes LocalSecondaryIndexes BillingMode
       TimeToLiveSpecification StreamSpecification`,
    ),
    noEffect: words(
      `Replicas SSESpecification WriteProvisionedThroughputSettings WriteOnDemandThroughputSettings WarmThroughput
       GlobalTableWitnesses`,
    ),
    names,
  },
} satisfies ResourceTypeTable;
