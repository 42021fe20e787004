/** Messages that no route of their own takes. */
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import { problem } from '../http/problem.ts';
import type { Problem } from '../http/problem.ts';
import { isCredentialOver } from './connection.ts';

export type Pong = { readonly type: 'pong'; readonly connectionId: string };

/**
 * Answers `{"action":"ping"}`, by which clients keep a quiet connection open (AWS sends no pings, and
 * closes after ten idle minutes). Everything else gets a problem that says what would be understood. Nobody is kept
 * alive beyond the credential by which the connection was opened: a client that reads 401 closes and connects anew.
 */
export function answerMessage(event: WebSocketEvent): Pong | Problem {
  if (isCredentialOver(event))
    return problem(401, 'Unauthorized', 'the credential has expired; connect again with a new one');
  const action = parseAction(event.body);
  if (action === 'ping') return { type: 'pong', connectionId: event.connectionId };
  return action === undefined
    ? problem(400, 'Bad Request', 'a message is a JSON object with a text "action"')
    : problem(404, 'Not Found', 'no route takes this action; "ping" is answered here');
}

function parseAction(body: string): string | undefined {
  try {
    const message: unknown = JSON.parse(body);
    if (typeof message !== 'object' || message === null || !('action' in message)) return undefined;
    return typeof message.action === 'string' ? message.action : undefined;
  } catch {
    return undefined;
  }
}
