/**
 * Redirects functions' calls to the gateway's control port; `../aws-calls.ts` decides which calls. Other calls to APIs
 * of this gateway keep their TLS connection, which `own-apis.ts` redirects.
 */
import type * as Http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { urlToHttpOptions } from 'node:url';

import { isAwsHost, isCallHere, isOfConnections, isOfStandIn } from '../aws-calls.ts';
import type { OwnApiConnections } from './own-apis.ts';
import type { RefusedEndpoints } from './refused-endpoints.ts';
import { standIn } from './stand-in.ts';

type Control = {
  /** The URL of the control port, for example `http://127.0.0.1:4000`. */
  readonly url: string;
  /** The access key id with which the function signs. */
  readonly accessKeyId: string;
  /** The issuers that the local issuer emulates. */
  readonly standIns: readonly string[];
  /** The APIs of this run; undefined if no API is known. */
  readonly ownApis?: OwnApiConnections | undefined;
  /** Reports AWS calls to local emulators that are not there. */
  readonly refused?: RefusedEndpoints | undefined;
};

function isOurs(host: string, path: string, authorization: unknown, control: Control): boolean {
  const { accessKeyId, standIns } = control;
  return isCallHere(host, path, authorization, { isLocalKey: (key) => key === accessKeyId, standIns });
}

/**
 * Whether the URL belongs to an API of this gateway that is reached with TLS. Returns false for calls to
 * `@connections`, because they go to the control port without TLS.
 */
function isOwnApi(url: URL, { ownApis }: Control): boolean {
  return ownApis?.has(url) === true && !isOfConnections(url.pathname);
}

/**
 * Wraps the global `fetch`. `fetch` cannot send a Host header that differs from the URL, so calls that need such a
 * header go through `http`.
 */
export function rerouteFetch(control: Control): void {
  const realFetch = globalThis.fetch;
  const { hostname, port } = new URL(control.url);
  const replacement: typeof fetch = async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const url = new URL(URL.canParse(address) ? address : 'data:');
    const { host, pathname } = url;
    if (isOwnApi(url, control)) {
      control.ownApis?.patch();
      return realFetch(input, init);
    }
    if (!isAwsHost(host) && !isOfConnections(pathname) && !isOfStandIn(address, control.standIns))
      return realFetch(input, init);
    const call = url.username + url.password === '' ? readPlainCall(input, init) : undefined;
    const headers = init?.headers ?? (input instanceof Request ? input.headers : undefined);
    const authorization =
      call?.headers['authorization'] ?? new Headers(headers).get('authorization') ?? undefined;
    if (!isOurs(host, pathname, authorization, control)) {
      control.ownApis?.notePassed(host);
      return realFetch(input, init);
    }
    return fetchOverHttp(call ?? (await readCall(new Request(input, init))), url, { hostname, port });
  };
  globalThis.fetch = standIn(replacement, realFetch);
}

type FetchCall = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  readonly signal: AbortSignal | null | undefined;
};

const BODYLESS_METHODS = new Set(['GET', 'HEAD']);
const PLAIN_METHODS = new Set([...BODYLESS_METHODS, 'POST', 'PUT', 'PATCH', 'DELETE']);
/**
 * The options of `fetch` for which no real `Request` has to be created. `redirect` is among them, because the control
 * port never redirects.
 */
const PLAIN_MEMBERS = new Set(['method', 'headers', 'body', 'signal', 'redirect']);
const HEADER_NAME = /^[\w-]+$/;
const HEADER_VALUE = /^[!-~](?:[ -~]*[!-~])?$/;

/** Reads the common forms of a call without creating a `Request`, which would cost more than the rest of the call. */
function readPlainCall(input: unknown, init: RequestInit = {}): FetchCall | undefined {
  if (input instanceof Request || !Object.keys(init).every((name) => PLAIN_MEMBERS.has(name)))
    return undefined;
  const { method = 'GET', headers = {}, body = null, signal } = init;
  if (!PLAIN_METHODS.has(method) || (body !== null && BODYLESS_METHODS.has(method))) return undefined;
  if (body !== null && typeof body !== 'string' && !(body instanceof Uint8Array)) return undefined;
  if (signal !== null && signal !== undefined && !(signal instanceof AbortSignal)) return undefined;
  if (Array.isArray(headers)) return undefined;
  const plain: Record<string, string> = {};
  for (const [name, value] of headers instanceof Headers ? headers : Object.entries(headers)) {
    const lower = name.toLowerCase();
    const isPlain = typeof value === 'string' && HEADER_NAME.test(name) && HEADER_VALUE.test(value);
    if (!isPlain || lower in plain) return undefined;
    plain[lower] = value;
  }
  if (typeof body === 'string') plain['content-type'] ??= 'text/plain;charset=UTF-8';
  return { method, headers: plain, body: body ?? undefined, signal };
}

async function readCall(request: Request): Promise<FetchCall> {
  const { method, signal } = request;
  const body = new Uint8Array(await request.arrayBuffer());
  return { method, headers: Object.fromEntries(request.headers), body, signal };
}

/** The statuses whose `Response` may have no body. */
const BODYLESS = new Set([204, 205, 304]);

/** The original `http.request`. It is stored before the patched function replaces it. */
let unpatchedRequest: typeof Http.request | undefined;

async function fetchOverHttp(
  { method, headers, body = '', signal }: FetchCall,
  { host, pathname, search }: URL,
  control: { readonly hostname: string; readonly port: string },
): Promise<Response> {
  const send = unpatchedRequest ?? process.getBuiltinModule('node:http').request;
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      const reason: unknown = signal?.reason;
      reject(signal?.aborted === true && reason instanceof Error ? reason : failed(cause));
    };
    const outgoing = send({
      ...control,
      method,
      path: pathname + search,
      headers: { ...headers, host, 'content-length': Buffer.byteLength(body) },
      ...(signal !== null && signal !== undefined && { signal }),
    });
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('error', fail);
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const status = incoming.statusCode ?? 500;
        const named = new Headers();
        const { rawHeaders } = incoming;
        for (let index = 0; index + 1 < rawHeaders.length; index += 2)
          named.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
        resolve(
          new Response(BODYLESS.has(status) ? null : Buffer.concat(chunks), { status, headers: named }),
        );
      });
    });
    outgoing.end(body);
  });
}

function failed(cause: unknown): TypeError {
  return new TypeError('fetch failed', { cause });
}

/**
 * Patches `http` and `https` in place. Called when a function first imports one of them, since loading both costs 15
 * ms.
 */
export function rerouteHttp(control: Control): void {
  unpatchedRequest ??= process.getBuiltinModule('node:http').request;
  const http = loadHttp(process.getBuiltinModule('node:http'));
  const send = http.request;
  for (const protocol of ['http:', 'https:'] as const) {
    const module = protocol === 'http:' ? http : loadHttp(process.getBuiltinModule('node:https'));
    const request = module.request;
    const patched = (...args: unknown[]): Http.ClientRequest => {
      const rerouted = reroute(args, protocol, control);
      const made: unknown =
        rerouted === undefined ? Reflect.apply(request, module, args) : Reflect.apply(send, http, rerouted);
      const loaded = loadRequest(made);
      if (rerouted === undefined) control.refused?.watch(loaded);
      return loaded;
    };
    module.request = patched;
    module.get = (...args) => {
      const made = patched(...args);
      made.end();
      return made;
    };
  }
  syncBuiltinESMExports();
}

type HttpModule = {
  request: (...args: unknown[]) => Http.ClientRequest;
  get: (...args: unknown[]) => Http.ClientRequest;
};

function loadHttp(module: unknown): HttpModule {
  return module as HttpModule;
}

function loadRequest(made: unknown): Http.ClientRequest {
  return made as Http.ClientRequest;
}

/**
 * Returns the arguments of `request(url?, options?, callback?)` for the control port; undefined if the call is not
 * redirected.
 */
function reroute(
  args: readonly unknown[],
  protocol: 'http:' | 'https:',
  control: Control,
): unknown[] | undefined {
  const [first, second] = args;
  const isAddress = typeof first === 'string' || first instanceof URL;
  const fromUrl = isAddress ? readUrl(first) : {};
  const given = isAddress ? second : first;
  const options: Http.RequestOptions = {
    ...fromUrl,
    ...(typeof given === 'object' && given !== null ? given : {}),
  };
  const host = (options.hostname ?? options.host ?? '').replace(/:\d+$/, '');
  const path = options.path ?? '/';
  const address = `${protocol}//${host}:${options.port ?? ''}${path}`;
  if (URL.canParse(address) && isOwnApi(new URL(address), control)) return undefined;
  const authorization = findHeader(options.headers, 'authorization');
  if (!isOurs(host, path, authorization, control)) return undefined;
  const { hostname, port } = new URL(control.url);
  const callback = args.at(-1);
  return [
    {
      ...options,
      protocol: 'http:',
      hostname,
      host: hostname,
      port,
      agent: undefined,
      headers: withHost(options.headers, host),
    },
    ...(typeof callback === 'function' ? [callback] : []),
  ];
}

function readUrl(address: string | URL): Http.RequestOptions {
  return URL.canParse(String(address)) ? urlToHttpOptions(new URL(address)) : {};
}

function withHost(headers: unknown, host: string): unknown {
  if (findHeader(headers, 'host') !== undefined) return headers;
  return Array.isArray(headers)
    ? ['Host', host, ...(headers as unknown[])]
    : { Host: host, ...(headers ?? {}) };
}

/** Reads a header from an object or a flat list, since `http.request` accepts both. */
function findHeader(headers: unknown, name: string): unknown {
  const flat: unknown[] = Array.isArray(headers) ? headers : Object.entries(headers ?? {}).flat();
  const at = flat.findIndex((text, index) => index % 2 === 0 && String(text).toLowerCase() === name);
  return at === -1 ? undefined : flat[at + 1];
}
