/** Called by other functions, EventBridge, SNS and itself: publishes to channels, and delivers a share of what was published. */
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { randomHex } from '#shared/random-hex.ts';
import type { DeliveryPorts } from '#shared/websocket/channel-ports.ts';
import { createLambdaDeliveryPorts } from '#shared/websocket/lambda-channels.ts';
import { parsePublisherEvent } from '#shared/websocket/publisher-event.ts';
import { runPublisher } from '#shared/websocket/run-publisher.ts';

let ports: DeliveryPorts | undefined;

export const handler = observeHandler('ws-publisher', async (event, { metrics }) => {
  const asked = parsePublisherEvent(event, () => randomHex(16));
  ports ??= createLambdaDeliveryPorts();
  const { delivered, undelivered, seq } = await runPublisher(ports, asked);
  const add = (name: string, value: number): void => {
    if (value > 0) metrics.addMetric(name, 'Count', value);
  };
  for (const { sent, gone, expired, throttled, failed, units, shares } of delivered) {
    add('Sent', sent);
    add('Gone', gone);
    add('CredentialExpired', expired);
    add('Throttled', throttled);
    add('NotSent', failed);
    // What API Gateway bills: 32 KB of a message to one connection.
    add('MessageUnits', units);
    add('Shares', shares);
  }
  add('Undelivered', undelivered);
  return { ...(seq !== undefined && { seq }) };
});
