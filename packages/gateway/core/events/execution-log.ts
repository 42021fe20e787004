/** Writes the execution log of a REST request or a WebSocket event, in AWS's format (docs/aws §10.3). */
import { formatAwsDate } from './request-time.ts';
import { allQueryValues, readQuery } from './query-text.ts';
import type { ContextFacts } from './context-variables.ts';

/** The request or the response of a call. `headers` is a flat list of names and values. */
type LoggedMessage = {
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
};

export type LoggedCall = {
  /** A URL, or the name of a function. */
  readonly uri: string;
  readonly sent: LoggedMessage;
  readonly received: (LoggedMessage & { readonly status: number }) | undefined;
  readonly latencyMs: number;
};

type Placed = {
  /** The path below the stage. */
  readonly path: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
};

type LoggedEvent =
  | ({ readonly kind: 'request' } & Placed)
  | ({ readonly kind: 'CONNECT' } & Placed)
  | { readonly kind: 'MESSAGE'; readonly connectionId: string }
  | {
      readonly kind: 'DISCONNECT';
      readonly connectionId: string;
      readonly code: number;
      readonly reason: string;
    };

export type ExecutionFacts = {
  readonly request: ContextFacts;
  readonly event: LoggedEvent;
  /**
   * The values of the authorizer's identity sources, which are hidden in the log. They are credentials, but the headers
   * that contain them are not necessarily in the list of headers with secrets.
   */
  readonly secrets: readonly string[];
  /**
   * The facts about the authorizer's call; undefined if the route has no Lambda authorizer, or if the request ended
   * before the authorizer was called.
   */
  readonly authorizer?: LoggedAuthorizer | undefined;
  /**
   * The facts about the integration's call; undefined if no call was made, as for a MOCK, a cache hit or a refused
   * request.
   */
  readonly call: LoggedCall | undefined;
  /** The request id that an AWS service returned for the integration's call, as the log shows it. */
  readonly endpointRequestId?: string | undefined;
  readonly reply: LoggedMessage & { readonly status: number };
  readonly failure: string | undefined;
};

/** The maximum length of one log event. AWS's limit is in bytes, but the gateway counts characters (docs/aws §10.3). */
const EVENT_LIMIT = 1024;
const EXTENDED_ID = 'Extended Request Id: ';
const ENDPOINT_ID = 'AWS Integration Endpoint RequestId : ';
/**
 * Headers with secrets. Logs show only the last characters of their values, which are enough to distinguish two values.
 */
const SECRETS: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'x-amz-security-token',
  'cookie',
  // Browsers cannot set any other header on a WebSocket, so clients send tokens in this header.
  'sec-websocket-protocol',
]);
/** The secret parameters of a presigned URL. */
const SECRET_PARAMETERS = ['X-Amz-Signature', 'X-Amz-Security-Token'];
/** The minimum length of a secret that is hidden. Shorter secrets would match unrelated text. */
const MIN_SECRET_LENGTH = 4;

export function levelLines(
  facts: ExecutionFacts,
  {
    loggingLevel,
    isDataTraced,
  }: { readonly loggingLevel: 'OFF' | 'ERROR' | 'INFO'; readonly isDataTraced: boolean },
): readonly string[] {
  if (loggingLevel === 'OFF') return [];
  return loggingLevel === 'ERROR' ? failureLines(facts) : executionLines(facts, isDataTraced);
}

/**
 * Returns the lines of level INFO. Headers and bodies are included only with data tracing. Every line contains the
 * request id.
 */
function executionLines(facts: ExecutionFacts, isDataTraced: boolean): string[] {
  const { request, event, authorizer, call, reply, failure, endpointRequestId } = facts;
  const lines = [
    `${EXTENDED_ID}${request.extendedRequestId}`,
    ...(authorizer === undefined ? [] : describeAuthorizer(request, authorizer, isDataTraced)),
    `${formatAwsDate(request.receivedAtEpochMs)} : Starting execution for request: ${request.requestId}`,
    ...nameEvent(request, event),
    ...(isDataTraced ? describeRequest(request, event) : []),
    ...(call === undefined ? [] : describeCall(call, isDataTraced)),
    ...(failure === undefined ? [] : [failure]),
    // After a disconnect, no client is left that could receive a response, so no response is logged.
    ...(isDataTraced && failure === undefined && event.kind !== 'DISCONNECT'
      ? [
          `Method response body after transformations: ${print(reply.body)}`,
          `Method response headers: ${printHeaders(withoutFrontEnd(reply.headers))}`,
        ]
      : []),
    ...(failure === undefined ? ['Successfully completed execution'] : []),
    `Method completed with status: ${reply.status}`,
    ...(endpointRequestId === undefined ? [] : [`${ENDPOINT_ID}${endpointRequestId}`]),
  ];
  const hide = hideValues([...secretsOf(request), ...facts.secrets]);
  return lines.map((line) => frame(request.requestId, hide(line)));
}

/**
 * Returns the lines that name the method or route of the event. On a WebSocket API, these lines also name the sender.
 */
function nameEvent({ method, api, route, sourceIp, headers }: ContextFacts, event: LoggedEvent): string[] {
  // AWS's log calls this value the resource path, although it is the requested path [obs].
  if (event.kind === 'request') return [`HTTP Method: ${method}, Resource Path: ${event.path}`];
  const to = `WebSocket API [${api.apiId}]`;
  const key = event.kind === 'DISCONNECT' ? '$disconnect' : (route?.routeKey ?? '');
  const named = `WebSocket Request Route: [${key}]`;
  if (event.kind === 'CONNECT') {
    const userAgent = headers.last('user-agent') ?? 'null';
    return [named, `Client [UserAgent: ${userAgent}, SourceIp: ${sourceIp}] is connecting to ${to}.`];
  }
  const client = `Client [Connection Id: ${event.connectionId}]`;
  if (event.kind === 'MESSAGE') return [named, `${client} has sent a message to ${to}.`];
  const { code, reason } = event;
  return [named, `${client} has disconnected from ${to}: ${code}${reason === '' ? '' : ` ${reason}`}`];
}

/** Headers that AWS's front end adds after execution [obs]. */
const FRONT_END: ReadonlySet<string> = new Set(['x-amzn-requestid', 'x-amz-apigw-id']);

/** Returns the headers without the headers that AWS's front end adds, as a flat list. */
export function withoutFrontEnd(headers: readonly string[]): string[] {
  return headers.filter((_, index) => !FRONT_END.has((headers[index - (index % 2)] ?? '').toLowerCase()));
}

/** Returns the lines of level ERROR, which exist only for failed requests. */
function failureLines({ request, reply, failure, secrets }: ExecutionFacts): string[] {
  if (failure === undefined) return [];
  const hide = hideValues([...secretsOf(request), ...secrets]);
  return [failure, `Method completed with status: ${reply.status}`].map((line) =>
    frame(request.requestId, hide(line)),
  );
}

/**
 * Returns the log lines of one request as TestInvokeMethod shows them. There is one heading, and each line begins with
 * a date. In a log group, however, each line begins with the request id [obs].
 */
export function printTestLog(
  { requestId, receivedAtEpochMs }: Pick<ContextFacts, 'requestId' | 'receivedAtEpochMs'>,
  lines: readonly string[],
): string {
  const date = `${formatAwsDate(receivedAtEpochMs)} : `;
  const events = lines
    .map((line) => line.slice(frame(requestId, '').length))
    .filter((event) => !event.startsWith(EXTENDED_ID) && !event.startsWith(ENDPOINT_ID))
    .map((event) => (event.startsWith(date) ? event : date + event));
  return [`Execution log for request ${requestId}`, ...events, ''].join('\n');
}

/** The facts about an authorizer's call. `call` is undefined if no function was called. */
export type LoggedAuthorizer = {
  readonly authorizerId: string;
  readonly identity: string | undefined;
  readonly call:
    | { readonly uri: string; readonly event: string; readonly result: string | undefined }
    | undefined;
  readonly failure: string | undefined;
  readonly principalId: string | undefined;
};

/** Returns the lines of TestInvokeAuthorizer, in AWS's format [obs, a public capture of 2017]. */
export function authorizerLines(request: Pick<ContextFacts, 'requestId'>, facts: LoggedAuthorizer): string[] {
  const hide = hideValues(facts.identity === undefined ? [] : [facts.identity]);
  return describeAuthorizer(request, facts, true).map((line) => frame(request.requestId, hide(line)));
}

/**
 * Returns the lines for the start and the end of the authorizer's call, or for its refusal [kc: api-gateway-logs]. With
 * data tracing, the lines also contain the event and the response.
 */
function describeAuthorizer(
  { requestId }: Pick<ContextFacts, 'requestId'>,
  { authorizerId, identity, call, failure, principalId }: LoggedAuthorizer,
  isDataTraced: boolean,
): string[] {
  const asked =
    call === undefined
      ? []
      : [
          `Endpoint request URI: ${call.uri}`,
          `Endpoint request body after transformations: ${call.event}`,
          `Sending request to ${call.uri}`,
        ];
  const answered =
    call?.result === undefined ? [] : [`Authorizer result body before parsing: ${call.result}`];
  const policy =
    call === undefined || failure !== undefined
      ? []
      : [`Using valid authorizer policy for principal: ${mask(principalId ?? '')}`];
  return [
    `Starting authorizer: ${authorizerId} for request: ${requestId}`,
    ...(identity === undefined || !isDataTraced ? [] : [`Incoming identity: ${mask(identity)}`]),
    ...(isDataTraced ? [...asked, ...answered, ...policy] : []),
    failure ?? 'Successfully completed authorizer execution',
  ];
}

/** Returns the address of the function on AWS, as logs show it. */
export function lambdaUri(
  api: { readonly region: string; readonly accountId: string },
  name: string,
  qualifier = '',
): string {
  const qualified = qualifier === '' ? name : `${name}:${qualifier}`;
  return `https://lambda.${api.region}.amazonaws.com/2015-03-31/functions/arn:aws:lambda:${api.region}:${api.accountId}:function:${qualified}/invocations`;
}

/**
 * Returns the lines for the request. A WebSocket message has only a line for the body, and a disconnect has no lines.
 */
function describeRequest(request: ContextFacts, event: LoggedEvent): string[] {
  if (event.kind === 'DISCONNECT') return [];
  const body = `Method request body before transformations: ${print(request.body)}`;
  if (event.kind === 'MESSAGE') return [body];
  return [
    `Method request path: ${printMap(Object.entries(event.pathParameters ?? {}))}`,
    `Method request query string: ${printMap(Object.entries(readQuery(request.rawQuery)?.single ?? {}))}`,
    `Method request headers: ${printHeaders(request.headers.lines)}`,
    body,
  ];
}

function describeCall({ uri, sent, received, latencyMs }: LoggedCall, isDataTraced: boolean): string[] {
  return [
    `Endpoint request URI: ${uri}`,
    ...(isDataTraced
      ? [
          `Endpoint request headers: ${printHeaders(sent.headers)}`,
          `Endpoint request body after transformations: ${print(sent.body)}`,
        ]
      : []),
    `Sending request to ${uri}`,
    ...(received === undefined
      ? []
      : [`Received response. Status: ${received.status}, Integration latency: ${Math.round(latencyMs)} ms`]),
    ...(isDataTraced && received !== undefined
      ? [
          `Endpoint response headers: ${printHeaders(received.headers)}`,
          `Endpoint response body before transformations: ${print(received.body)}`,
        ]
      : []),
  ];
}

/** Formats a log line. A line break in a body or header is escaped, so that it does not begin a new log line. */
function frame(requestId: string, line: string): string {
  const text = line.length > EVENT_LIMIT ? `${line.slice(0, EVENT_LIMIT)} [TRUNCATED]` : line;
  return `(${requestId}) ${text.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}`;
}

function print(body: string | Buffer | undefined): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body.slice(0, EVENT_LIMIT) : body.toString('utf8', 0, EVENT_LIMIT);
}

function printHeaders(headers: readonly string[]): string {
  const entries: [string, string][] = [];
  for (let index = 0; index + 1 < headers.length; index += 2)
    entries.push([headers[index] ?? '', headers[index + 1] ?? '']);
  return printMap(entries);
}

/** Returns the values that are hidden in all lines, including in a function's event. */
function secretsOf({ headers, rawQuery }: ContextFacts): string[] {
  const secrets = SECRET_PARAMETERS.flatMap((name) => allQueryValues(rawQuery, name));
  headers.each((name, _, value) => {
    if (SECRETS.has(name)) secrets.push(value);
  });
  return secrets;
}

/** Returns a function that hides the secrets in a line, including their URL-encoded form. */
function hideValues(secrets: readonly string[]): (line: string) => string {
  const hidden = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) =>
      [...new Set([secret, encodeSecret(secret)])].map((text) => [text, mask(secret)] as const),
    );
  return (line) => hidden.reduce((text, [secret, shown]) => text.replaceAll(secret, shown), line);
}

/** URL-encodes a secret. A secret with a lone surrogate cannot be encoded, but cannot occur in a URL either. */
function encodeSecret(secret: string): string {
  return encodeURIComponent(secret.toWellFormed());
}

/** Hides a secret except for its last characters, which are enough to distinguish it from another secret. */
function mask(secret: string): string {
  return `****${secret.slice(-3)}`;
}

/** Formats a map as Java does. */
function printMap(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([name, value]) => `${name}=${value}`).join(', ')}}`;
}
