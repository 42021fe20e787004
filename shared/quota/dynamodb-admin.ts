import type { AdminPorts } from './admin/operation.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import type { DynamoDbTableOptions } from '../table/dynamodb-table.ts';
import { createDynamoDbListing } from '../table/dynamodb-listing.ts';
import { RANDOM, TIMER } from '../lambda-ports.ts';

/**
 * Timeout of a table call. It is long, because an administrator can wait and has to know whether the change was made.
 */
const TIMEOUT_MS = 2000;

/**
 * @param options `gatherReads` is for functions that list items of many subjects. Their role must allow
 * `dynamodb:BatchGetItem`.
 */
export function createDynamoDbAdminPorts(
  tableName: string,
  options: Pick<DynamoDbTableOptions, 'gatherReads'> = {},
): AdminPorts {
  return {
    store: createDynamoDbTable({ tableName, timeoutMs: TIMEOUT_MS, ...options }),
    listing: createDynamoDbListing({ tableName }),
    random: RANDOM,
    timer: TIMER,
  };
}
