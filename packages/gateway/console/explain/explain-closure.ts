/** Explains how a connection ended, by its close code (RFC 6455 §7.4.1, docs/aws §11.4, §11.6). */
import { GOING_AWAY, TOO_BIG } from '../../core/websocket/limits.ts';
import type { Closure } from '../../core/websocket/limits.ts';
import type { Circumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

type Meaning = { readonly because: string; readonly change?: string };

const BY_CODE: Readonly<Record<number, Meaning>> = {
  1000: { because: 'The client, or DELETE @connections, closed the connection normally (1000).' },
  1001: {
    because:
      'The client went away (1001), as a browser does when the user leaves the page, or the backend closed the connection.',
  },
  1002: {
    because: 'The client broke the WebSocket protocol (1002).',
    change: 'Use a WebSocket client that follows RFC 6455.',
  },
  1003: {
    because: 'The client sent a binary message (1003), and WebSocket APIs accept text only.',
    change: 'Send text, for example base64 or JSON.',
  },
  1005: { because: 'The client closed the connection without a close code (1005).' },
  1006: {
    because:
      'The TCP connection ended without a close frame (1006): the client crashed, or the network was interrupted.',
    change: 'Have the client wait a moment and connect again.',
  },
  1007: {
    because: 'The client sent a string that is not UTF-8 (1007).',
    change: 'Send UTF-8 text.',
  },
  1008: {
    because: 'The client sent a message in too many frames (1008).',
    change: 'Send each message in fewer frames.',
  },
};

/** Connections that the gateway itself closed, by close code and reason. */
const OF_GATEWAY: Readonly<Record<string, Meaning>> = {
  [keyOf(GOING_AWAY)]: {
    because:
      'The gateway closed the connection (1001): API Gateway closes a connection after 10 minutes without a message and after 2 hours in any case, and the gateway closes all connections when it stops or the API is removed.',
    change:
      'Have the client send a message at least every 9 minutes, and connect again when the connection ends.',
  },
  [keyOf(TOO_BIG)]: {
    because:
      'The gateway closed the connection (1009), because the client sent a message longer than 128 KB.',
    change: 'Send at most 128 KB in a message, and longer data through S3 or in several messages.',
  },
};

/** A message may have 128 KB, but each of its frames only 32 KB. */
const OF_FRAME: Meaning = {
  because:
    'The gateway closed the connection (1009), because the client sent a frame longer than 32 KB. The message itself may be up to 128 KB long.',
  change: 'Send the message in frames of at most 32 KB, or send less, such as a link to S3.',
};

function keyOf({ code, reason }: Closure): string {
  return `${code} ${reason}`;
}

/** The name of the subprotocol is not repeated, because clients also send tokens as subprotocols. */
export const SUBPROTOCOL: Required<Meaning> = {
  because:
    'The client asked for a subprotocol (Sec-WebSocket-Protocol), and the result of the $connect function has no such header. API Gateway chooses none itself, so a browser ends the connection at once, with 1006.',
  change:
    "Return the subprotocol from the $connect function if the client asks for a subprotocol that the function supports: { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': event.headers['Sec-WebSocket-Protocol'].split(',')[0] } }.",
};

export function explainClosure({ closure, isUnconfirmed }: Circumstances): Reason {
  if (closure === undefined) return { because: [], changes: [] };
  if (isUnconfirmed === true && closure.code === 1006)
    return {
      because: [`The client ended the connection without a close frame (1006). ${SUBPROTOCOL.because}`],
      changes: [SUBPROTOCOL.change],
    };
  const { code, reason } = closure;
  const meaning = closure.part === 'frame' ? OF_FRAME : (OF_GATEWAY[keyOf(closure)] ?? BY_CODE[code]);
  if (meaning === undefined)
    return {
      because: [`The client closed the connection with ${code}${reason === '' ? '' : `, “${reason}”`}.`],
      changes: [],
    };
  return { because: [meaning.because], changes: meaning.change === undefined ? [] : [meaning.change] };
}
