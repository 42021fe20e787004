/** Opens the planned ports of APIs. Each port also serves all other APIs, which are found by the Host header. */
import {
  stripApiPath,
  isVpcEndpointHost,
  readApiIdFromHost,
  readApiIdFromPath,
  readVpcEndpointFromHost,
} from '../core/routing/host.ts';
import type { IncomingMessage, Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as nextImmediate } from 'node:timers/promises';
import { isAllowedHost } from '@gatewright/aws/guards';
import { apiIdHeader, createApiServer } from './http.ts';
import { openHttp2 } from './http2.ts';
import { BodyMemory } from './body-memory.ts';
import { checkPeer } from './check-peer.ts';
import { listenOn } from './listen.ts';
import type { OnBound } from './listen.ts';
import { originForm, receive } from '../core/receive.ts';
import { peerOf, serveTls } from './tls-front.ts';
import { UnreadReplies } from './unread-replies.ts';
import { attachWebSockets } from './websocket-frames.ts';
import type { CertifiedKey } from '@gatewright/aws/certificates/issue-certificate';
import type { DomainAnswer } from '../control/served-apis.ts';
import type { ServedApi } from '../core/exchange.ts';
import type { WebSocketPorts } from '../core/websocket/pipeline.ts';
import type { ControlReply, ControlRequest } from '../core/api-call.ts';
import type { ApiServerOptions, ClientVerdict, ResolveApi } from './answer-request.ts';
import type { Http2Port } from './http2.ts';
import type { PortPlan } from './port-plan.ts';
import type { TlsName } from './tls-front.ts';
import type { TlsPeer } from './tls-peer.ts';
import type { WebSocketPort } from './websocket-frames.ts';

export type ApiPortsOptions = {
  /** The bind address; `127.0.0.1` unless the user sets another address. */
  readonly host: string;
  /** The planned ports. The APIs of a port are looked up for every request, so that a reload takes effect at once. */
  readonly plans: readonly PortPlan[];
  /** The names that a Host header may contain in addition to the loopback names. */
  readonly allowHosts: readonly string[];
  /** Finds the API of a Host that is a custom domain. Returns undefined for any other host. */
  readonly findDomain: (
    host: string,
    target: string,
    rawHeaders?: readonly string[],
  ) => DomainAnswer | undefined;
  readonly handleManagement: (request: ControlRequest, api: ServedApi, path: string) => ControlReply;
  /** TLS settings; if absent, the ports use plain HTTP. */
  readonly tls?: {
    readonly certify: (names: readonly string[]) => CertifiedKey;
    readonly nameOf: (plan: PortPlan, serverName: string | undefined) => TlsName;
  };
  /** Allows the next free port if a port is in use; if absent, a port in use is an error. */
  readonly onBound?: OnBound | undefined;
  /**
   * The maximum memory for request bodies (default: DEFAULT_BODY_MEMORY_BYTES). Unread replies have a limit of the same
   * size.
   */
  readonly maxBodyMemoryBytes?: number | undefined;
  readonly at: WebSocketPorts;
};

type OpenPort = {
  readonly server: Server;
  readonly sockets: WebSocketPort;
  readonly port: number;
  readonly http2: Http2Port | undefined;
  /** Ends TLS connections, whether or not their handshake is complete; undefined without TLS. */
  readonly endTls: (() => void) | undefined;
};

export type ApiPorts = {
  readonly ports: ReadonlyMap<string, number>;
  /**
   * The number of one of the ports; undefined if there is no port. Any port can be used, because each port serves every
   * API by its Host.
   */
  readonly any: number | undefined;
  /**
   * Closes the ports. No more connections are accepted, WebSockets are ended with 1001, and requests in flight may
   * finish. All of this takes at most a second.
   */
  readonly close: () => Promise<void>;
};

/**
 * Opens the ports.
 * @throws StartError PORT_IN_USE and similar if a port cannot be opened; the ports that are already open are closed
 * first
 */
export async function openApiPorts(options: ApiPortsOptions): Promise<ApiPorts> {
  const ports = new Map<string, number>();
  const open: OpenPort[] = [];
  const { maxBodyMemoryBytes, at } = options;
  const shared = {
    bodies: new BodyMemory(at.log, maxBodyMemoryBytes),
    unread: new UnreadReplies(at.log, maxBodyMemoryBytes),
  };
  const close = async (): Promise<void> => {
    await Promise.all(open.map(closePort));
  };
  try {
    for (const plan of options.plans) {
      const opened = await openPort(plan, options, shared);
      open.push(opened);
      for (const apiId of plan.apiIds) ports.set(apiId, opened.port);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ports, any: open[0]?.port, close };
}

async function openPort(
  plan: PortPlan,
  options: ApiPortsOptions,
  shared: Pick<ApiServerOptions, 'bodies' | 'unread'>,
): Promise<OpenPort> {
  const { at } = options;
  const domainOf: FindDomain = (host, target, rawHeaders) =>
    host === undefined ? undefined : options.findDomain(host, target, rawHeaders);
  const { resolveApi, toOwnTarget } = chooseApis(plan, options, domainOf);
  let { port } = plan;
  const isSecure = options.tls !== undefined;
  // `port` already has its value when this function runs, because hosts are checked only after the port is open.
  const isOwnHost = memoizeLast(
    (host) =>
      isAllowedHost(host, { port, allowHosts: options.allowHosts, admitsProxies: true }) ||
      (isSecure && port === HTTPS_PORT && isAllowedHost(`${host}:${port}`, { port, allowHosts: [] })) ||
      // The Host may also contain port 443, the port of AWS's address, because HTTP/2 clients send it.
      (isSecure && isAllowedHost(host.replace(HTTPS_PORT_END, ''), { port, allowHosts: [] })),
  );
  const isHostAllowed = (host: string | undefined): boolean =>
    host !== undefined && (isOwnHost(host) || domainOf(host, '/') !== undefined);
  const { handleManagement, tls } = options;
  const judgeClient = (host: string | undefined, peer: TlsPeer | undefined): ClientVerdict =>
    checkPeer(domainOf(host, '/')?.mutual, peer, at.clock.nowEpochMs());
  const served = {
    isHostAllowed,
    resolveApi,
    toOwnTarget,
    handleManagement,
    ...shared,
    ports: at,
    isHttpOnly: (host: string | undefined, target: string) => domainOf(host, target)?.isHttpOnly === true,
    factsOfHost: (host: string | undefined) => domainOf(host, '/')?.facts,
    ...(isSecure && { judgeClient }),
  };
  const server = createApiServer(served, ({ socket }) => peerOf(socket));
  const http2 = tls && openHttp2(served);
  const sockets = attachWebSockets(server, {
    at,
    receive(request) {
      const { headers } = request;
      const { remoteAddress } = request.socket;
      const url = originForm(request.url);
      if (remoteAddress === undefined || !isHostAllowed(headers.host)) return undefined;
      if (isSecure && judgeClient(headers.host, peerOf(request.socket)).kind !== 'admitted') return undefined;
      const api = resolveApi(headers.host, url, apiIdHeader(request), request.rawHeaders);
      if (api?.protocol !== 'websocket') return undefined;
      const target = toOwnTarget(headers.host, url, api);
      const sentTarget = target === url ? undefined : url;
      return receive({ ...handshakeOf(request, target, remoteAddress), sentTarget }, api, at);
    },
  });
  let endTls: OpenPort['endTls'];
  if (tls !== undefined && http2 !== undefined) {
    const nameOf = (serverName: string | undefined): TlsName => tls.nameOf(plan, serverName);
    endTls = serveTls(server, { nameOf, certify: tls.certify, http2, log: at.log });
  }
  port = await listenOn(server, options.host, plan.port, plan.option, options.onBound);
  return { server, sockets, port, http2, endTls };
}

function handshakeOf(
  { method = 'GET', rawHeaders, httpVersion }: IncomingMessage,
  target: string,
  remoteAddress: string,
): Parameters<typeof receive>[0] {
  return { method, target, rawHeaders, body: undefined, remoteAddress, httpVersion };
}

/** The default port of https, which clients leave out of the Host header. */
const HTTPS_PORT = 443;
const HTTPS_PORT_END = /:443$/;

const NO_NAME = {};

type FindDomain = (
  host: string | undefined,
  target: string,
  rawHeaders?: readonly string[],
) => DomainAnswer | undefined;

/** Selects the API for a request, first by its Host, and converts the target to the form of the API's own address. */
function chooseApis(
  plan: PortPlan,
  { at, plans }: ApiPortsOptions,
  domainOf: FindDomain,
): {
  readonly resolveApi: ResolveApi;
  readonly toOwnTarget: (host: string | undefined, target: string, api: ServedApi) => string;
} {
  const readName = memoizeLast((host) => ({
    apiId: readApiIdFromHost(host),
    vpcEndpoint: readVpcEndpointFromHost(host),
    isVpcEndpoint: isVpcEndpointHost(host),
  }));
  const nameOf = (host: string | undefined): Partial<ReturnType<typeof readName>> =>
    host === undefined ? NO_NAME : readName(host);
  const isNamed = (host: string | undefined): boolean => {
    const { apiId, isVpcEndpoint } = nameOf(host);
    return apiId !== undefined || isVpcEndpoint === true;
  };
  const planned = new Set(plans.flatMap(({ apiIds }) => apiIds));
  const madeApi = (host: string | undefined, target: string): ServedApi | undefined => {
    const apiId = readApiIdFromPath(target);
    if (apiId === undefined || isNamed(host)) return undefined;
    const api = at.findApi(apiId);
    // An API that has its own port is not served under its path on other ports. Function URLs are the exception.
    return api !== undefined && planned.has(api.apiId) && api.functionUrl === undefined ? undefined : api;
  };
  const resolveApi: ResolveApi = (host, target, namedId, rawHeaders) => {
    const domain = domainOf(host, target, rawHeaders);
    if (domain !== undefined) return domain.api;
    const made = madeApi(host, target);
    if (made !== undefined) return made;
    const { apiId, vpcEndpoint } = nameOf(host);
    if (vpcEndpoint !== undefined) return privateApi(at.findApi(apiId ?? namedId ?? ''));
    return apiId === undefined ? plan.chooseApi(target) : at.findApi(apiId);
  };
  const rewrite = plan.toOwnTarget;
  const toOwnTarget = (host: string | undefined, target: string, api: ServedApi): string => {
    if (api.basePathMatched !== undefined) return target;
    if (madeApi(host, target) === api) return stripApiPath(target);
    return rewrite === undefined || isNamed(host) ? target : rewrite(target, api);
  };
  return { resolveApi, toOwnTarget };
}

/**
 * Returns the API if it is private. Only private APIs can be reached through VPC endpoints. A call to a public API
 * through an endpoint gets 403 (docs/aws §10.6).
 */
function privateApi(api: ServedApi | undefined): ServedApi | undefined {
  const isPrivate = [...(api?.stages.values() ?? [])].some(({ deployment: { resourcePolicy } }) =>
    resourcePolicy?.kind === 'policy'
      ? resourcePolicy.vpcEndpoints !== undefined
      : resourcePolicy !== undefined,
  );
  return isPrivate ? api : undefined;
}

/** The time in milliseconds that requests in flight have to finish. Requests that need longer are cut off. */
const FINISH_WITHIN_MS = 900;
const SWEEP_EVERY_MS = 20;

async function closePort({ server, sockets, http2, endTls }: OpenPort): Promise<void> {
  const closed = stopListening(server);
  http2?.close();
  const gone = sockets.close();
  // Requests whose bytes have arrived but have not been read also count as in flight.
  await waitForUnread();
  server.close();
  // A connection becomes idle when its reply has been sent. It is then closed, because otherwise it would wait for
  // another request.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_EVERY_MS);
  const tooLate = Promise.withResolvers<undefined>();
  const timer = setTimeout(tooLate.resolve, FINISH_WITHIN_MS, undefined);
  await Promise.all([gone, Promise.race([closed, tooLate.promise])]);
  clearInterval(sweep);
  clearTimeout(timer);
  server.closeAllConnections();
  http2?.destroy();
  endTls?.();
  await closed;
}

/**
 * Stops listening without ending connections. Node's own `close` of an HTTP server also ends idle connections, even if
 * a request is waiting to be read.
 */
function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
}

/**
 * Waits until received data has been read. The first callback runs after the data of this turn of the event loop has
 * been read. The second runs after all data that had arrived by then has been read.
 */
async function waitForUnread(): Promise<void> {
  await nextImmediate();
  await nextImmediate();
}

/**
 * Memoizes the last result of `read`, which must depend on the text alone. The gateway does this for the Host header,
 * because most clients of a port send the same name.
 */
export function memoizeLast<Answer extends object | boolean>(
  read: (host: string) => Answer,
): (host: string) => Answer {
  let last: { readonly host: string; readonly answer: Answer } | undefined;
  return (host) => {
    if (last?.host !== host) last = { host, answer: read(host) };
    return last.answer;
  };
}
