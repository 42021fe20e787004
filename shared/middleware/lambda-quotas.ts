/** Quotas for an authorizer function. Connects access and quotas. */
import type { LoadQuotas } from '../access/charge-quota.ts';
import { loadLogger } from '../observability/logger.ts';
import type { MetricSink } from '../observability/quota-metrics.ts';
import type { QuotaEvent } from '../quota/holding/holder-ports.ts';

/** The service name in this module's log lines. It is the name of the only function that uses this module. */
const SERVICE = 'request-authorizer';

/**
 * Returns a function that loads the quota library when the first request is charged. Functions that never charge never
 * load it.
 */
export function createQuotaLoader(metrics: MetricSink): LoadQuotas {
  return async (plans) => {
    const [{ readChargeConfig }, { createDynamoDbQuotas }, { createDynamoDbUsageReader }, { countQuotas }] =
      await Promise.all([
        import('../config/usage-config.ts'),
        import('../quota/dynamodb-quotas.ts'),
        import('../quota/dynamodb-usage.ts'),
        import('../observability/quota-metrics.ts'),
      ]);
    const { tableName, changesWithinMs } = readChargeConfig();
    const count = countQuotas(metrics);
    const observe = (event: QuotaEvent): void => {
      count(event);
      if (event.kind === 'plan-ignored') void warnOfPlan(event);
    };
    const quotas = createDynamoDbQuotas({ tableName, changesWithinMs, plans, observe });
    return { consume: (charge) => quotas.consume(charge), ...createDynamoDbUsageReader(tableName, plans) };
  };
}

async function warnOfPlan({
  plan,
  version,
}: {
  readonly plan: string;
  readonly version: number;
}): Promise<void> {
  const logger = await loadLogger(SERVICE);
  logger.warn(
    `plan ignored: version ${version} of plan ${plan} in the table has other content, and is used instead; to use the changed plan, give it version ${version + 1}`,
    { plan, version },
  );
}
