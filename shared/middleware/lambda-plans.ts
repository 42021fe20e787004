/** The usage plans that a new API key may name: connects the administration of access and quota. */
import { readUsageTableConfig } from '../config/usage-config.ts';
import type { PlanCatalogue } from '../ports.ts';
import { createPlanCatalogue } from '../quota/admin/plan-catalogue.ts';
import { createDynamoDbAdminPorts } from '../quota/dynamodb-admin.ts';

/** @throws DomainError CONFIG_INVALID */
export function createLambdaPlanCatalogue(): PlanCatalogue {
  return createPlanCatalogue(createDynamoDbAdminPorts(readUsageTableConfig().tableName));
}
