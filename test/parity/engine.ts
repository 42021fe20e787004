/** The engine as the runner drives it: only what a user of gateway/index.ts has, and AWS's own APIs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway } from '../../gateway/index.ts';
import { DefinitionError } from '../../gateway/errors.ts';
import { signRequest } from '../../packages/aws/sign-request.ts';
import { sendRaw } from './raw-client.ts';
import type { CallApi } from './deploy-canary.ts';
import type { CaseRequest, JsonObject } from './parity-case.ts';
import type { RawReply } from './raw-client.ts';

const REGION = 'us-east-1';
const ACCOUNT_ID = '123456789012';
/** The runner's own identity. */
const ADMIN_KEY = {
  accessKeyId: 'AKIDPARITYRUNNER0001',
  secretAccessKey: 'parity-runner-secret-of-this-process',
};
const CONTROL_DEADLINE_MS = 10_000;

type EngineNeeds = {
  /** Where the engine's own AWS calls go; undefined = it makes none in this case. */
  readonly awsEndpoint: string | undefined;
};

export type RunningApi = {
  readonly apiId: string;
  readonly region: string;
  readonly accountId: string;
  /** Address with the stage's path. */
  readonly url: URL;
  postToConnection(connectionId: string, data: Buffer): Promise<void>;
  testInvoke(request: Omit<CaseRequest, 'body'> & { readonly body: Buffer | undefined }): Promise<RawReply>;
  /** AWS's REST API for this REST API; `path` below `/restapis/{id}`. */
  readonly call: CallApi;
  /** By response type, with CloudFormation's property names. */
  describeGatewayResponses(): Promise<Record<string, JsonObject>>;
  close(): Promise<void>;
};

/** `refused`: the definition was refused in words for its author; anything else that fails is thrown. */
export type Started =
  | { readonly kind: 'running'; readonly api: RunningApi }
  | { readonly kind: 'refused'; readonly message: string };

export type StartEngine = (template: string, needs: EngineNeeds) => Promise<Started>;

/** One gateway for one template: cases share no state. */
export const startEngine: StartEngine = async (template, needs) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-parity-'));
  const file = join(folder, 'template.json');
  writeFileSync(file, template);
  const gateway = await createGateway({
    refusesFaults: true,
    stage: 'parity',
    region: REGION,
    accountId: ACCOUNT_ID,
    host: '127.0.0.1',
    port: 0,
    controlPort: 0,
    allowHosts: [],
    parameters: {},
    environment: {},
    ...(needs.awsEndpoint === undefined
      ? {}
      : { awsEndpoints: { urls: { '*': needs.awsEndpoint }, live: [], credentials: undefined } }),
    dynamodb: { kind: 'none' },
    directory: folder,
    adminKey: ADMIN_KEY,
    strict: false,
    accountThrottle: false,
    reload: false,
    log: { write: () => undefined },
    functionLog: () => undefined,
    onProgress: () => undefined,
    onReload: () => undefined,
  });
  const close = async (): Promise<void> => {
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await gateway.load([file]);
    const listening = await gateway.listen();
    const [api] = listening.apis;
    if (api === undefined) throw new Error('the gateway serves no API of this template');
    return { kind: 'running', api: describeApi(api.id, new URL(api.url), listening.control, close) };
  } catch (error) {
    await close();
    if (error instanceof DefinitionError) return { kind: 'refused', message: error.describe() };
    throw error;
  }
};

function describeApi(apiId: string, url: URL, control: string, close: () => Promise<void>): RunningApi {
  return {
    apiId,
    region: REGION,
    accountId: ACCOUNT_ID,
    url,
    call: (method, path, body) => callControl(control, method, `/restapis/${apiId}${path}`, body),
    async postToConnection(connectionId, data) {
      const base = url.href.replace(/^ws/, 'http').replace(/\/$/, '');
      const target = new URL(`${base}/@connections/${encodeURIComponent(connectionId)}`);
      const reply = await sendSigned('POST', target, 'execute-api', data);
      if (reply.status !== 200) throw new Error(`PostToConnection answered ${reply.status}`);
    },
    async testInvoke(request) {
      const resources = await callControl(control, 'GET', `/restapis/${apiId}/resources?limit=500`);
      const resource = itemsOf(resources).find(({ path }) => path === request.resource);
      if (resource === undefined) throw new Error(`GetResources lists no ${request.resource ?? 'resource'}`);
      const query = request.query === undefined ? '' : `?${request.query}`;
      const path = `/restapis/${apiId}/resources/${resource['id'] as string}/methods/${request.method ?? 'GET'}`;
      const result = await callControl(control, 'POST', path, {
        ...(request.path === null ? {} : { pathWithQueryString: `${request.path}${query}` }),
        ...(request.body === undefined ? {} : { body: request.body.toString() }),
        headers: request.headers ?? {},
      });
      return parseTestInvoke(result);
    },
    async describeGatewayResponses() {
      const responses = await callControl(control, 'GET', `/restapis/${apiId}/gatewayresponses?limit=500`);
      return Object.fromEntries(
        itemsOf(responses).map((item) => [item['responseType'] as string, asProperties(item)]),
      );
    },
    close,
  };
}

/** AWS's HAL lists: `item` holds one or many. */
function itemsOf(list: JsonObject): readonly JsonObject[] {
  const embedded = (list['_embedded'] ?? {}) as JsonObject;
  const items = list['item'] ?? embedded['item'] ?? [];
  return (Array.isArray(items) ? items : [items]) as readonly JsonObject[];
}

/** `statusCode` → `StatusCode`. */
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
  control: string,
  method: string,
  path: string,
  body?: JsonObject,
): Promise<JsonObject> {
  const data = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const reply = await sendSigned(method, new URL(`${control}${path}`), 'apigateway', data);
  if (reply.status >= 300)
    throw new Error(`the control port answered ${method} ${path.replace(/\?.*/, '')} with ${reply.status}`);
  return JSON.parse(reply.body.toString()) as JsonObject;
}

function sendSigned(method: string, url: URL, service: string, body: Buffer | undefined): Promise<RawReply> {
  const headers = signRequest({
    method,
    url,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body }),
    service,
    region: REGION,
    ...ADMIN_KEY,
    nowEpochMs: Date.now(),
  });
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
