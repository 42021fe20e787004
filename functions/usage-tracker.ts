/** Charges each served request once, from access logs that CloudWatch Logs or a Firehose stream delivers. */
import { readUsageTrackerConfig } from '#shared/config/usage-config.ts';
import type { UsageTrackerConfig } from '#shared/config/usage-config.ts';
import { loadLogger } from '#shared/observability/logger.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { countQuotas } from '#shared/observability/quota-metrics.ts';
import { createDynamoDbUsageTracker } from '#shared/quota/dynamodb-usage.ts';
import { trackDelivery } from '#shared/quota/usage/track-delivery.ts';
import type { UsageTracker } from '#shared/quota/usage/track-usage.ts';

let config: UsageTrackerConfig | undefined;
let tracker: UsageTracker | undefined;

export const handler = observeHandler('usage-tracker', async (event, { metrics }) => {
  const rules = (config ??= readUsageTrackerConfig());
  tracker ??= createDynamoDbUsageTracker(rules.tableName, countQuotas(metrics));
  const { counts, newestEpochMs, waiting, reply } = await trackDelivery(event, tracker, rules);
  for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, 'Count', count);
  if (newestEpochMs !== undefined) metrics.addMetric('UsageLag', 'Milliseconds', Date.now() - newestEpochMs);
  if (waiting !== undefined) (await loadLogger('usage-tracker')).error(waiting);
  return reply();
});
