import type { ProxyResult } from '../aws/proxy-result.ts';
import { SUBPROTOCOL_MARKER } from '../aws/websocket-event.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';

/**
 * Accepts the connection. A browser that offered `bearer, <token>` closes the connection unless the response contains
 * one of the offered subprotocols. The response contains only `bearer`, never the token.
 *
 * @example
 * ```ts
 * import { acceptConnection, parseWebSocketEvent } from 'gatewright/websocket';
 *
 * const event = {
 *   requestContext: { apiId: 'a1b2c3d4e5', stage: 'dev', connectionId: 'c-1', connectedAt: 1_000 },
 *   headers: { 'Sec-WebSocket-Protocol': 'bearer, eyJ…' },
 * };
 * acceptConnection(parseWebSocketEvent(event)).headers // → { 'Sec-WebSocket-Protocol': 'bearer' }
 * ```
 */
export function acceptConnection(event: WebSocketEvent): ProxyResult {
  const marker = event.subprotocols.find((protocol) => protocol.toLowerCase() === SUBPROTOCOL_MARKER);
  return { statusCode: 200, ...(marker !== undefined && { headers: { 'Sec-WebSocket-Protocol': marker } }) };
}
