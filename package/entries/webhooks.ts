/** `gatewright/webhooks`: signed webhooks in front of handlers of your own (docs/webhooks.md). */
export type { DomainErrorCode, ServiceErrorCode } from '#shared/errors.ts';
export type { WebhookHandler, WebhookOptions } from '#shared/middleware/webhook.ts';
export type { ClaimedDelivery, ClaimOutcome, DeliveryClaim, DeliveryClaims } from '#shared/ports.ts';
export type { DynamoDbClaimsOptions } from '#shared/webhooks/dynamodb-claims.ts';
export type { SchemeName } from '#shared/webhooks/schemes.ts';
export type { Delivery } from '#shared/webhooks/verify.ts';

export { DomainError } from '#shared/errors.ts';
export { deliveryOf, webhook, withWebhook } from '#shared/middleware/webhook.ts';
export { createDynamoDbClaims } from '#shared/webhooks/dynamodb-claims.ts';
