import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import { CLOCK, TIMER } from '../lambda-ports.ts';
import { createUsageReader } from './usage/read-usage.ts';
import type { UsageReader } from './usage/read-usage.ts';
import { createUsageTracker } from './usage/track-usage.ts';
import type { UsageTracker, UsageTrackerPorts } from './usage/track-usage.ts';

/** Timeout of a table call. It is long, because no request waits for the call. A call that times out is repeated. */
const TIMEOUT_MS = 2000;

export function createDynamoDbUsageTracker(
  tableName: string,
  observe: UsageTrackerPorts['observe'],
): UsageTracker {
  const store = createDynamoDbTable({ tableName, timeoutMs: TIMEOUT_MS });
  return createUsageTracker({ store, clock: CLOCK, timer: TIMER, observe });
}

/** Creates a reader of usage. It loads and connects nothing before the first read. */
export function createDynamoDbUsageReader(tableName: string, plans: readonly unknown[]): UsageReader {
  return createUsageReader({ store: createDynamoDbTable({ tableName }), clock: CLOCK, plans });
}
