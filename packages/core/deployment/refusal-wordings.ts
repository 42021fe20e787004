/**
 * How refusals read that no stage and no API words: of bytes that are no HTTP, of hosts and paths without an API, of
 * `@connections`, and in the frames of WebSocket clients. What an API words is in error-wordings.ts.
 */
import type { GatewayErrorCode } from '../errors.ts';
import type { ErrorWording } from './model.ts';

/** Without a message there is no body. */
type Row = readonly [status: number, message?: string | undefined, errorType?: string];

const REFUSALS = {
  /** Node's parser cannot read it, or it ends before it is whole. */
  malformed: [400, 'Bad Request'],
  /** Required of HTTP/1.1. */
  'without-host': [400, 'Bad Request'],
  'plain-http': [400, 'This port speaks HTTPS: write https:// or wss://'],
  'too-slow': [408, 'Request Timeout'],
  'headers-beyond-reading': [431, 'Request Header Fields Too Large'],
  /** CONNECT. */
  proxy: [405, 'Method Not Allowed'],
  'unknown-expectation': [417, 'Expectation Failed'],
  /** DNS rebinding. */
  'foreign-host': [403, 'Host not allowed'],
  'untrusted-certificate': [403, 'Forbidden', 'ForbiddenException'],
  'no-api': [403, 'Forbidden'],
  'no-http-api': [404, 'Not Found'],
  'no-websocket-api': [403, 'Forbidden', 'ForbiddenException'],
  /** Of the control port. */
  'body-too-long': [413, 'Request Too Long'],
  fault: [500, 'Internal server error'],
  /** docs/aws §11.5 */
  'invalid-connection-id': [400, 'Invalid connectionId', 'BadRequestException'],
  'message-too-long': [413, 'Message too long', 'PayloadTooLargeException'],
  /** More than the account may send, or than the client reads. */
  'too-many-posts': [429, 'Too Many Requests', 'LimitExceededException'],
  /** Closed, never opened, or still inside its own `$connect`; AWS sends no body. */
  gone: [410, undefined, 'GoneException'],
} as const satisfies Readonly<Record<string, Row>>;

export type Refusal = keyof typeof REFUSALS;

/** `members` stand in the body, too, and in the place of its message. */
export function wordRefusal(refusal: Refusal, members: Readonly<Record<string, string>> = {}): ErrorWording {
  const [status, message, errorType]: Row = REFUSALS[refusal];
  const typed = errorType === undefined ? [] : ['x-amzn-ErrorType', errorType];
  if (message === undefined) return { status, headers: typed, body: '' };
  return {
    status,
    headers: ['Content-Type', 'application/json', ...typed],
    body: JSON.stringify({ message, ...members }),
  };
}

/** What the sender of a WebSocket message reads; the status is for the log alone. */
const FRAMES: Readonly<Partial<Record<GatewayErrorCode, readonly [status: number, message: string]>>> = {
  BAD_REQUEST_BODY: [400, 'Bad request body'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Forbidden'],
  THROTTLED: [429, 'Too Many Requests'],
};

/** AWS's error frames: a space after the first colon only. */
export function wordFrame(
  code: GatewayErrorCode,
  { connectionId, requestId }: { readonly connectionId: string; readonly requestId: string },
): { readonly status: number; readonly text: string } {
  const [status, message] = FRAMES[code] ?? [500, 'Internal server error'];
  const text = `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
  return { status, text };
}
