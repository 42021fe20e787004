/**
 * The gateway that tests use. Requests to APIs are sent to the API itself, and all other calls are sent to the control
 * port.
 */
import { describeNames, functionsNamed } from '../../gateway/core/stack/function.ts';
import { readDuration } from '@gatewright/aws/text/duration';
import { chooseApi, makeRequest } from './api-request.ts';
import { McpClient } from '../mcp-client/mcp-client.ts';
import type { Revision } from '../mcp-client/wire.ts';
import { callControl, type ControlLink, TestingError } from './control-link.ts';
import { openSocket } from './test-socket.ts';
import type { ApiRequest, RequestOptions } from './api-request.ts';
import type { SocketOptions, TestSocket } from './test-socket.ts';
import type { ApiListing, ApiRoutes, TokenOptions, UnsupportedItem } from '../../gateway/engine/index.ts';

export type TestMessage = {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly receiveCount: number;
  readonly groupId?: string;
};

/** A recorded call to an AWS service that the gateway does not run. */
export type RecordedCall = {
  readonly at: string;
  readonly service: string;
  readonly region: string;
  readonly action?: string;
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly status: number;
};

export type SendOptions = {
  /** The source of the event; only for an event on an event bus. */
  readonly source?: string;
  readonly detailType?: string;
  readonly groupId?: string;
};

export type ResetOptions = {
  /** Whether the instances of functions keep running with their memory. A reset is then faster. Default: false. */
  readonly keepsInstances?: boolean;
};

export type McpOptions = Pick<RequestOptions, 'api' | 'headers' | 'stage' | 'token'> & {
  /** The revision of MCP to speak, such as `2025-11-25`. Default: the newest that the server speaks. */
  readonly revision?: Revision;
};

export interface TestClock {
  now(): Promise<Date>;
  /**
   * Moves the clock by `1d`, `90s` or a number of milliseconds. All work that becomes due runs in order. The promise
   * resolves when this work has ended.
   */
  advance(by: string | number): Promise<Date>;
  reset(): Promise<Date>;
}

export interface TestTable {
  /** Returns the items as plain JSON. Sets are lists, and bytes are Base64. */
  items(): Promise<Record<string, unknown>[]>;
  /** Writes items, plain or in DynamoDB's own form. Consumers of the table's stream receive the change. */
  put(...items: object[]): Promise<void>;
}

export interface TestGateway extends AsyncDisposable {
  /** All APIs, with one element per stage. */
  readonly apis: readonly ApiListing[];
  /** The differences from AWS, which are the parts that are not served or not enforced. */
  readonly findings: readonly UnsupportedItem[];
  /**
   * The environment variables for SDKs, and for programs that tests start. They contain addresses, a region and a key
   * pair.
   */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: TestClock;
  /** Returns the address of a stage, for clients that use sockets. */
  url(api?: string, stage?: string): string;
  /** Sends a request to an API. The promise resolves with a `Response`, as for `fetch`. */
  inject(path: string, options?: RequestOptions): Promise<Response>;
  /**
   * Connects to a WebSocket API.
   * @throws HandshakeRefused if the API refuses the connection
   */
  connect(options?: SocketOptions): Promise<TestSocket>;
  /**
   * Returns a client for the MCP server at a path. The client sends the token with each message, and throws
   * `McpRefused` if a message is refused.
   */
  mcp(path: string, options?: McpOptions): McpClient;
  /** Creates a token of the local issuer. */
  token(options: TokenOptions): Promise<string>;
  /**
   * Invokes a function by its name, its logical id or the end of its name.
   * @throws FunctionFailed if the function throws an error or times out
   */
  invoke(functionName: string, event?: unknown): Promise<unknown>;
  /**
   * Sends an event to a queue, a topic or an event bus. If the target is a schedule, the schedule runs as if it were
   * due.
   */
  send(target: string, body?: string | object, options?: SendOptions): Promise<void>;
  /** Waits until no more work is due. Any remaining work is scheduled for a later time of the clock. */
  settle(): Promise<void>;
  table(name: string): TestTable;
  /** Returns the messages in a queue, whether they have been received or not. */
  messages(queue: string): Promise<TestMessage[]>;
  /** Returns the recorded calls to AWS services, oldest first. */
  calls(service?: string): Promise<RecordedCall[]>;
  /** Returns the output of a function, or of all functions and the gateway. */
  logs(functionName?: string): Promise<string[]>;
  /**
   * Explains the outcome of a request or an event, as `gatewright explain` does.
   * @param id the id of a request, a message, an event or an invocation; `last`, the default, means the newest
   */
  explain(id?: string): Promise<Explanation>;
  /**
   * Restores the state of tables, queues, clock, users, keys and caches directly after startup. Functions start in new
   * instances.
   */
  reset(options?: ResetOptions): Promise<void>;
  close(): Promise<void>;
}

/**
 * Thrown if a function that a test invokes throws an error or times out.
 *
 * @example
 * ```ts
 * import { FunctionFailed } from 'gatewright/testing';
 *
 * new FunctionFailed('TypeError', 'x is not a function').message // → 'TypeError: x is not a function'
 * ```
 */
export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed';
  readonly code = 'GATEWRIGHT_FUNCTION';
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(`${errorType}: ${message}`);
    this.errorType = errorType;
  }
}

export type TestGatewayParts = {
  readonly environment: Readonly<Record<string, string>>;
  readonly apis: readonly ApiRoutes[];
  readonly findings: readonly UnsupportedItem[];
  readonly request: (api: ApiListing, request: ApiRequest) => Promise<Response>;
  readonly close: () => Promise<void>;
  /**
   * The function `JSON.parse` of the tests' context. It is needed because Jest has its own globals and uses them in
   * comparisons.
   */
  readonly parse: (text: string) => unknown;
};

/**
 * The explanation that `gatewright explain` prints: the outcome, its reasons, and the changes that would lead to
 * another outcome.
 */
export type Explanation = {
  readonly headline: string;
  readonly sentences: readonly string[];
  readonly changes: readonly string[];
};

/** The members of the control port's responses that tests read. A response contains only some of them. */
type Answers = {
  readonly nowEpochMs: number;
  readonly token: string;
  readonly items: Record<string, unknown>[];
  readonly messages: TestMessage[];
  readonly calls: RecordedCall[];
  readonly story: Explanation;
};

export function makeTestGateway(parts: TestGatewayParts): TestGateway {
  const { environment, apis, findings, parse } = parts;
  const link = linkOf(environment);
  const read = async (method: 'GET' | 'POST', path: string, body?: object): Promise<Answers> =>
    parse(await callControl(link, method, path, body)) as Answers;
  const post = async (path: string, body?: object): Promise<void> => {
    await callControl(link, 'POST', path, body);
  };
  const settle = (): Promise<void> => post('settle');
  const sockets = new Set<TestSocket>();
  const closeSockets = async (): Promise<void> => {
    await Promise.all([...sockets].map((socket) => socket.close()));
    sockets.clear();
  };
  const close = async (): Promise<void> => {
    await closeSockets();
    await parts.close();
  };
  return {
    apis,
    findings,
    environment,
    settle,
    close,
    clock: clockOf(read, settle),
    url: (api, stage) => urlOf(apis, api, stage),
    async inject(path, options = {}) {
      const request = makeRequest(path, options);
      const response = await parts.request(chooseApi(apis, false, options, request), request);
      // `json()` must create the value with the globals of the tests' context.
      return Object.defineProperty(response, 'json', { value: async () => parse(await response.text()) });
    },
    async connect(options = {}) {
      const socket = await openSocket(chooseApi(apis, true, options).url, options, parse);
      sockets.add(socket);
      void socket.closed.then(() => sockets.delete(socket));
      return socket;
    },
    mcp: (path, options) => mcpClient(parts, path, options),
    token: async (options) => (await read('POST', 'token', options)).token,
    invoke: (name, event = {}) => invoke(link, name, event, parse),
    send: (target, body = {}, options = {}) =>
      post('events', { target, body: typeof body === 'string' ? body : JSON.stringify(body), ...options }),
    table: (name) => ({
      items: async () => (await read('GET', `items?table=${encodeURIComponent(name)}`)).items,
      put: (...items) => post('items', { table: name, items }),
    }),
    messages: async (queue) => (await read('GET', `messages?queue=${encodeURIComponent(queue)}`)).messages,
    async calls(service) {
      const { calls } = await read('GET', 'recorded');
      return service === undefined ? calls : calls.filter((call) => call.service === service);
    },
    logs: (name) => readLogs(link, name, parse),
    explain: async (id = 'last') => (await read('GET', `requests/${encodeURIComponent(id)}`)).story,
    async reset({ keepsInstances = false } = {}) {
      await closeSockets();
      await post('reset', { keepsInstances });
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Creates a client whose messages are sent as `inject` sends requests. */
function mcpClient(
  { apis, request, parse }: TestGatewayParts,
  path: string,
  { revision, ...options }: McpOptions = {},
): McpClient {
  return new McpClient({
    revision,
    parse,
    send: ({ method, headers, body }) => {
      const message = makeRequest(path, {
        ...options,
        method,
        headers: { ...options.headers, ...headers },
        ...(body !== undefined && { body }),
      });
      return request(chooseApi(apis, false, options, message), message);
    },
  });
}

function urlOf(apis: TestGatewayParts['apis'], api?: string, stage?: string): string {
  const isSocket = apis.some((one) => one.kind === 'websocket' && one.logicalId === api);
  return chooseApi(apis, isSocket, { ...(api && { api }), ...(stage && { stage }) }).url;
}

/**
 * Returns the address and the secret of the shared gateway.
 * @throws TestingError if this process has no shared gateway
 */
export function linkOf(environment: Readonly<Record<string, string | undefined>>): ControlLink {
  const { GATEWRIGHT_CONTROL_URL: url, GATEWRIGHT_CONTROL_SECRET: secret } = environment;
  if (url !== undefined && secret !== undefined) return { url, secret };
  throw new TestingError(
    'this process has no shared gateway: run it with `gatewright start --exec`, or call startGateway({ isShared: true }) before the tests begin',
  );
}

function clockOf(
  read: (method: 'GET' | 'POST', path: string, body?: object) => Promise<Pick<Answers, 'nowEpochMs'>>,
  settle: () => Promise<void>,
): TestClock {
  return {
    now: async () => new Date((await read('GET', 'clock')).nowEpochMs),
    async advance(by) {
      const ms = typeof by === 'number' ? by : readDuration(by);
      if (ms === undefined) throw new TestingError(`"${by}" is not a duration; write 1d, 90s or -30m`);
      return new Date((await read('POST', 'advance', { ms })).nowEpochMs);
    },
    async reset() {
      await settle();
      return new Date((await read('POST', 'clock', { reset: true })).nowEpochMs);
    },
  };
}

async function invoke(
  link: ControlLink,
  name: string,
  event: unknown,
  parse: (text: string) => unknown,
): Promise<unknown> {
  const text = await callControl(link, 'POST', 'invoke', { function: name, payload: JSON.stringify(event) });
  const result = JSON.parse(text) as Readonly<Record<string, string>>;
  switch (result['kind']) {
    case 'returned':
      return parse(result['payload'] ?? 'null');
    case 'failed':
      throw new FunctionFailed(result['errorType'] ?? 'Error', result['errorMessage'] ?? '');
    case 'timed-out':
      throw new FunctionFailed('Sandbox.Timedout', 'the function timed out');
    default:
      throw new TestingError(
        result['message'] ??
          `the function ${name} was not invoked: the gateway responded with ${JSON.stringify(result['kind'] ?? null)} and gave no reason; read the gateway's log`,
      );
  }
}

async function readLogs(
  link: ControlLink,
  name: string | undefined,
  parse: (text: string) => unknown,
): Promise<string[]> {
  const query = name === undefined ? '' : `?function=${encodeURIComponent(await fullName(link, name))}`;
  const text = await callControl(link, 'GET', `logs${query}`);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => (parse(line) as { readonly message: string }).message);
}

/**
 * Returns the full name of a function.
 * @param wanted a name as in `functionsNamed`
 * @throws TestingError if there is no such function. The message lists the existing functions
 */
async function fullName(link: ControlLink, wanted: string): Promise<string> {
  type Listing = { readonly functions: readonly { readonly name: string; readonly logicalId: string }[] };
  const { functions } = JSON.parse(await callControl(link, 'GET', 'functions')) as Listing;
  const [found] = functionsNamed(functions, wanted);
  if (found !== undefined) return found.name;
  throw new TestingError(
    `The gateway has no function "${wanted}". Its functions are ${functions.map(describeNames).join(', ')}`,
  );
}
