/**
 * `POST /webhooks/{source}` and `/webhooks/{source}/{endpoint}`: verifies a signed delivery and sends it to EventBridge
 * or SQS. A repeated delivery is not sent again, unless the function ended before it could record the first one.
 */
import { createAwsCaller } from '#shared/aws/aws-json-poster.ts';
import { loadOnce } from '@gatewright/aws/load-once';
import { readWebhookReceiverConfig } from '#shared/config/webhooks-config.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { parseCompiledWebhooks } from '#shared/webhooks/compiled-webhooks.ts';
import { createDynamoDbClaims } from '#shared/webhooks/dynamodb-claims.ts';
import { createWebhookReceiver } from '#shared/webhooks/receive.ts';
import type { WebhookReceiver } from '#shared/webhooks/receive.ts';
import compiled from '../access/webhooks.compiled.json' with { type: 'json' };

/** Duration of a lease. It is longer than the function's timeout (serverless.yml). */
const LEASE_SECONDS = 20;

let receiver: WebhookReceiver | undefined;

export const handler = observeHandler('webhook-receiver', async (event, { count }) => {
  receiver ??= create();
  const { outcome, reason, reply } = await receiver.receive(event);
  count(outcome, reason);
  return reply;
});

function create(): WebhookReceiver {
  const config = readWebhookReceiverConfig();
  const endpoints = loadOnce(async () => {
    const { createLambdaEndpoints } = await import('#shared/endpoints/lambda-endpoints.ts');
    return createLambdaEndpoints(config.tableName);
  });
  return createWebhookReceiver({
    webhooks: parseCompiledWebhooks(compiled),
    config,
    claims: createDynamoDbClaims({ tableName: config.tableName, leaseSeconds: LEASE_SECONDS }),
    caller: createAwsCaller(config.aws),
    endpoint: async (source, endpointId) => (await endpoints())(source, endpointId),
  });
}
