/** Runs every five minutes. Sends emails for the portal's alerts that are due. */
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { createLambdaAlerts } from '#shared/portal/lambda-portal.ts';
import { sendAlerts } from '#shared/portal/send-alerts.ts';
import compiled from '../access/portal.compiled.json' with { type: 'json' };

/** Time limit of one run. It is below the function's timeout (serverless.yml), so that the last email can be sent. */
const WITHIN_MS = 45_000;

export const handler = observeHandler('portal-alerts', async (_event, { metrics }) => {
  const settings = createLambdaAlerts(compiled, WITHIN_MS);
  if (settings === undefined) return;
  const { sent, failed, overRate } = await sendAlerts(settings);
  metrics.addMetric('AlertsSent', 'Count', sent);
  metrics.addMetric('AlertsFailed', 'Count', failed);
  metrics.addMetric('AlertsOverRate', 'Count', overRate);
});
