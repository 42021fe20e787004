/** A running gateway, and the operations that a case can perform on it. */
import { sign } from './signing.ts';
import { sendRaw } from './raw-client.ts';
import type { CallApi } from './deploy-canary.ts';
import type { CaseRequest, JsonObject, Signing } from '../schema/parity-case.ts';
import type { RawReply } from './raw-client.ts';
import type { ToSign } from './signing.ts';

const CONTROL_DEADLINE_MS = 10_000;

export type RunningApi = {
  readonly apiId: string;
  readonly region: string;
  readonly accountId: string;
  /** Address of AWS's own APIs; absent if the target does not offer them. */
  readonly control?: string;
  /** Address of the API, including the stage's path. */
  readonly url: URL;
  /** Certificate of the local CA if the request uses TLS. */
  readonly authority?: string | undefined;
  /** Calls `@connections`. If `signing` is null, the request is not signed. */
  manage(method: string, connectionId: string, data?: Buffer, signing?: Signing | null): Promise<RawReply>;
  testInvoke(request: Omit<CaseRequest, 'body'> & { readonly body: Buffer | undefined }): Promise<RawReply>;
  /** Calls AWS's control plane for REST APIs about this API; `path` is relative to `/restapis/{id}`. */
  readonly call: CallApi;
  /** Keys are response types; property names are CloudFormation's. */
  describeGatewayResponses(): Promise<Record<string, JsonObject>>;
  /** Moves the gateway's clock. */
  advance(ms: number): Promise<void>;
  /** Returns the headers of a request, signed at the gateway's time. */
  sign(request: Omit<ToSign, 'nowEpochMs'>, signing: Signing): Record<string, string>;
  /** Returns the lines of the access log so far. */
  readLog(): readonly string[];
  close(): Promise<void>;
};

type Facts = Pick<
  RunningApi,
  'apiId' | 'region' | 'accountId' | 'url' | 'authority' | 'readLog' | 'close'
> & {
  readonly control: string;
  /** The secret for the gateway's local endpoints. */
  readonly secret: string;
};

export function describeApi({ secret, ...facts }: Facts): RunningApi {
  const { apiId, control, url } = facts;
  const time = { offsetMs: 0 };
  const signAt: RunningApi['sign'] = (request, signing) =>
    sign({ ...request, nowEpochMs: Date.now() + time.offsetMs }, signing);
  const call = (method: string, path: string, body?: JsonObject) =>
    callControl({ control, sign: signAt }, method, path, body);
  return {
    ...facts,
    sign: signAt,
    call: (method, path, body) => call(method, `/restapis/${apiId}${path}`, body),
    manage: (method, connectionId, data, signing) =>
      manage({ url, sign: signAt }, method, connectionId, data, signing),
    async testInvoke(request) {
      const resources = await call('GET', `/restapis/${apiId}/resources?limit=500`);
      const resource = itemsOf(resources).find(({ path }) => path === request.resource);
      if (resource === undefined)
        throw new Error(
          `the response of GetResources does not contain the resource ${request.resource ?? '(none given)'}`,
        );
      const query = request.query === undefined ? '' : `?${request.query}`;
      const path = `/restapis/${apiId}/resources/${resource['id'] as string}/methods/${request.method ?? 'GET'}`;
      const result = await call('POST', path, {
        ...(request.path === null ? {} : { pathWithQueryString: `${request.path}${query}` }),
        ...(request.body === undefined ? {} : { body: request.body.toString() }),
        headers: request.headers ?? {},
      });
      return parseTestInvoke(result);
    },
    async describeGatewayResponses() {
      const responses = await call('GET', `/restapis/${apiId}/gatewayresponses?limit=500`);
      return Object.fromEntries(
        itemsOf(responses).map((item) => [item['responseType'] as string, asProperties(item)]),
      );
    },
    async advance(ms) {
      time.offsetMs += ms;
      await moveClock(control, secret, ms);
    },
  };
}

type Signer = { readonly sign: RunningApi['sign'] };

/** Calls `@connections`. If `signing` is undefined, the runner signs. */
function manage(
  { url, sign: signAt }: Signer & { readonly url: URL },
  method: string,
  connectionId: string,
  data: Buffer | undefined,
  signing: Signing | null = { as: 'runner' },
): Promise<RawReply> {
  const base = url.href.replace(/^ws/, 'http').replace(/\/$/, '');
  const target = new URL(`${base}/@connections/${encodeURIComponent(connectionId)}`);
  const unsigned = { method, url: target, headers: {}, body: data };
  return send(unsigned, signing === null ? {} : signAt(unsigned, signing));
}

async function moveClock(control: string, secret: string, shiftMs: number): Promise<void> {
  const url = new URL(`${control}/_gatewright/clock`);
  const body = Buffer.from(JSON.stringify({ shiftMs }));
  const reply = await send({ method: 'POST', url, body }, { Authorization: `Bearer ${secret}` });
  if (reply.status !== 200) throw new Error(`the gateway did not move its clock: ${reply.body.toString()}`);
}

/** Reads a list in AWS's HAL format, in which `item` is one object or a list. */
function itemsOf(list: JsonObject): readonly JsonObject[] {
  const embedded = (list['_embedded'] ?? {}) as JsonObject;
  const items = list['item'] ?? embedded['item'] ?? [];
  return (Array.isArray(items) ? items : [items]) as readonly JsonObject[];
}

/** Converts names: `statusCode` → `StatusCode`. */
function asProperties(item: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name.charAt(0).toUpperCase() + name.slice(1), value]),
  );
}

function parseTestInvoke(result: JsonObject): RawReply {
  const { status, body, headers, multiValueHeaders } = result;
  const many = Object.entries((multiValueHeaders ?? {}) as Readonly<Record<string, readonly string[]>>);
  const single = Object.entries((headers ?? {}) as Readonly<Record<string, string>>);
  return {
    status: Number(status),
    headers:
      many.length > 0
        ? many.flatMap(([name, values]) => values.map((value) => [name, value] as const))
        : single,
    body: Buffer.from(typeof body === 'string' ? body : ''),
  };
}

async function callControl(
  { control, sign: signAt }: Signer & { readonly control: string },
  method: string,
  path: string,
  body?: JsonObject,
): Promise<JsonObject> {
  const data = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers = { 'Content-Type': 'application/json' };
  const request = { method, url: new URL(`${control}${path}`), headers, body: data };
  const reply = await send(request, signAt(request, { as: 'runner', service: 'apigateway' }));
  if (reply.status >= 300)
    throw new Error(`the control port answered ${method} ${path.replace(/\?.*/, '')} with ${reply.status}`);
  return JSON.parse(reply.body.toString()) as JsonObject;
}

function send(
  { method, url, body }: { readonly method: string; readonly url: URL; readonly body: Buffer | undefined },
  headers: Readonly<Record<string, string>>,
): Promise<RawReply> {
  return sendRaw({
    host: url.hostname,
    port: Number(url.port),
    method,
    target: `${url.pathname}${url.search}`,
    headers: Object.entries(headers),
    body,
    timeoutMs: CONTROL_DEADLINE_MS,
  });
}
