/**
 * Closes the periods that have ended, once a day, and records their usage before their ledgers expire. The function
 * itself runs every hour, so that a later run continues what one run could not finish.
 */
import { readUsageTableConfig } from '#shared/config/usage-config.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { closeAllOver } from '#shared/quota/admin/close-all.ts';
import { createDynamoDbAdminPorts } from '#shared/quota/dynamodb-admin.ts';

/** Time limit of one run. It is below the 15 minutes after which Lambda ends the function. */
const WITHIN_MS = 14 * 60_000;

export const handler = observeHandler('usage-closer', async (_event, { metrics }) => {
  const ports = createDynamoDbAdminPorts(readUsageTableConfig().tableName);
  const { closed, recorded } = await closeAllOver(ports, 'usage-closer', Date.now(), WITHIN_MS);
  metrics.addMetric('UsagePeriodsClosed', 'Count', closed);
  metrics.addMetric('UsageRecorded', 'Count', recorded);
});
