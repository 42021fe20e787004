/**
 * The error responses outside any stage or API: for malformed HTTP, for hosts and paths that do not belong to an API,
 * for `@connections`, and for error frames to WebSocket clients. The error responses of an API are in
 * error-wordings.ts.
 */
import type { GatewayErrorCode } from '../../errors.ts';
import type { ErrorWording } from '../model.ts';

/** The status, message and error type of a response. Without a message, the response has no body. */
type Row = readonly [status: number, message?: string | undefined, errorType?: string];

const REFUSALS = {
  /** Node's parser cannot read the request, or the request is incomplete. */
  malformed: [400, 'Bad Request'],
  /** HTTP/1.1 requires a Host header. */
  'without-host': [400, 'Bad Request'],
  'plain-http': [400, 'This port expects HTTPS. Use https:// or wss://'],
  'too-slow': [408, 'Request Timeout'],
  'headers-beyond-reading': [431, 'Request Header Fields Too Large'],
  proxy: [405, 'Method Not Allowed'],
  'unknown-expectation': [417, 'Expectation Failed'],
  'untrusted-certificate': [403, 'Forbidden', 'ForbiddenException'],
  'no-api': [403, 'Forbidden'],
  'no-http-api': [404, 'Not Found'],
  'no-websocket-api': [403, 'Forbidden', 'ForbiddenException'],
  /** See packages/gateway/server/body-memory.ts. */
  'no-body-memory': [503, 'Service Unavailable'],
  /** The body of a request to the control port is too long. */
  'body-too-long': [413, 'Request Too Long'],
  fault: [500, 'Internal server error'],
  /** See docs/aws §11.5. */
  'no-management-route': [404, 'No method found matching route', 'NotFoundException'],
  'invalid-connection-id': [400, 'Invalid connectionId', 'BadRequestException'],
  'message-too-long': [413, 'Message too long', 'PayloadTooLargeException'],
  /** The account's rate is exceeded, or the messages are sent faster than the client reads them. */
  'too-many-posts': [429, 'Too Many Requests', 'LimitExceededException'],
  /** The connection is closed, was never opened, or is still in its own `$connect`. AWS sends no body. */
  gone: [410, undefined, 'GoneException'],
} as const satisfies Readonly<Record<string, Row>>;

export type Refusal = keyof typeof REFUSALS;

/** Returns the error response. `members` are added to its body, and may replace its message. */
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

/** The frames that are sent to the sender of a WebSocket message. The status is only logged. */
const FRAMES: Readonly<Partial<Record<GatewayErrorCode, readonly [status: number, message: string]>>> = {
  BAD_REQUEST_BODY: [400, 'Bad request body'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Forbidden'],
  THROTTLED: [429, 'Too Many Requests'],
};

/** Returns one of AWS's error frames, in which there is a space only after the first colon. */
export function wordFrame(
  code: GatewayErrorCode,
  { connectionId, requestId }: { readonly connectionId: string; readonly requestId: string },
): { readonly status: number; readonly text: string } {
  const [status, message] = FRAMES[code] ?? [500, 'Internal server error'];
  const text = `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
  return { status, text };
}
