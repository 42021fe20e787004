/** Builders of what the WebSocket tests share: an API with routes, functions by name, a clock that tests move. */
import assert from 'node:assert/strict';
import { websocketWordings } from '../../../../../packages/gateway/core/deployment/wordings/error-wordings.ts';
import { compileMessageRouting } from '../../../../../packages/gateway/core/routing/message-routes.ts';
import { splitRestPath } from '../../../../../packages/gateway/core/routing/stage-path.ts';
import { Connections } from '../../../../../packages/gateway/core/websocket/connections.ts';
import { virtualPorts } from '../../../../support/virtual-ports.ts';
import type { MemoryLogGroups } from '../../../../support/virtual-ports.ts';
import type {
  Authorization,
  MessageRoutePlan,
} from '../../../../../packages/gateway/core/deployment/model.ts';
import type { ServedApi, ServedStage } from '../../../../../packages/gateway/core/exchange.ts';
import type {
  Clock,
  Invocation,
  InvocationResult,
  Invoker,
  Random,
} from '../../../../../packages/gateway/core/ports.ts';
import type {
  ConnectionDetail,
  ConnectionSocket,
} from '../../../../../packages/gateway/core/websocket/connections.ts';
import type { Closure } from '../../../../../packages/gateway/core/websocket/limits.ts';
import type { WebSocketPorts } from '../../../../../packages/gateway/core/websocket/pipeline.ts';

export const STARTED_AT_EPOCH_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** Wall and steady time in step, unless only the wall is moved. */
export class VirtualClock implements Clock {
  #passedMs = 0;
  #offsetMs = 0;

  nowEpochMs(): number {
    return STARTED_AT_EPOCH_MS + this.#passedMs + this.#offsetMs;
  }

  monotonicMs(): number {
    return this.#passedMs;
  }

  pass(ms: number): void {
    this.#passedMs += ms;
  }

  moveWall(ms: number): void {
    this.#offsetMs += ms;
  }
}

/** Ids that count up, in the form of the real ones. */
class CountingRandom implements Random {
  #count = 0;

  uuid(): string {
    return `00000000-0000-4000-8000-${this.hex(12)}`;
  }

  hex(count: number): string {
    this.#count += 1;
    return this.#count.toString(16).padStart(count, '0');
  }

  extendedId(): string {
    this.#count += 1;
    return `${this.#count.toString(36).padStart(15, 'A')}=`;
  }

  fraction(): number {
    return 0.5;
  }
}

export class FakeSocket implements ConnectionSocket {
  readonly sent: (string | Buffer)[] = [];
  readonly closures: Closure[] = [];
  bufferedBytes = 0;

  send(data: string | Buffer): void {
    this.sent.push(data);
  }

  close(closure: Closure): void {
    this.closures.push(closure);
  }
}

export function aDetail(changes: Partial<ConnectionDetail> = {}): ConnectionDetail {
  return {
    connectionId: 'L0SM9cOFvHcCIhw=',
    apiId: API_ID,
    stageName: 'dev',
    connectedAtEpochMs: STARTED_AT_EPOCH_MS,
    host: 'example.test',
    sourceIp: '127.0.0.1',
    userAgent: 'test',
    caller: { kind: 'anonymous' },
    ...changes,
  };
}

export const API_ID = 'abc123defg';

/** The parts of an event that the tests examine. */
export type SeenEvent = {
  readonly type?: string;
  readonly methodArn?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly routeKey: string;
    readonly eventType: string;
    readonly connectionId: string;
    readonly messageId?: string;
    readonly authorizer?: Readonly<Record<string, unknown>>;
    readonly disconnectStatusCode?: number;
    readonly disconnectReason?: string;
  };
};

/** A handler as the fake runtime runs it; what it throws is Lambda's FunctionError. */
export type Handler = (event: SeenEvent) => unknown;

/** Runs plain functions in the place of Lambda, JSON text in and out, and keeps every event. */
class FakeInvoker implements Invoker {
  readonly events: SeenEvent[] = [];
  readonly #handlers: Readonly<Record<string, Handler | InvocationResult>>;

  constructor(handlers: Readonly<Record<string, Handler | InvocationResult>>) {
    this.#handlers = handlers;
  }

  has(functionName: string): boolean {
    return Object.hasOwn(this.#handlers, functionName);
  }

  stream(): never {
    throw new TypeError('nothing of a WebSocket API streams');
  }

  queue(): never {
    throw new TypeError('no route of these tests is asynchronous');
  }

  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const event = JSON.parse(invocation.payload) as SeenEvent;
    this.events.push(event);
    const handler = this.#handlers[invocation.functionName];
    if (handler === undefined) return { kind: 'refused', reason: 'not-found', message: 'no such function' };
    if (typeof handler !== 'function') return handler;
    try {
      return { kind: 'returned', payload: JSON.stringify((await handler(event)) ?? null) };
    } catch (error) {
      const errorMessage = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', payload: '{}', errorType: 'Error', errorMessage };
    }
  }
}

export type RouteOptions = {
  /** The function behind the route; absent = no integration. */
  readonly functionName?: string;
  readonly repliesToClient?: boolean;
  readonly authorization?: Authorization;
  readonly apiKeyRequired?: boolean;
  readonly mayInvoke?: () => boolean;
};

function aRoute(routeKey: string, options: RouteOptions): MessageRoutePlan {
  const { functionName, mayInvoke } = options;
  return {
    routeKey,
    resourceId: routeKey,
    resourcePath: routeKey,
    operationName: undefined,
    httpMethod: routeKey,
    logicalId: 'Route',
    authorization: options.authorization ?? { kind: 'none' },
    apiKeyRequired: options.apiKeyRequired ?? false,
    integration:
      functionName === undefined
        ? { kind: 'none' }
        : {
            kind: 'lambda-proxy',
            payload: 'websocket',
            functionName: { source: functionName, render: () => functionName },
            timeoutMs: 29_000,
            mayInvoke,
          },
    repliesToClient: options.repliesToClient ?? false,
  };
}

/** A REQUEST authorizer that reads `?token=`. */
export function anAuthorizer(functionName: string): Authorization {
  return {
    kind: 'lambda',
    authorizer: {
      authorizerId: 'auth01',
      name: 'tokens',
      payload: 'websocket',
      functionName: { source: functionName, render: () => functionName },
      identitySources: [{ kind: 'querystring', name: 'token' }],
      validation: undefined,
      ttlSeconds: 0,
      resultsName: 'auth',
      simpleResponses: false,
      timeoutMs: 29_000,
    },
  };
}

/** A WebSocket API with the stage `dev`; `routes` by route key. */
export function anApi(routes: Readonly<Record<string, RouteOptions>>): ServedApi {
  const plans = Object.entries(routes).map(([routeKey, options]) => aRoute(routeKey, options));
  const compiled = compileMessageRouting(
    '$request.body.action',
    new Map(plans.map((plan) => [plan.routeKey, plan])),
  );
  assert.equal(compiled.kind, 'compiled');
  const stage: ServedStage = {
    name: 'dev',
    deploymentId: 'dep001',
    variables: { table: 'blue' },
    authorizerCache: {
      get: () => undefined,
      put: () => undefined,
      list: () => [],
      drop: () => undefined,
      flush: () => undefined,
    },
    throttle: undefined,
    keys: { holderOf: () => undefined },
    deployment: {
      id: 'dep001',
      protocol: 'websocket',
      routes: { find: () => undefined, plans },
      errors: websocketWordings,
      cors: undefined,
      resourcePolicy: undefined,
      apiKeySource: 'HEADER',
      binaryMediaTypes: [],
      messageRouting: compiled.routing,
    },
  };
  return {
    apiId: API_ID,
    accountId: '123456789012',
    region: 'us-east-1',
    domainName: `${API_ID}.execute-api.us-east-1.amazonaws.com`,
    name: 'chat',
    protocol: 'websocket',
    stackName: 'chat-dev',
    logicalId: 'WebsocketsApi',
    stages: new Map([['dev', stage]]),
    locate: splitRestPath,
    errors: websocketWordings,
    disableExecuteApiEndpoint: false,
  };
}

export type FakePorts = WebSocketPorts & {
  readonly clock: VirtualClock;
  readonly invoker: FakeInvoker;
  readonly lines: string[];
  readonly logGroups: MemoryLogGroups;
};

export function somePorts(
  api: ServedApi,
  handlers: Readonly<Record<string, Handler | InvocationResult>>,
): FakePorts {
  const clock = new VirtualClock();
  const lines: string[] = [];
  return {
    ...virtualPorts({}),
    clock,
    random: new CountingRandom(),
    invoker: new FakeInvoker(handlers),
    log: { write: (line) => lines.push(line) },
    lines,
    connections: new Connections(clock),
    findApi: (apiId) => (apiId === api.apiId ? api : undefined),
  };
}

export const OK: Handler = () => ({ statusCode: 200 });
export const FAILS: Handler = () => {
  throw new Error('boom');
};
export const SLOW: InvocationResult = { kind: 'timed-out' };

/** An authorizer function whose policy says this about the ARN it was asked about. */
export function policy(effect: string): Handler {
  return (event) => ({
    principalId: 'alice',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: event.methodArn }],
    },
    context: { role: 'admin', level: 3 },
  });
}

/** `$connect` behind the authorizer function `auth`. */
export const AUTHORIZED: Readonly<Record<string, RouteOptions>> = {
  $connect: { functionName: 'connect', authorization: anAuthorizer('auth') },
};
