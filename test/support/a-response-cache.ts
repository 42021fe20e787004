/** An answer cache in memory under a clock that moves on request, and events of API Gateway for it. */
import type { ResponseCachePorts } from '#shared/cache/answer-cache.ts';
import { withResponseCache } from '#shared/middleware/response-cache.ts';
import type { ResponseCacheOptions } from '#shared/middleware/response-cache.ts';
import type { Item } from '#shared/table/item-write.ts';
import { BROTLI } from '#shared/cache/dynamodb-cache.ts';
import type { ItemListing } from '#shared/ports.ts';
import { createMemoryListing } from './memory-listing.ts';
import { createMemoryTable } from './memory-table.ts';
import { REAL_RANDOM } from './real-quota-ports.ts';

const NOON_MS = Date.UTC(2026, 10, 19, 12);

export class CacheDesk {
  nowMs = NOON_MS;
  isDown = false;
  /** The number of calls of the handler. */
  calls = 0;
  readonly items = new Map<string, Item>();
  readonly ports: ResponseCachePorts;
  readonly listing: ItemListing;

  constructor(namespace = 'orders') {
    const clock = { nowEpochMs: () => this.nowMs };
    const memory = createMemoryTable({ clock, items: this.items });
    const down = { kind: 'unknown', reason: 'down' } as const;
    this.listing = createMemoryListing(this.items);
    this.ports = {
      namespace,
      maxBodyBytes: 1_048_576,
      codec: BROTLI,
      clock,
      random: REAL_RANDOM,
      // Waits for one turn of the event loop, in which other work continues and no virtual time passes.
      timer: { pause: () => new Promise((resolve) => setImmediate(resolve)) },
      store: {
        update: (write) => (this.isDown ? Promise.resolve(down) : memory.update(write)),
        transact: (writes) => (this.isDown ? Promise.resolve(down) : memory.transact(writes)),
        read: (key) =>
          this.isDown ? Promise.resolve({ kind: 'unavailable', reason: 'down' }) : memory.read(key),
      },
    };
  }

  pass(seconds: number): void {
    this.nowMs += seconds * 1000;
  }
}

export type TestRequest = {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorizer?: Readonly<Record<string, unknown>>;
};

/** Returns an event as an HTTP API sends it, in payload format 2.0. */
export function anHttpEvent({
  method = 'GET',
  path = '/orders',
  query = '',
  headers = {},
  authorizer,
}: TestRequest) {
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: {
      apiId: 'a1b2c3',
      stage: '$default',
      domainName: 'api.example.com',
      timeEpoch: NOON_MS,
      http: { method, path },
      ...(authorizer !== undefined && { authorizer }),
    },
  };
}

/** Returns an event as a REST API sends it. */
export function aRestEvent({
  resource = '/orders',
  parameters = {},
}: {
  readonly resource?: string;
  readonly parameters?: Readonly<Record<string, string>>;
}) {
  return {
    httpMethod: 'GET',
    path: resource,
    resource,
    headers: {},
    pathParameters: parameters,
    requestContext: {
      apiId: 'a1b2c3d4e5',
      stage: 'prod',
      httpMethod: 'GET',
      path: resource,
      resourcePath: resource,
      requestId: 'r-1',
      requestTimeEpoch: NOON_MS,
      identity: {},
    },
  };
}

export type Reply = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A handler that numbers its answers, behind the answer cache. */
export function countedHandler(
  desk: CacheDesk,
  options: Partial<ResponseCacheOptions<object>> = {},
  answer: (count: number) => Record<string, unknown> = () => ({}),
) {
  const handler = withResponseCache<object>(
    async () => {
      desk.calls += 1;
      const count = desk.calls;
      await new Promise((resolve) => setImmediate(resolve));
      return { statusCode: 200, body: `answer ${count}`, ...answer(count) };
    },
    { cache: desk.ports, ttlSeconds: 60, ...options },
  );
  return async (asked: TestRequest = {}): Promise<Reply> => (await handler(anHttpEvent(asked))) as Reply;
}

/** A text that compression does not make shorter, as it would a text that repeats itself. */
export function incompressible(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(33 + ((state >>> 16) % 93));
  }).join('');
}
