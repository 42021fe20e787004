/** Lines of access logs, from CloudWatch Logs or a Firehose stream: charges the requests that were served, each once. */
import { readUsageTrackerConfig } from '#shared/config.ts';
import type { UsageTrackerConfig } from '#shared/config.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { countQuotas } from '#shared/observability/quota-metrics.ts';
import { readAccessLine } from '#shared/quota/access-log-line.ts';
import { createDynamoDbUsageTracker } from '#shared/quota/dynamodb-usage.ts';
import { readLogDelivery } from '#shared/quota/lambda-log-delivery.ts';
import type { UsageTracker } from '#shared/quota/track-usage.ts';

let config: UsageTrackerConfig | undefined;
let tracker: UsageTracker | undefined;

export const handler = observeHandler('usage-tracker', async (event, { metrics }) => {
  const rules = (config ??= readUsageTrackerConfig());
  tracker ??= createDynamoDbUsageTracker(rules.tableName, countQuotas(metrics));
  const { lines: delivered, reply } = readLogDelivery(event);
  const lines = delivered.map(({ message, timestampEpochMs }) =>
    readAccessLine(message, timestampEpochMs, rules),
  );
  const requests = lines.flatMap((line) => (line.kind === 'counted' ? [line.request] : []));
  const { charged, seen, unchargeable } = await tracker.track(requests);
  const counts = {
    UsageCharged: charged,
    UsageSeen: seen,
    UsageUnchargeable: unchargeable,
    UsageUncounted: lines.filter(({ kind }) => kind === 'uncounted').length,
    UsageMalformed: lines.filter(({ kind }) => kind === 'malformed').length,
  };
  for (const [name, count] of Object.entries(counts)) metrics.addMetric(name, 'Count', count);
  // How far behind the clock the charges are.
  const newestEpochMs = Math.max(...requests.map(({ atEpochMs }) => atEpochMs));
  if (requests.length > 0) metrics.addMetric('UsageLag', 'Milliseconds', Date.now() - newestEpochMs);
  return reply;
});
