/**
 * Writes messages to an MCP server and reads the responses, as Streamable HTTP transports them. In revision 2026-07-28,
 * headers repeat members of the body (Streamable HTTP, Request Metadata). Earlier revisions have a session instead.
 */
import { asText, isJsonObject, memberOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { parameterInHeader } from '@gatewright/handlers/mcp/methods';
import { encodeHeader } from '@gatewright/handlers/mcp/mirrored-headers';
import { McpClientError } from './errors.ts';
import { readBounded, readEvents } from './response-body.ts';

export type HttpRequest = {
  readonly method: 'DELETE' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** Sends a request to the server. The creator of the client chooses the address and the transport. */
export type Send = (request: HttpRequest) => Promise<Response>;

/** The revision in which each message contains everything that the server needs, so there is no session. */
export const MODERN_REVISION = '2026-07-28';

/** The revisions that begin with `initialize`, the newest first. */
export const SESSION_REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;

/** All revisions that the client speaks. */
export const REVISIONS = [MODERN_REVISION, ...SESSION_REVISIONS] as const;

export type Revision = (typeof REVISIONS)[number];

const CLIENT_INFO = { name: 'gatewright', version: '1.0.0' };

type Call = {
  readonly id: number;
  readonly method: string;
  readonly params: UnknownMembers;
  /** The headers that repeat arguments of a tool. */
  readonly paramHeaders?: Readonly<Record<string, string>>;
};

export type Session = { readonly revision: Revision; readonly id?: string | undefined };

export type Outcome =
  | { readonly kind: 'result'; readonly result: UnknownMembers; readonly headers: Headers }
  | {
      readonly kind: 'refused';
      readonly status: number;
      /** Code of the JSON-RPC error. It is undefined if something in front of the server refused the message. */
      readonly rpcCode: number | undefined;
      readonly message: string;
      readonly data: unknown;
      readonly headers: Headers;
    };

/** Returns the request that carries a call. */
export function printCall({ id, method, params, paramHeaders }: Call, session: Session): HttpRequest {
  if (session.revision !== MODERN_REVISION)
    return post({ jsonrpc: '2.0', id, method, params }, sessionHeaders(session));
  const parameter = parameterInHeader(method);
  const named = parameter === undefined ? undefined : asText(params[parameter]);
  const meta = {
    ...(isJsonObject(params['_meta']) ? params['_meta'] : {}),
    'io.modelcontextprotocol/protocolVersion': MODERN_REVISION,
    'io.modelcontextprotocol/clientInfo': CLIENT_INFO,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return post(
    { jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } },
    {
      'mcp-protocol-version': MODERN_REVISION,
      'mcp-method': method,
      ...(named !== undefined && { 'mcp-name': encodeHeader(named) }),
      ...paramHeaders,
    },
  );
}

/** Returns the first message of a session. It names the revision in the body only. */
export function printInitialize(id: number, protocolVersion: string): HttpRequest {
  const params = { protocolVersion, capabilities: {}, clientInfo: CLIENT_INFO };
  return post({ jsonrpc: '2.0', id, method: 'initialize', params }, {});
}

export function printInitialized(session: Session): HttpRequest {
  return post({ jsonrpc: '2.0', method: 'notifications/initialized' }, sessionHeaders(session));
}

export function printEnd(session: Session): HttpRequest {
  return { method: 'DELETE', headers: sessionHeaders(session) };
}

function sessionHeaders({ revision, id }: Session): Readonly<Record<string, string>> {
  return { 'mcp-protocol-version': revision, ...(id !== undefined && { 'mcp-session-id': id }) };
}

function post(message: object, headers: Readonly<Record<string, string>>): HttpRequest {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(message),
  };
}

/**
 * Reads the response to the request with this id. Other messages that a server streams before it, such as progress, are
 * skipped.
 * @throws McpClientError if the response is too long, is not JSON, or does not belong to this request
 */
export async function readAnswer(
  response: Response,
  id: number,
  parse: (text: string) => unknown,
): Promise<Outcome> {
  const { status, headers } = response;
  const isStream = /^text\/event-stream\b/i.test(headers.get('content-type') ?? '');
  const message = isStream
    ? await findInStream(response, id, parse)
    : parseAnswer(await readBounded(response), status, parse);
  const result = memberOf(message, 'result');
  if (status < 400 && isJsonObject(result)) return { kind: 'result', result, headers };
  const error = memberOf(message, 'error');
  const code = memberOf(error, 'code');
  return {
    kind: 'refused',
    status,
    rpcCode: typeof code === 'number' ? code : undefined,
    message:
      asText(memberOf(error, 'message')) ?? asText(memberOf(message, 'message')) ?? `HTTP status ${status}`,
    data: memberOf(error, 'data'),
    headers,
  };
}

async function findInStream(
  response: Response,
  id: number,
  parse: (text: string) => unknown,
): Promise<unknown> {
  for await (const data of readEvents(response)) {
    const message = parse(data);
    if (memberOf(message, 'id') === id && memberOf(message, 'method') === undefined) return message;
  }
  throw new McpClientError('the server ended its stream without a response to the request');
}

/** API Gateway, or anything else in front of the server, may send an error with any text. */
function parseAnswer(text: string, status: number, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch {
    if (status >= 400) return { message: text.trim() === '' ? undefined : text.slice(0, 500) };
    throw new McpClientError(
      `the response of the server is not JSON: ${JSON.stringify(text.slice(0, 200))}; check that this is the address of an MCP server`,
    );
  }
}
