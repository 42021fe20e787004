/**
 * Verifies signed webhooks for handlers that you write yourself.
 *
 * @module gatewright/webhooks
 */
export type { DomainErrorCode, ServiceErrorCode } from '../errors.ts';
export type { WebhookHandler, WebhookOptions } from '../middleware/webhook.ts';
export type { ClaimedDelivery, ClaimOutcome, DeliveryClaim, DeliveryClaims } from '../ports.ts';
export type { DynamoDbClaimsOptions } from '../webhooks/dynamodb-claims.ts';
export type { SchemeName } from '../webhooks/signature-headers.ts';
export type { Delivery } from '../webhooks/verify.ts';

export { DomainError } from '../errors.ts';
export { deliveryOf, webhook, withWebhook } from '../middleware/webhook.ts';
export { createDynamoDbClaims } from '../webhooks/dynamodb-claims.ts';
