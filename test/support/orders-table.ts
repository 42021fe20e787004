/** A table of orders as a template would define it, and a DynamoDB client that calls it as it would call AWS. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDbTarget } from '../../packages/gateway/services/tables/create-tables.ts';
import type { TableDefinition } from '../../packages/gateway/services/tables/table-definition.ts';

export function aTable(overrides: Partial<TableDefinition> = {}): TableDefinition {
  return {
    name: 'orders',
    keys: [
      { name: 'customer', type: 'S' },
      { name: 'number', type: 'N' },
    ],
    globalIndexes: [
      { name: 'by-state', keys: [{ name: 'state', type: 'S' }], projection: { type: 'ALL', attributes: [] } },
    ],
    localIndexes: [],
    timeToLiveAttribute: 'expires',
    billingMode: 'PAY_PER_REQUEST',
    place: { file: 'serverless.yml', line: 12, logicalId: 'OrdersTable' },
    ...overrides,
  };
}

/** The credentials with which tests may call the stores. */
export const SIGNER = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

/** Returns a target for tables at `url`. */
export function anyTarget(url: string): DynamoDbTarget {
  return { url, region: 'us-east-1', ...SIGNER };
}

export function aClient(url: string, credentials = SIGNER): DynamoDBClient {
  return new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
}
