/** The customer plans that a new API key may name: connects the administration of access and quota. */
import { readUsageTableConfig } from '../config/usage-config.ts';
import type { PlanCatalogue } from '../ports.ts';
import { createPlanCatalogue } from '../quota/admin/plan-catalogue.ts';
import { createDynamoDbAdminPorts } from '../quota/dynamodb-admin.ts';

/** Reads the table's name when it is asked: a stack without quotas has keys and no table. Its answers reject by CONFIG_INVALID. */
export function createLambdaPlanCatalogue(): PlanCatalogue {
  let made: PlanCatalogue | undefined;
  const catalogue = (): PlanCatalogue =>
    (made ??= createPlanCatalogue(createDynamoDbAdminPorts(readUsageTableConfig().tableName)));
  return {
    has: async (planId) => catalogue().has(planId),
    list: async () => catalogue().list(),
    customerState: async (tenant) => catalogue().customerState(tenant),
  };
}
