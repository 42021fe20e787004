/** The usage plans of both sides: connects the administration of access and quota. */
import { loadOnce } from '../aws/load-package.ts';
import { readUsageTableConfig } from '../config/usage-config.ts';
import type { PlanCatalogue } from '../ports.ts';
import { createPlanCatalogue } from '../quota/admin/plan-catalogue.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import { createDynamoDbAdminPorts } from '../quota/dynamodb-admin.ts';

/** The plans that a new API key may name. Reads the table's name when it is asked: a stack without quotas has keys and no table. Its answers reject by CONFIG_INVALID. */
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

/**
 * The ports of `quota-admin`, which knows the plans of the access documents in force.
 * @param load `access/compiled.json`; most calls name no plan, and load nothing
 * @throws DomainError CONFIG_INVALID
 */
export function createLambdaQuotaAdminPorts(load: () => Promise<{ readonly default: unknown }>): AdminPorts {
  const follow = loadOnce(async () => {
    const [{ default: compiled }, { followDocuments }, { documentPlansOf }] = await Promise.all([
      load(),
      import('../access/documents/lambda-documents.ts'),
      import('../access/find-document.ts'),
    ]);
    return followDocuments(compiled, documentPlansOf);
  });
  return {
    ...createDynamoDbAdminPorts(readUsageTableConfig().tableName),
    documentPlans: async () => (await follow())(),
  };
}
