import type { ChosenPart } from '../stack-part.ts';

export const webhooksPart: ChosenPart = {
  name: 'webhooks',
  chosenAs: 'webhooks',
  needs: [],
  summary: 'Signed webhooks from other services, verified and sent to EventBridge or SQS.',
  functions: ['webhook-receiver'],
  handlers: ['webhooks', 'endpoints'],
  resourceFiles: ['webhooks/resources.yml'],
  // The part has no table of its own. It claims each delivery with an item in AccessTable.
  tables: [],
  alarms: ['WebhookReceiverErrorsAlarm', 'WebhookReceiverThrottlesAlarm'],
  outputs: ['WebhookReceiverArn', 'WebhooksUrl', 'WebhooksBusName', 'WebhooksBusArn'],
  parameters: ['localWebhookSecret', 'localWebhookMasterSecret', 'reservedWebhookReceiver'],
  commands: [],
  guides: ['docs/guides/receive/webhooks.md'],
};
