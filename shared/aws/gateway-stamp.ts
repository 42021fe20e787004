import { parseOptionalFields } from './event-fields.ts';

/**
 * Epoch milliseconds: `requestContext.timeEpoch` (HTTP API 2.0, function URLs) or `requestTimeEpoch` (REST, HTTP
 * API 1.0, WebSocket), of events to handlers and to REQUEST authorizers alike; undefined elsewhere (ALB, TOKEN).
 */
export function gatewayStamp(event: unknown): number | undefined {
  const context = parseOptionalFields(parseOptionalFields(event)['requestContext']);
  const stamp = context['timeEpoch'] ?? context['requestTimeEpoch'];
  return typeof stamp === 'number' && Number.isFinite(stamp) ? stamp : undefined;
}
