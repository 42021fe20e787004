/**
 * Quotas on a DynamoDB table, for a Lambda function. Call `createDynamoDbQuotas({ tableName, plans })` outside the
 * handler.
 */
import { CLOCK, RANDOM, TIMER } from '../lambda-ports.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import type { DynamoDbTableOptions } from '../table/dynamodb-table.ts';
import { TermsBook } from './plan/terms-book.ts';
import { createQuotas } from './quotas.ts';
import type { QuotaOptions, Quotas } from './quotas.ts';

export type DynamoDbQuotaOptions = DynamoDbTableOptions &
  Omit<QuotaOptions, 'store' | 'clock' | 'random' | 'timer' | 'customers'>;

/**
 * Creates quotas on a DynamoDB table. Nothing is loaded, connected or generated before the first request, so a snapshot
 * of the process is safe to clone.
 *
 * @example
 * ```ts
 * import { createDynamoDbQuotas, rejectionReply } from 'gatewright/quota';
 *
 * const plan = {
 *   id: 'starter',
 *   version: 1,
 *   limits: [{ id: 'month', level: 'key', quota: 1000, period: 'MONTH' }],
 * };
 * const quotas = createDynamoDbQuotas({ tableName: 'gatewright-dev-usage', plans: [plan] });
 * export const handler = async () => {
 *   const decision = await quotas.consume({ plan: 'starter', tenant: 'acme', key: 'k-1' });
 *   return decision.allowed ? { statusCode: 200 } : rejectionReply(decision);
 * };
 * ```
 */
export function createDynamoDbQuotas(options: DynamoDbQuotaOptions): Quotas {
  const store = createDynamoDbTable(options);
  const ports = { store, clock: CLOCK, random: RANDOM, timer: TIMER };
  return createQuotas({
    customers: (watched, plans) => new TermsBook(watched, CLOCK, plans),
    ...options,
    ...ports,
  });
}
