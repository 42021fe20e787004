/** Administration of quotas in a Lambda function. Connects it with access documents, which define plans. */
import { loadOnce } from '../aws/load-package.ts';
import { readUsageTableConfig } from '../config/usage-config.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import { createDynamoDbAdminPorts } from '../quota/dynamodb-admin.ts';

/**
 * Uses the plans of the access documents that are currently in use.
 * @param load loads `access/compiled.json`. Most calls name no plan, and do not load it.
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
