/** Changes of global indexes by UpdateTable. The embedded DynamoDB changes only their throughput. */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { DYNAMODB, DynamoDbError, validationError } from './actions.ts';
import type { Table } from './dynalite-store.ts';

/** Whether the call does more with global indexes than change their provisioned throughput. */
export function changesMoreThanThroughput({ GlobalSecondaryIndexUpdates: updates }: UnknownMembers): boolean {
  if (!Array.isArray(updates)) return false;
  return updates.some((update: unknown) => {
    const { Update: changed, ...others } = membersOf(update);
    const { OnDemandThroughput: onDemand, WarmThroughput: warm } = membersOf(changed);
    return Object.values({ ...others, onDemand, warm }).some(isJsonObject);
  });
}

/**
 * Refuses changes of the throughput that dynalite would drop.
 * @throws DynamoDbError ResourceNotFoundException for an index that the table lacks ("a nonexistent table or index",
 * API reference, UpdateTable); ValidationException if the table is on demand, in the words of CreateTable
 */
export function refuseIndexUpdates(
  { GlobalSecondaryIndexUpdates: updates, BillingMode: mode }: UnknownMembers,
  table: Table,
): void {
  const { GlobalSecondaryIndexes: indexes, BillingModeSummary: summary } = table as UnknownMembers;
  const names = (Array.isArray(indexes) ? indexes : []).map((index) => membersOf(index)['IndexName']);
  const isOnDemand = (mode ?? membersOf(summary)['BillingMode']) === 'PAY_PER_REQUEST';
  for (const update of Array.isArray(updates) ? updates : []) {
    const { IndexName: name } = membersOf(membersOf(update)['Update']);
    if (!names.includes(name))
      throw new DynamoDbError(400, `${DYNAMODB}ResourceNotFoundException`, 'Requested resource not found');
    if (isOnDemand)
      throw validationError(
        `One or more parameter values were invalid: ProvisionedThroughput should not be specified for index: ${String(name)} when BillingMode is PAY_PER_REQUEST`,
      );
  }
}
