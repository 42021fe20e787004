/**
 * Calls of functions to `https://{apiId}.execute-api.{region}.amazonaws.com` reach the gateway's control port.
 * The usual code for `@connections` builds that address from the event; with the original Host kept, the control
 * port knows the API, and unmodified handlers work. The event names a custom domain where the client has come by one:
 * `@connections` that the local key has signed gets there, too.
 *
 * So do calls to other services of AWS that are signed by the function's local key, which no account knows: version 2
 * of the SDK and clients of other makers do not read `AWS_ENDPOINT_URL`. And so do calls to issuers that the local one
 * stands in for. What else is unsigned (a public object, the keys of a user pool at AWS) or signed by a key of the
 * developer's is left alone, as are all other addresses.
 */
import type * as Http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { urlToHttpOptions } from 'node:url';

const EXECUTE_API = /^[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/;
const AWS = /\.amazonaws\.com(?:\.cn)?$/;
const CONNECTIONS = /\/(?:@|%40)connections\/[^/]+$/i;

/** Operations such as StartSyncExecution put a prefix before the endpoint's name, which nobody resolves. */
const PREFIXED = /^[a-z]+-127\.0\.0\.1$/;

/** Where calls for us go. */
type Control = {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  /** Of the key pair that the function signs with. */
  readonly accessKeyId: string;
  /** Issuers that the local one stands in for: their keys are read there, by whatever library. */
  readonly standIns: readonly string[];
};

function isOurs(host: string, path: string, authorization: unknown, control: Control): boolean {
  if (EXECUTE_API.test(host) || isOfStandIn(`https://${host}${path}`, control.standIns)) return true;
  if (USER_POOLS.test(host) && path === '/' && authorization === undefined)
    return control.standIns.some((issuer) => issuer.startsWith(`https://${host}/`));
  return (
    (AWS.test(host) || PREFIXED.test(host) || CONNECTIONS.test(path)) &&
    String(authorization).includes(` Credential=${control.accessKeyId}/`)
  );
}

/** What users ask of their pool by AWS's address, unsigned; of a region that no pool here is in, it is left alone. */
const USER_POOLS = /^cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

function isOfStandIn(address: string, standIns: readonly string[]): boolean {
  return standIns.some((issuer) => address.startsWith(`${issuer.replace(/\/$/, '')}/`));
}

/** Wraps the global `fetch`, which would not send a Host of ours: such calls go through `http` instead. */
export function rerouteFetch(control: Control): void {
  const realFetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const { host, pathname } = new URL(URL.canParse(address) ? address : 'data:');
    if (!AWS.test(host) && !CONNECTIONS.test(pathname) && !isOfStandIn(address, control.standIns))
      return realFetch(input, init);
    const headers = init?.headers ?? (input instanceof Request ? input.headers : undefined);
    const authorization = new Headers(headers).get('authorization') ?? undefined;
    if (!isOurs(host, pathname, authorization, control)) return realFetch(input, init);
    return fetchOverHttp(new Request(input, init), control.url);
  };
}

/** Statuses whose `Response` may have no body. */
const BODYLESS = new Set([204, 205, 304]);

async function fetchOverHttp(request: Request, controlUrl: string): Promise<Response> {
  const { host, pathname, search } = new URL(request.url);
  const body = Buffer.from(await request.arrayBuffer());
  const { request: send } = process.getBuiltinModule('node:http');
  return new Promise((resolve, reject) => {
    const outgoing = send(new URL(pathname + search, controlUrl), {
      method: request.method,
      headers: { ...Object.fromEntries(request.headers), host, 'content-length': body.byteLength },
      signal: request.signal,
    });
    outgoing.on('error', (cause) => reject(new TypeError('fetch failed', { cause })));
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('error', (cause) => reject(new TypeError('fetch failed', { cause })));
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const status = incoming.statusCode ?? 500;
        const headers = new Headers();
        for (const [name, values] of Object.entries(incoming.headersDistinct)) {
          for (const value of values ?? []) headers.append(name, value);
        }
        resolve(new Response(BODYLESS.has(status) ? null : Buffer.concat(chunks), { status, headers }));
      });
    });
    outgoing.end(body);
  });
}

/** Patches `http` and `https` in place; called when a function first imports one of them, since loading both costs 15 ms. */
export function rerouteHttp(control: Control): void {
  const http = loadHttp(process.getBuiltinModule('node:http'));
  const send = http.request;
  for (const module of [http, loadHttp(process.getBuiltinModule('node:https'))]) {
    const request = module.request;
    const patched = (...args: unknown[]): Http.ClientRequest => {
      const rerouted = reroute(args, control);
      const made: unknown =
        rerouted === undefined ? Reflect.apply(request, module, args) : Reflect.apply(send, http, rerouted);
      return loadRequest(made);
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

/** Arguments of `request(url?, options?, callback?)` towards the control port; undefined when not for us. */
function reroute(args: readonly unknown[], control: Control): unknown[] | undefined {
  const [first, second] = args;
  const isAddress = typeof first === 'string' || first instanceof URL;
  const fromUrl = isAddress ? readUrl(first) : {};
  const given = isAddress ? second : first;
  const options: Http.RequestOptions = {
    ...fromUrl,
    ...(typeof given === 'object' && given !== null ? given : {}),
  };
  const host = (options.hostname ?? options.host ?? '').replace(/:\d+$/, '');
  const authorization = findHeader(options.headers, 'authorization');
  if (!isOurs(host, options.path ?? '/', authorization, control)) return undefined;
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

/** Of an object or a flat list, as `http.request` takes both. */
function findHeader(headers: unknown, name: string): unknown {
  const flat: unknown[] = Array.isArray(headers) ? headers : Object.entries(headers ?? {}).flat();
  const at = flat.findIndex((text, index) => index % 2 === 0 && String(text).toLowerCase() === name);
  return at === -1 ? undefined : flat[at + 1];
}
