import type { AdminPorts } from './admin/operation.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import { createDynamoDbListing } from '../table/dynamodb-listing.ts';
import { RANDOM, TIMER } from '../lambda-ports.ts';

/**
 * Timeout of a table call. It is long, because an administrator can wait and has to know whether the change was made.
 */
const TIMEOUT_MS = 2000;

export function createDynamoDbAdminPorts(tableName: string): AdminPorts {
  return {
    store: createDynamoDbTable({ tableName, timeoutMs: TIMEOUT_MS }),
    listing: createDynamoDbListing({ tableName }),
    random: RANDOM,
    timer: TIMER,
  };
}
