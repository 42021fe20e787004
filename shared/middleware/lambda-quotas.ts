/** Quotas for an authorizer function: connects access and quota. */
import type { LoadQuotas } from '../access/charge-quota.ts';
import { readUsageTableConfig } from '../config/usage-config.ts';
import type { MetricSink } from '../observability/quota-metrics.ts';

/** Loaded with the first charged request: functions without charges never load the library. */
export function createQuotaLoader(metrics: MetricSink): LoadQuotas {
  return async (plans) => {
    const [{ createDynamoDbQuotas }, { createDynamoDbUsageReader }, { countQuotas }] = await Promise.all([
      import('../quota/dynamodb-quotas.ts'),
      import('../quota/dynamodb-usage.ts'),
      import('../observability/quota-metrics.ts'),
    ]);
    const { tableName } = readUsageTableConfig();
    const quotas = createDynamoDbQuotas({ tableName, plans, observe: countQuotas(metrics) });
    return { consume: (charge) => quotas.consume(charge), ...createDynamoDbUsageReader(tableName, plans) };
  };
}
