/** The answer to `$connect`. */
import type { ProxyResult } from '../aws/proxy-result.ts';
import { SUBPROTOCOL_MARKER } from '../aws/websocket-event.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';

/**
 * Accepts the connection. A browser that offered `bearer, <token>` closes it unless one offered
 * subprotocol comes back; only the marker ever does, never the token.
 */
export function acceptConnection(event: WebSocketEvent): ProxyResult {
  const marker = event.subprotocols.find((protocol) => protocol.toLowerCase() === SUBPROTOCOL_MARKER);
  return { statusCode: 200, ...(marker !== undefined && { headers: { 'Sec-WebSocket-Protocol': marker } }) };
}
