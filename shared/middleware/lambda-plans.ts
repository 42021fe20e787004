/**
 * Provides the customer plans that a new API key may name. This connects the administration of access with the
 * administration of quotas.
 */
import { readUsageTableConfig } from '../config/usage-config.ts';
import type { PlanCatalogue } from '../ports.ts';
import { createPlanCatalogue } from '../quota/admin/plan-catalogue.ts';
import { createDynamoDbAdminPorts } from '../quota/dynamodb-admin.ts';

/**
 * Reads the name of the usage table only when a method is called, because a stack without quotas has no such table but
 * may have keys. If the variable is missing, the method rejects with CONFIG_INVALID.
 */
export function createLambdaPlanCatalogue(): PlanCatalogue {
  let made: PlanCatalogue | undefined;
  const catalogue = (): PlanCatalogue =>
    (made ??= createPlanCatalogue(createDynamoDbAdminPorts(readUsageTableConfig().tableName)));
  return {
    has: async (planId) => catalogue().has(planId),
    list: async () => catalogue().list(),
    customer: async (tenant) => catalogue().customer(tenant),
  };
}
