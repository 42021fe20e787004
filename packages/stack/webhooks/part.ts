import type { StackPart } from '../stack-part.ts';

export const webhooksPart: StackPart = {
  name: 'webhooks',
  summary: 'Signed deliveries of other services, verified and put on EventBridge or SQS.',
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
