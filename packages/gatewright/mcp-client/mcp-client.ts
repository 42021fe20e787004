/**
 * A client for MCP servers of the revisions 2025-03-26 to 2026-07-28, for the command `gatewright mcp` and
 * `gatewright/testing`. It declares no capabilities, so servers do not send requests to it.
 *
 * The official client is not used, because the command must work in a project of any language without an installation,
 * and tests send their requests without a socket (decision: the MCP client is our own).
 */
import { asText, isJsonObject, listOf, memberOf, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { McpClientError, McpRefused } from './errors.ts';
import { printParamHeaders, readParamHeaders } from './param-headers.ts';
import {
  MODERN_REVISION,
  printCall,
  printEnd,
  printInitialize,
  printInitialized,
  readAnswer,
  REVISIONS,
  SESSION_REVISIONS,
} from './wire.ts';
import type { Outcome, Revision, Send, Session } from './wire.ts';

export type McpTool = UnknownMembers & {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: UnknownMembers;
};
export type McpPrompt = UnknownMembers & { readonly name: string; readonly description?: string };
export type McpResource = UnknownMembers & { readonly uri: string; readonly name?: string };
/** The content of a tool's result, such as `{ type: 'text', text: '…' }`. */
export type McpToolResult = UnknownMembers & {
  readonly content: readonly UnknownMembers[];
  readonly isError?: boolean;
};

type ClientOptions = {
  readonly send: Send;
  /** The revision to speak. Default: 2026-07-28, or an earlier one if the server does not know it. */
  readonly revision?: Revision | undefined;
  /**
   * Parses results. Tests pass the `JSON.parse` of their own V8 context, so that results are deeply equal to literals.
   */
  readonly parse?: ((text: string) => unknown) | undefined;
  /** Called for each listed tool that clients must not use, with the reason. */
  readonly onInvalidTool?: ((name: string, reason: string) => void) | undefined;
};

const HEADER_MISMATCH = -32_020;
const UNSUPPORTED_REVISION = -32_022;
/** Errors by which a server of revision 2026-07-28 is recognized (Versioning, Backward Compatibility). */
const MODERN_ERRORS: readonly (number | undefined)[] = [HEADER_MISMATCH, -32_021, UNSUPPORTED_REVISION];
const METHOD_NOT_FOUND = -32_601;
/** Status codes of a gateway, an authorizer or a limit. They say nothing about the revision. */
const NOT_ABOUT_REVISIONS: readonly number[] = [401, 403, 408, 413, 429];
const PAGES_LIMIT = 100;

export class McpClient {
  readonly #options: ClientOptions;
  #session: Session | undefined;
  #lastId = 0;
  #tools: ReadonlyMap<string, McpTool> | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Returns the revision that both sides speak. It is undefined before the first message. */
  get revision(): Revision | undefined {
    return this.#session?.revision;
  }

  /** Lists the tools that the caller may call. */
  async listTools(): Promise<readonly McpTool[]> {
    const tools = (await this.#list('tools/list', 'tools')).filter(hasName);
    const usable = this.revision === MODERN_REVISION ? tools.filter((tool) => this.#isUsable(tool)) : tools;
    this.#tools = new Map(usable.map((tool) => [tool.name, tool]));
    return usable;
  }

  async listPrompts(): Promise<readonly McpPrompt[]> {
    return (await this.#list('prompts/list', 'prompts')).filter(hasName);
  }

  async listResources(): Promise<readonly McpResource[]> {
    return (await this.#list('resources/list', 'resources')).filter(
      (one): one is McpResource => asText(one['uri']) !== undefined,
    );
  }

  async listResourceTemplates(): Promise<readonly UnknownMembers[]> {
    return this.#list('resources/templates/list', 'resourceTemplates');
  }

  /**
   * Calls a tool. An error of the tool itself is a result with `isError`.
   * @throws McpRefused if the call is refused, McpClientError if the tool asks for input before it returns a result
   */
  async callTool(name: string, args: UnknownMembers = {}): Promise<McpToolResult> {
    const call = async (): Promise<Outcome> =>
      this.#exchange('tools/call', { name, arguments: args }, await this.#paramHeaders(name, args));
    const outcome = await call();
    // The schema may have changed since it was listed (Streamable HTTP 2026-07-28, Client Behavior).
    const isOutdated =
      outcome.kind === 'refused' && outcome.rpcCode === HEADER_MISMATCH && this.#tools !== undefined;
    if (isOutdated) this.#tools = undefined;
    const result = resultOf(isOutdated ? await call() : outcome);
    if (result['resultType'] === 'input_required')
      throw new McpClientError(
        `the tool ${name} asks for ${describeInputs(result)} before it returns a result; this client does not support such requests`,
      );
    return result as McpToolResult;
  }

  /** @throws McpRefused if the prompt is refused */
  async getPrompt(name: string, args: Readonly<Record<string, string>> = {}): Promise<UnknownMembers> {
    return this.request('prompts/get', { name, arguments: args });
  }

  /** @throws McpRefused if the resource is refused */
  async readResource(uri: string): Promise<UnknownMembers> {
    return this.request('resources/read', { uri });
  }

  /**
   * Sends any request, such as `completion/complete`.
   * @throws McpRefused if it is refused
   */
  async request(method: string, params: UnknownMembers = {}): Promise<UnknownMembers> {
    return resultOf(await this.#exchange(method, params));
  }

  /** Ends the session, if the server began one. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session?.id === undefined) return;
    const response = await this.#options.send(printEnd(session));
    await response.body?.cancel();
  }

  async #list(method: string, member: string): Promise<readonly UnknownMembers[]> {
    const items: UnknownMembers[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_LIMIT; page += 1) {
      const result = await this.request(method, cursor === undefined ? {} : { cursor });
      items.push(...listOf(result, member).filter(isJsonObject));
      cursor = asText(result['nextCursor']);
      if (cursor === undefined) return items;
    }
    throw new McpClientError(`the server returns more than ${PAGES_LIMIT} pages for ${method}`);
  }

  #isUsable(tool: McpTool): boolean {
    const read = readParamHeaders(tool.inputSchema);
    if (read.kind === 'invalid') this.#options.onInvalidTool?.(tool.name, read.reason);
    return read.kind === 'valid';
  }

  /**
   * Lists the tools before the first call, because only a tool's schema says which arguments are repeated in headers.
   */
  async #paramHeaders(name: string, args: UnknownMembers): Promise<Readonly<Record<string, string>>> {
    const wanted = this.revision ?? this.#options.revision ?? MODERN_REVISION;
    if (this.#tools === undefined && wanted === MODERN_REVISION) {
      try {
        await this.listTools();
      } catch (error) {
        // If the caller may not list tools, the call is sent without these headers, and the caller gets the refusal of
        // the call instead of the refusal of the list.
        if (!(error instanceof McpRefused)) throw error;
        this.#tools = new Map();
      }
    }
    if (this.revision !== MODERN_REVISION) return {};
    const read = readParamHeaders(this.#tools?.get(name)?.inputSchema);
    return read.kind === 'valid' ? printParamHeaders(read.annotated, args) : {};
  }

  async #exchange(
    method: string,
    params: UnknownMembers,
    paramHeaders: Readonly<Record<string, string>> = {},
  ): Promise<Outcome> {
    const known = this.#session ?? (await this.#begin(this.#options.revision));
    const outcome = await this.#call(method, params, paramHeaders, known ?? { revision: MODERN_REVISION });
    if (known !== undefined) return outcome;
    const other = otherRevision(outcome);
    if (other === undefined) {
      if (outcome.kind === 'result' || !NOT_ABOUT_REVISIONS.includes(outcome.status))
        this.#session = { revision: MODERN_REVISION };
      return outcome;
    }
    const begun = await this.#begin(other);
    return begun === undefined ? outcome : this.#call(method, params, paramHeaders, begun);
  }

  async #call(
    method: string,
    params: UnknownMembers,
    paramHeaders: Readonly<Record<string, string>>,
    session: Session,
  ): Promise<Outcome> {
    this.#lastId += 1;
    const call = { id: this.#lastId, method, params, paramHeaders };
    return this.#read(await this.#options.send(printCall(call, session)), call.id);
  }

  /**
   * Begins to use a revision. Earlier revisions begin with a handshake. Returns undefined without a revision, because
   * the response to the first message then shows which one the server speaks.
   */
  async #begin(revision: Revision | undefined): Promise<Session | undefined> {
    if (revision === undefined) return undefined;
    if (revision === MODERN_REVISION) {
      this.#session = { revision };
      return this.#session;
    }
    this.#lastId += 1;
    const response = await this.#options.send(printInitialize(this.#lastId, revision));
    const outcome = await this.#read(response, this.#lastId);
    const answered = asText(resultOf(outcome)['protocolVersion']);
    const spoken = SESSION_REVISIONS.find((one) => one === answered);
    if (spoken === undefined)
      throw new McpClientError(
        `the server speaks revision ${JSON.stringify(answered)} of MCP; this client speaks only ${REVISIONS.join(', ')}`,
      );
    const session = { revision: spoken, id: outcome.headers.get('mcp-session-id') ?? undefined };
    this.#session = session;
    const acknowledged = await this.#options.send(printInitialized(session));
    await acknowledged.body?.cancel();
    return session;
  }

  #read(response: Response, id: number): Promise<Outcome> {
    return readAnswer(response, id, this.#options.parse ?? ((text) => JSON.parse(text) as unknown));
  }
}

/**
 * Returns the revision to try next if the first message was not accepted: one that the server names, or the newest
 * revision with sessions if revision 2026-07-28 does not define the server's error.
 */
function otherRevision(outcome: Outcome): Revision | undefined {
  if (outcome.kind === 'result') return undefined;
  const { status, rpcCode, data } = outcome;
  if (rpcCode === UNSUPPORTED_REVISION) {
    const supported: unknown = memberOf(data, 'supported');
    return REVISIONS.find((one) => Array.isArray(supported) && supported.includes(one));
  }
  const isModern =
    MODERN_ERRORS.includes(rpcCode) || (rpcCode === METHOD_NOT_FOUND && status === 404) || status < 400;
  const isAboutRevision = status < 500 && !NOT_ABOUT_REVISIONS.includes(status);
  return !isModern && isAboutRevision ? SESSION_REVISIONS[0] : undefined;
}

/** @throws McpRefused */
function resultOf(outcome: Outcome): UnknownMembers {
  if (outcome.kind === 'result') return outcome.result;
  const { headers } = outcome;
  const requestId = headers.get('apigw-requestid') ?? headers.get('x-amzn-requestid') ?? undefined;
  throw new McpRefused({ ...outcome, requestId });
}

/**
 * Returns the kinds of input that the server asks for, such as `elicitation/create` (revision 2026-07-28, Multi
 * Round-Trip Requests).
 */
function describeInputs(result: UnknownMembers): string {
  const wanted = Object.values(membersOf(result['inputRequests'])).map((one) =>
    asText(memberOf(one, 'method')),
  );
  return [...new Set(wanted.filter((method) => method !== undefined))].join(', ') || 'input';
}

function hasName(item: UnknownMembers): item is McpTool {
  return asText(item['name']) !== undefined;
}
