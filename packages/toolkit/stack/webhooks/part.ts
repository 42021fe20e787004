import type { ChosenPart } from '../stack-part.ts';

export const webhooksPart: ChosenPart = {
  name: 'webhooks',
  chosenAs: 'webhooks',
  needs: [],
  summary: 'Signed webhooks from other services, verified and sent to EventBridge or SQS.',
  functions: ['webhook-receiver'],
  handlers: ['webhooks'],
  resourceFiles: ['webhooks/resources.yml'],
  // Deliveries are claimed by items of AccessTable.
  tables: [],
  alarms: ['WebhookReceiverErrorsAlarm', 'WebhookReceiverThrottlesAlarm'],
  parameters: ['localWebhookSecret', 'reservedWebhookReceiver'],
  commands: [],
  guides: ['docs/guides/receive/webhooks.md'],
};
