/** Stores the state of circuit breakers that instances share in a DynamoDB table with keys `pk` and `sk`. */
import { DomainError } from '../errors.ts';
import type { ItemStore } from '../ports.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import type { DynamoDbTableOptions } from '../table/dynamodb-table.ts';
import type { ItemKey } from '../table/item-write.ts';
import { breakerKey } from './breaker-item.ts';

export type DynamoDbBreakersOptions = DynamoDbTableOptions & {
  /**
   * The namespace of the breakers, usually the name of the service. Breakers with the same name and namespace share
   * their state.
   */
  readonly namespace: string;
};

export type SharedBreakers = { readonly store: ItemStore; readonly keyOf: (name: string) => ItemKey };

/**
 * Matches a table name, but not `undefined`: an unset variable becomes this text, which DynamoDB would accept as a
 * name.
 */
const TABLE =
  /^(?!undefined$)(?:[A-Za-z0-9_.-]{3,255}|arn:[^:]+:dynamodb:[^:]+:[^:]+:table\/[A-Za-z0-9_.-]{3,255})$/;

/**
 * Creates the shared state of circuit breakers, to be passed to `createPolicy`. Nothing is loaded or connected before
 * the first call.
 *
 * @throws DomainError CONFIG_INVALID if an option is invalid
 *
 * @example
 * ```ts
 * import { createDynamoDbBreakers, createPolicy } from 'gatewright/resilience';
 *
 * const shared = createDynamoDbBreakers({ tableName: 'gatewright-dev-cache', namespace: 'shop' });
 * export const prices = createPolicy({ name: 'prices', timeoutMs: 800, breaker: {}, shared });
 * ```
 */
export function createDynamoDbBreakers({ namespace, ...table }: DynamoDbBreakersOptions): SharedBreakers {
  if (!/^(?!undefined$)[A-Za-z0-9._-]{1,64}$/.test(namespace))
    throw new DomainError(
      'CONFIG_INVALID',
      `a namespace of breakers must be 1 to 64 letters, digits, dots, - and _, not ${JSON.stringify(namespace)}`,
    );
  if (!TABLE.test(table.tableName))
    throw new DomainError(
      'CONFIG_INVALID',
      `tableName of breakers must be the name or ARN of a DynamoDB table, not ${JSON.stringify(table.tableName)}`,
    );
  return { store: createDynamoDbTable(table), keyOf: (name) => breakerKey(namespace, name) };
}
