import { asText } from '@gatewright/aws/json-object';
import { DomainError } from '../errors.ts';
import type { EventFields } from './event-fields.ts';
import { headersOf, readRequest, receivedAtOf } from './read-request.ts';
import { splitSubprotocols } from './subprotocols.ts';

/**
 * The protocol name before the token, as in `Sec-WebSocket-Protocol: bearer, eyJ…`. Browsers cannot set any other
 * header for a WebSocket.
 */
export const SUBPROTOCOL_MARKER = 'bearer';

export type WebSocketEvent = {
  readonly apiId: string;
  readonly stage: string;
  readonly connectionId: string;
  readonly connectedAtEpochMs: number;
  /** `principalId` and the context from the `$connect` authorizer, without members that are not strings. */
  readonly authorizer: Readonly<Record<string, string>>;
  /** Protocols that the caller offers in `Sec-WebSocket-Protocol`, in the caller's order. Set only on `$connect`. */
  readonly subprotocols: readonly string[];
  readonly receivedAtEpochMs?: number;
  /** Text of the message. Empty on `$connect` and `$disconnect`. */
  readonly body: string;
};

/**
 * Reads the event of a WebSocket API's route.
 * @throws DomainError EVENT_MALFORMED if the value is not such an event
 *
 * @example
 * ```ts
 * import { parseWebSocketEvent } from 'gatewright/websocket';
 *
 * const event = {
 *   requestContext: { apiId: 'a1b2c3d4e5', stage: 'dev', connectionId: 'c-1', connectedAt: 1_000 },
 *   headers: { 'Sec-WebSocket-Protocol': 'bearer, eyJ…' },
 * };
 * parseWebSocketEvent(event).subprotocols // → ['bearer', 'eyJ…']
 * ```
 */
export function parseWebSocketEvent(event: unknown): WebSocketEvent {
  const request = readRequest(event);
  const { apiId, stage, connectionId, connectedAt } = request.context;
  if (typeof apiId !== 'string' || typeof stage !== 'string' || typeof connectionId !== 'string')
    throw malformed('a WebSocket event must have API, stage and connection');
  if (typeof connectedAt !== 'number')
    throw malformed('a WebSocket event must have the time of the connection');
  const receivedAtEpochMs = receivedAtOf(request);
  return {
    apiId,
    stage,
    connectionId,
    connectedAtEpochMs: connectedAt,
    authorizer: textsOf(request.authorizer),
    subprotocols: parseSubprotocols(headersOf(request).get('sec-websocket-protocol') ?? []),
    ...(receivedAtEpochMs !== undefined && { receivedAtEpochMs }),
    body: asText(request.fields['body']) ?? '',
  };
}

/** Splits `Sec-WebSocket-Protocol: bearer, eyJ…` (RFC 6455 section 11.3.4). */
function parseSubprotocols(values: readonly string[]): readonly string[] {
  return values.flatMap(splitSubprotocols).filter((protocol) => protocol !== '');
}

function textsOf(fields: EventFields): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  );
}

function malformed(message: string): DomainError {
  return new DomainError('EVENT_MALFORMED', message);
}
