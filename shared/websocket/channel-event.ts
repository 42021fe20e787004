import { parseWebSocketEvent } from '../aws/websocket-event.ts';
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import { DomainError } from '../errors.ts';
import type { ChannelPorts } from './channel-ports.ts';

/**
 * Parses an event, which must come from a known API. Attack: another API in the account could have an authorizer that
 * names any caller and any channels.
 * @throws DomainError EVENT_MALFORMED if it is not an event of a WebSocket API; API_UNKNOWN if the stack does not know
 * the API
 */
export function parseChannelEvent(
  { knownApis }: Pick<ChannelPorts, 'knownApis'>,
  event: unknown,
): WebSocketEvent {
  const parsed = parseWebSocketEvent(event);
  if (knownApis.has(parsed.apiId)) return parsed;
  throw new DomainError(
    'API_UNKNOWN',
    `the stack does not know API ${parsed.apiId}: name it in an access document or in the parameter apis, and deploy the stack`,
  );
}
