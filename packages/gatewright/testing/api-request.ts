import { fits } from '../../gateway/core/routing/template-fit.ts';
import { TestingError } from './control-link.ts';
import type { ApiListing, ApiRoutes, Gateway } from '../../gateway/engine/index.ts';

export type RequestOptions = {
  /** HTTP method. Default: `GET`, or `POST` if there is a body. */
  readonly method?: string;
  /** Request headers. A list of values is sent as separate headers. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Parameters that are added to the query of the path. */
  readonly query?: Readonly<Record<string, string | number | readonly string[]>>;
  /** Request body. An object or list is sent as JSON. */
  readonly body?: string | Uint8Array | object;
  /** Token that is sent as `Authorization: Bearer …`. */
  readonly token?: string;
  /** The logical id, id, name or stack of the API. It is required if several APIs have a route for the request. */
  readonly api?: string;
  /** The name of the stage. It is required if several stages have a route for the request. */
  readonly stage?: string;
};

export type ApiRequest = {
  readonly method: string;
  /** The path below the stage's URL. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | undefined;
};

export function makeRequest(path: string, options: RequestOptions): ApiRequest {
  if (!path.startsWith('/')) throw new TestingError(`a path must begin with "/": "${path}" does not`);
  const { headers = {}, body, token } = options;
  const bytes = toBytes(body);
  const own = Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => [name, one] as const),
  );
  const has = (wanted: string): boolean => own.some(([name]) => name.toLowerCase() === wanted);
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  return {
    method: options.method?.toUpperCase() ?? (bytes === undefined ? 'GET' : 'POST'),
    path: withQuery(path, options.query),
    headers: [
      ...own,
      ...(isJson && !has('content-type') ? [['Content-Type', 'application/json'] as const] : []),
      ...(token === undefined ? [] : [['Authorization', `Bearer ${token}`] as const]),
    ],
    body: bytes,
  };
}

function toBytes(body: RequestOptions['body']): Buffer | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
}

function withQuery(path: string, query: RequestOptions['query'] = {}): string {
  const more = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      (Array.isArray(value) ? (value as readonly string[]) : [value]).map((one): [string, string] => [
        name,
        String(one),
      ]),
    ),
  ).toString();
  return more === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${more}`;
}

/**
 * Returns the API and stage for a request. If several stages match the options, the stage with a route for the method
 * and path is used.
 * @throws TestingError if there is no such API or more than one. The message lists the APIs, and how to choose one
 */
export function chooseApi(
  apis: readonly ApiRoutes[],
  isWebSocket: boolean,
  { api: wanted, stage }: Pick<RequestOptions, 'api' | 'stage'>,
  request?: Pick<ApiRequest, 'method' | 'path'>,
): ApiRoutes {
  const kind = isWebSocket ? 'WebSocket API' : 'API';
  const candidates = apis.filter((one) => (one.kind === 'websocket') === isWebSocket);
  const found = candidates.filter(
    (one) => (wanted === undefined || isNamed(one, wanted)) && (stage === undefined || one.stage === stage),
  );
  const serving = request === undefined || found.length === 1 ? found : servingApis(found, request);
  const [only, another] = serving.length === 0 ? found : serving;
  if (only !== undefined && another === undefined) return only;
  if (only !== undefined) throw new TestingError(describeSeveral(candidates, found, serving, request));
  const names = candidates.map((one) => `${one.logicalId} (${placeOf(one, candidates)})`).join(', ');
  const there = names === '' ? 'the stacks have none' : `the stacks have ${names}`;
  throw new TestingError(`there is no ${kind}${wanted === undefined ? '' : ` "${wanted}"`}; ${there}`);
}

function isNamed({ logicalId, name, id, stack }: ApiListing, wanted: string): boolean {
  return [logicalId, name, id, stack].includes(wanted);
}

/**
 * Returns the APIs with a route for the request. `$default` routes and function URLs, which serve every path, count
 * only if no other route does.
 */
function servingApis(
  apis: readonly ApiRoutes[],
  { method, path }: Pick<ApiRequest, 'method' | 'path'>,
): readonly ApiRoutes[] {
  const [plain = ''] = path.split('?');
  const named = apis.filter(
    ({ kind, routes }) =>
      kind !== 'function-url' &&
      routes.some(
        (route) =>
          route.path.startsWith('/') && [method, 'ANY'].includes(route.method) && fits(route.path, plain),
      ),
  );
  if (named.length > 0) return named;
  return apis.filter(
    ({ kind, routes }) => kind === 'function-url' || routes.some(({ path: own }) => own === '$default'),
  );
}

/** Describes which APIs a request may be for, and for each of them the options that choose it. */
function describeSeveral(
  all: readonly ApiRoutes[],
  found: readonly ApiRoutes[],
  serving: readonly ApiRoutes[],
  request: Pick<ApiRequest, 'method' | 'path'> | undefined,
): string {
  const choices = (serving.length === 0 ? found : serving).map((one) => `  ${optionsFor(one, all)}`);
  const what =
    request === undefined
      ? 'several APIs match'
      : `${serving.length === 0 ? 'no API has' : 'several APIs have'} a route for ${request.method} ${request.path}`;
  return [`${what}; pass one of these options:`, ...choices].join('\n');
}

/** Returns the shortest options that choose one API and stage, such as `{ api: 'Pets', stage: 'dev' }`. */
function optionsFor(one: ApiRoutes, all: readonly ApiRoutes[]): string {
  const { logicalId, name, stack, id, stage } = one;
  const named = (wanted: string): readonly ApiRoutes[] => all.filter((other) => isNamed(other, wanted));
  const alone = [logicalId, name, stack].find((wanted) => named(wanted).length === 1);
  if (alone !== undefined) return `{ api: '${alone}' }`;
  const staged = [logicalId, name, stack].find(
    (wanted) => named(wanted).filter((other) => other.stage === stage).length === 1,
  );
  return `{ api: '${staged ?? id}', stage: '${stage}' }`;
}

/**
 * Returns the stage of an API. If another API has the same logical id, the stack's name is added, because osls gives
 * every HTTP API the logical id `HttpApi`.
 */
function placeOf({ logicalId, stage, stack }: ApiListing, candidates: readonly ApiListing[]): string {
  const isShared = candidates.some((one) => one.logicalId === logicalId && one.stack !== stack);
  return isShared ? `stage ${stage}, stack ${stack}` : `stage ${stage}`;
}

/** Sends the request through the pipeline of a gateway in this process, without a socket. */
export async function injectInto(gateway: Gateway, api: ApiListing, request: ApiRequest): Promise<Response> {
  const { method, path, headers, body } = request;
  const { host, pathname } = new URL(api.url);
  const length = body === undefined ? [] : ['Content-Length', String(body.length)];
  const reply = await gateway.inject({
    apiId: api.id,
    method,
    target: `${pathname.replace(/\/$/, '')}${path}`,
    headers: ['Host', host, ...headers.flat(), ...length],
    ...(body === undefined ? {} : { body }),
  });
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < reply.headers.length; index += 2)
    pairs.push([reply.headers[index] ?? '', reply.headers[index + 1] ?? '']);
  return makeResponse(reply.status, pairs, reply.body);
}

/** Sends the request to a gateway in another process. */
export async function sendTo(
  api: ApiListing,
  { method, path, headers, body }: ApiRequest,
): Promise<Response> {
  const list = new Headers();
  for (const [name, value] of headers) list.append(name, value);
  const init = { method, headers: list, redirect: 'manual' as const };
  return fetch(`${api.url}${path}`, body === undefined ? init : { ...init, body: new Uint8Array(body) });
}

/** Responses with these status codes must have no body, not even an empty one. */
const BODILESS = new Set([101, 204, 205, 304]);

function makeResponse(status: number, pairs: [string, string][], body: string | Buffer): Response {
  const headers = new Headers();
  for (const [name, value] of pairs) headers.append(name, value);
  const bytes = typeof body === 'string' ? body : new Uint8Array(body);
  // A `Response` allows status codes from 200 to 599, but an integration may respond with any status.
  const isUsual = status >= 200 && status <= 599;
  const response = new Response(BODILESS.has(status) ? null : bytes, {
    status: isUsual ? status : 200,
    headers,
  });
  if (!isUsual) Object.defineProperty(response, 'status', { value: status });
  return response;
}
