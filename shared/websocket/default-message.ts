/** Messages that no route of their own takes. */
import type { WebSocketEvent } from '../aws/websocket-event.ts';
import { problem } from '../http/problem.ts';
import type { Problem } from '../http/problem.ts';

export type Pong = { readonly type: 'pong'; readonly connectionId: string };

/**
 * Answers `{"action":"ping"}`, by which clients keep a quiet connection open (AWS sends no pings, and
 * closes after ten idle minutes). Everything else gets a problem that says what would be understood.
 */
export function answerMessage(event: WebSocketEvent): Pong | Problem {
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
