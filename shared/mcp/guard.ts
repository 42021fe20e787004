/**
 * Decides whether an HTTP request may reach an MCP server, and whether the server's response must be filtered. This
 * module knows neither Lambda nor tokens: the caller's grants are an argument.
 */
import type { ProxyResult } from '../aws/proxy-result.ts';
import type { ValuesByName } from '../aws/read-request.ts';
import { decideMessage } from './decide-message.ts';
import type { McpVerdict } from './decide-message.ts';
import { grantsAnything } from './grants.ts';
import type { McpGrants } from './grants.ts';
import { readMessages } from './message.ts';
import type { McpMessage } from './message.ts';
import { isPrivateMethod } from './methods.ts';
import { headerFault, isMirroring } from './mirrored-headers.ts';

type McpRequest = {
  readonly method: string;
  /** All values of each header, by header name in lower case. */
  readonly headers: ValuesByName;
  readonly body: Uint8Array;
};

type RequestMessage = Extract<McpMessage, { kind: 'request' }>;

type CallMessage = Exclude<McpMessage, { kind: 'response' }>;

export type Passed = {
  readonly kind: 'passed';
  readonly requests: readonly RequestMessage[];
  /** Requests and notifications, in the order of the body. */
  readonly calls: readonly (CallMessage & { readonly id?: string | number })[];
  readonly isBatch: boolean;
  /** Whether the answer must be filtered before the caller gets it. */
  readonly filters: boolean;
};

/** The data with which the answer to a request is filtered. */
export type Filtering = Pick<Passed, 'requests' | 'filters'> & { readonly grants: McpGrants };

type Guarded = Passed | { readonly kind: 'refused'; readonly reply: ProxyResult };

/** The wrapper's own error code. It is outside of -32768 to -32000, the codes that JSON-RPC and MCP reserve. */
const DENIED_CODE = 403;
const HEADER_MISMATCH_CODE = -32_020;
const INVALID_REQUEST_CODE = -32_600;

type GuardOptions = {
  /** Address of the protected resource metadata (RFC 9728), for `WWW-Authenticate`. */
  readonly resourceMetadata?: string | undefined;
};

export function guardRequest(grants: McpGrants, request: McpRequest, options: GuardOptions = {}): Guarded {
  if (request.method !== 'POST') return guardWithoutMessage(grants, request);
  const fault = contentFault(request);
  if (fault !== undefined) return refuse(errorReply(415, undefined, INVALID_REQUEST_CODE, fault));
  const body = readMessages(request.body);
  if (body.kind === 'malformed') return refuse(errorReply(400, undefined, body.code, body.reason));
  const mismatch = body.isBatch
    ? batchFault(request.headers, body.messages)
    : body.messages
        .map((message) => headerFault(request.headers, message))
        .find((text) => text !== undefined);
  if (mismatch !== undefined)
    return refuse(
      errorReply(400, idOf(body.messages[0]), HEADER_MISMATCH_CODE, `Header mismatch: ${mismatch}`),
    );
  const verdicts = body.messages.map((message) => decideMessage(grants, message));
  if (verdicts.every(({ kind }) => kind === 'allowed')) return pass(body.messages, body.isBatch);
  return refuse(deniedReply(body.messages, verdicts, { ...options, isBatch: body.isBatch }));
}

/** Older clients open and end sessions with GET and DELETE. Browsers ask with OPTIONS before they send a token. */
function guardWithoutMessage(grants: McpGrants, { method, body }: McpRequest): Guarded {
  if (body.length > 0)
    return refuse(
      errorReply(
        400,
        undefined,
        INVALID_REQUEST_CODE,
        `A request with the method ${method} must have no body.`,
      ),
    );
  if (method === 'OPTIONS') return pass([], false);
  if (method !== 'GET' && method !== 'DELETE')
    return refuse({
      ...errorReply(405, undefined, INVALID_REQUEST_CODE, `An MCP server does not accept ${method}.`),
      headers: { 'content-type': 'application/json', allow: 'GET, POST, DELETE, OPTIONS' },
    });
  if (!grantsAnything(grants)) return refuse(errorReply(403, undefined, DENIED_CODE, NOTHING_ALLOWED));
  // A GET opens the stream of an older session, which may repeat answers to earlier requests. These answers must be
  // filtered.
  return { ...pass([], false), filters: true };
}

const NOTHING_ALLOWED = 'The access document gives this caller no rights on this MCP server.';

/** A list is also filtered if the request for it has no id, because some servers answer such a request too. */
function pass(messages: readonly McpMessage[], isBatch: boolean): Passed {
  const calls = messages.filter((message) => message.kind !== 'response');
  const filters = calls.some(({ method }) => isPrivateMethod(method));
  return { kind: 'passed', requests: messages.filter(isRequest), calls, isBatch, filters };
}

function refuse(reply: ProxyResult): Guarded {
  return { kind: 'refused', reply };
}

/**
 * Refuses a compressed body and a type other than JSON. The function might accept these, and so run a message that was
 * not checked.
 */
function contentFault({ headers }: McpRequest): string | undefined {
  const encodings = headers.get('content-encoding') ?? [];
  if (encodings.some((value) => value.trim().toLowerCase() !== 'identity'))
    return 'The body must not be compressed.';
  const types = headers.get('content-type') ?? [];
  const isJson =
    types.length === 1 && /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(types[0] ?? '');
  return isJson ? undefined : 'The header Content-Type must be application/json.';
}

/** Only revision 2025-03-26 has batches. It is the revision of clients that send no version. */
function batchFault(headers: ValuesByName, messages: readonly McpMessage[]): string | undefined {
  const versions = headers.get('mcp-protocol-version') ?? [];
  const names = [...headers.keys()].some((name) => /^mcp-(?:method$|name$|param-)/.test(name));
  if (names || versions.some(isMirroring))
    return 'The headers require a single message, but the body is a batch.';
  return messages.map((message) => headerFault(headers, message)).find((text) => text !== undefined);
}

function isRequest(message: McpMessage): message is RequestMessage {
  return message.kind === 'request';
}

function idOf(message: McpMessage | undefined): string | number | undefined {
  return message?.kind === 'request' ? message.id : undefined;
}

type DeniedOptions = GuardOptions & { readonly isBatch: boolean };

/** If one message of a batch is denied, none of them runs. */
function deniedReply(
  messages: readonly McpMessage[],
  verdicts: readonly McpVerdict[],
  { resourceMetadata, isBatch }: DeniedOptions,
): ProxyResult {
  const errors = messages.map((message, index) =>
    errorBody(idOf(message), DENIED_CODE, describe(verdicts[index])),
  );
  const scopes = verdicts.find((verdict) => verdict.kind === 'denied' && verdict.scopes !== undefined);
  const challenge =
    scopes?.kind === 'denied' && scopes.scopes !== undefined
      ? {
          'www-authenticate': printChallenge(
            { error: 'insufficient_scope', scope: scopes.scopes.join(' ') },
            resourceMetadata,
          ),
        }
      : {};
  return {
    statusCode: 403,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...challenge },
    body: JSON.stringify(isBatch ? errors : errors[0]),
  };
}

const SUBJECT_WORDS = { tools: 'tool', prompts: 'prompt', resources: 'resource', methods: 'method' } as const;

function describe(verdict: McpVerdict | undefined): string {
  if (verdict?.kind !== 'denied')
    return 'This message was not run, because another message of its batch is denied.';
  const word = SUBJECT_WORDS[verdict.subject];
  const { name, scopes } = verdict;
  if (name === undefined) return `The message does not name a ${word}.`;
  const what = `the ${word} ${JSON.stringify(name.slice(0, 200))}`;
  return scopes === undefined
    ? `The access document does not allow this caller ${what}.`
    : `The access document allows ${what} only with the scopes ${scopes.join(' ')}.`;
}

/** Formats `Bearer error="…", scope="…", resource_metadata="…"` (RFC 6750 section 3, RFC 9728 section 5.1). */
export function printChallenge(
  parameters: Readonly<Record<string, string>>,
  resourceMetadata: string | undefined,
): string {
  const all = {
    ...parameters,
    ...(resourceMetadata !== undefined && { resource_metadata: resourceMetadata }),
  };
  const printed = Object.entries(all).map(
    ([name, value]) => `${name}="${value.replace(/[^\x20-\x7e]|["\\]/g, '')}"`,
  );
  return printed.length === 0 ? 'Bearer' : `Bearer ${printed.join(', ')}`;
}

export function errorReply(
  statusCode: number,
  id: string | number | undefined,
  code: number,
  message: string,
): ProxyResult {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(errorBody(id, code, message)),
  };
}

/** The error has no id if the message has no id, or if its id could not be read. */
function errorBody(id: string | number | undefined, code: number, message: string): object {
  return { jsonrpc: '2.0', ...(id !== undefined && { id }), error: { code, message } };
}
