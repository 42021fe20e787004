/**
 * Publishes messages to channels, and delivers them to the subscribed connections. Each invocation serves a part of the
 * connections. Functions, EventBridge, SNS and the function itself call it.
 */
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { randomHex } from '#shared/random-hex.ts';
import type { DeliveryPorts } from '#shared/websocket/channel-ports.ts';
import { createLambdaDeliveryPorts } from '#shared/websocket/lambda-channels.ts';
import { parsePublisherEvent } from '#shared/websocket/publisher-event.ts';
import { metricsOf, runPublisher } from '#shared/websocket/run-publisher.ts';

let ports: DeliveryPorts | undefined;

export const handler = observeHandler('ws-publisher', async (event, { metrics }) => {
  const asked = parsePublisherEvent(event, () => randomHex(16));
  ports ??= createLambdaDeliveryPorts();
  const ran = await runPublisher(ports, asked);
  for (const [name, value] of Object.entries(metricsOf(ran))) metrics.addMetric(name, 'Count', value);
  return { ...(ran.seq !== undefined && { seq: ran.seq }) };
});
