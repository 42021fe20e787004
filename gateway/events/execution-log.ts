/** The execution log of a request on a REST API, in AWS's lines (aws-behaviour §10.3). */
import { formatAwsDate } from './request-time.ts';
import { readQuery } from './query-text.ts';
import type { ContextFacts } from './context-variables.ts';

/** One side of a call: flat name, value list of headers, and the body. */
export type LoggedMessage = {
  readonly headers: readonly string[];
  readonly body: string | Buffer | undefined;
};

/** What went to the integration, and what came back. */
export type LoggedCall = {
  /** Where to: a URL, or the name of a function. */
  readonly uri: string;
  readonly sent: LoggedMessage;
  readonly received: (LoggedMessage & { readonly status: number }) | undefined;
  readonly latencyMs: number;
};

export type ExecutionFacts = {
  readonly request: ContextFacts & { readonly pathParameters: Readonly<Record<string, string>> | null };
  /** Undefined where no call was made: a MOCK, a hit of the cache, a refusal. */
  readonly call: LoggedCall | undefined;
  readonly reply: LoggedMessage & { readonly status: number };
  /** Why the request failed. */
  readonly failure: string | undefined;
};

/** Bytes of one log event, measured in characters (aws-behaviour §10.3). */
const EVENT_LIMIT = 1024;
/** Only their ends may stand in a log, enough to tell two of them apart. */
const SECRETS: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'x-amz-security-token',
  'cookie',
]);

/** Lines of level INFO; headers and bodies only where data is traced. Every line names its request. */
export function executionLines(facts: ExecutionFacts, isDataTraced: boolean): string[] {
  const { request, call, reply, failure } = facts;
  const lines = [
    `Extended Request Id: ${request.extendedRequestId}`,
    `${formatAwsDate(request.receivedAtEpochMs)} : Starting execution for request: ${request.requestId}`,
    `HTTP Method: ${request.method}, Resource Path: ${request.route?.resourcePath ?? ''}`,
    ...(isDataTraced ? describeRequest(request) : []),
    ...(call === undefined ? [] : describeCall(call, isDataTraced)),
    ...(failure === undefined ? [] : [failure]),
    ...(isDataTraced && failure === undefined
      ? [
          `Method response body after transformations: ${print(reply.body)}`,
          `Method response headers: ${printHeaders(reply.headers)}`,
        ]
      : []),
    ...(failure === undefined ? ['Successfully completed execution'] : []),
    `Method completed with status: ${reply.status}`,
  ];
  const hide = hideSecrets(request.rawHeaders);
  return lines.map((line) => frame(request.requestId, hide(line)));
}

/** Lines of level ERROR: none for a request that did not fail. */
export function failureLines({ request, reply, failure }: ExecutionFacts): string[] {
  if (failure === undefined) return [];
  return [failure, `Method completed with status: ${reply.status}`].map((line) =>
    frame(request.requestId, line),
  );
}

function describeRequest(request: ExecutionFacts['request']): string[] {
  return [
    `Method request path: ${printMap(Object.entries(request.pathParameters ?? {}))}`,
    `Method request query string: ${printMap(Object.entries(readQuery(request.rawQuery)?.single ?? {}))}`,
    `Method request headers: ${printHeaders(request.rawHeaders)}`,
    `Method request body before transformations: ${print(request.body)}`,
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

/** A line break in a body or a header must not begin a line of its own. */
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

/** Wherever a credential of the request stands, in the event of a function too. */
function hideSecrets(rawHeaders: readonly string[]): (line: string) => string {
  const secrets: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const value = rawHeaders[index + 1] ?? '';
    if (value !== '' && SECRETS.has((rawHeaders[index] ?? '').toLowerCase())) secrets.push(value);
  }
  return (line) => secrets.reduce((text, secret) => text.replaceAll(secret, `****${secret.slice(-3)}`), line);
}

/** As Java prints a map. */
function printMap(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([name, value]) => `${name}=${value}`).join(', ')}}`;
}
