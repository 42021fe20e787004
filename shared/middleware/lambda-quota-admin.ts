/** Administration of quotas in a Lambda function. It also uses the access documents, because they may define plans. */
import { loadOnce } from '@gatewright/aws/load-once';
import { readUsageTableConfig } from '../config/usage-config.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import { createDynamoDbAdminPorts } from '../quota/dynamodb-admin.ts';
import { TIMER } from '../lambda-ports.ts';
import { gatherTableReads } from '../table/dynamodb-gathered-reads.ts';

/**
 * Returns ports that use the plans of the access documents that are currently in use.
 * @param load loads `access/compiled.json`. It is called only if a request needs plans; most do not.
 * @throws DomainError CONFIG_INVALID if an environment variable is missing or invalid
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
    ...createDynamoDbAdminPorts(readUsageTableConfig().tableName, {
      gatherReads: (table) => gatherTableReads(table, TIMER),
    }),
    documentPlans: async () => (await follow())(),
  };
}
