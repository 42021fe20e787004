/**
 * Endpoints of customers for `webhook-receiver`. It is loaded only for sources whose customers create their own
 * secrets.
 */
import { readUsageTableConfig } from '../config/usage-config.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import { readEndpoint } from './read-endpoint.ts';
import type { ReadEndpoint } from '../webhooks/receive.ts';

/** The sender waits for these reads, and repeats a delivery that gets no answer. */
const STORE_TIMEOUT_MS = 2000;

/** @throws DomainError CONFIG_INVALID if the stack has no table of customers */
export function createLambdaEndpoints(
  accessTable: string,
): (source: string, endpointId: string) => ReadEndpoint {
  const { tableName } = readUsageTableConfig();
  const ports = {
    access: createDynamoDbTable({ tableName: accessTable, timeoutMs: STORE_TIMEOUT_MS }),
    usage: createDynamoDbTable({ tableName, timeoutMs: STORE_TIMEOUT_MS }),
  };
  return (source, endpointId) => readEndpoint(ports, source, endpointId);
}
