/** One port per API, in template order; every port also answers to the other APIs by their Host. */
import { readApiIdFromHost } from '../routing/host.ts';
import { isAdmittedHost } from './guards.ts';
import { createApiServer } from './http.ts';
import { listenOn } from './listen.ts';
import { receive } from './receive.ts';
import { attachWebSockets } from './websocket-frames.ts';
import type { Server } from 'node:http';
import type { ServedApi } from '../exchange.ts';
import type { WebSocketPorts } from '../websocket/pipeline.ts';
import type { ControlReply, ControlRequest } from './control-request.ts';
import type { WebSocketPort } from './websocket-frames.ts';

export type ApiPortsOptions = {
  /** Bind address, `127.0.0.1` unless the user says otherwise. */
  readonly host: string;
  /** Port of the first API, the next ones follow; 0 = any free port for each. */
  readonly firstPort: number;
  /** APIs in the order of their ports. Asked again at every request, so a reload takes effect at once. */
  readonly apiIds: readonly string[];
  /** Names beside the loopback ones that a Host header may carry. */
  readonly allowHosts: readonly string[];
  readonly handleManagement: (request: ControlRequest, api: ServedApi) => ControlReply;
  readonly at: WebSocketPorts;
};

type OpenPort = { readonly server: Server; readonly sockets: WebSocketPort; readonly port: number };

export type ApiPorts = {
  /** By API id. */
  readonly ports: ReadonlyMap<string, number>;
  /** Stops taking requests, ends WebSockets with 1001, closes idle connections; ends within a second. */
  readonly close: () => Promise<void>;
};

/** @throws StartError PORT_IN_USE and its kin, with every port that was opened closed again. */
export async function openApiPorts(options: ApiPortsOptions): Promise<ApiPorts> {
  const ports = new Map<string, number>();
  const open: OpenPort[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.map(closePort));
  };
  try {
    for (const [index, apiId] of options.apiIds.entries()) {
      const opened = await openPort(apiId, options.firstPort === 0 ? 0 : options.firstPort + index, options);
      open.push(opened);
      ports.set(apiId, opened.port);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ports, close };
}

async function openPort(apiId: string, wanted: number, options: ApiPortsOptions): Promise<OpenPort> {
  const { at } = options;
  const resolveApi = (host: string | undefined): ServedApi | undefined =>
    at.findApi((host === undefined ? undefined : readApiIdFromHost(host)) ?? apiId);
  let port = wanted;
  const isHostAllowed = (host: string | undefined): boolean =>
    host !== undefined && isAdmittedHost(host, { port, allowHosts: options.allowHosts });
  const { handleManagement } = options;
  const server = createApiServer({ isHostAllowed, resolveApi, handleManagement, ports: at });
  const sockets = attachWebSockets(server, {
    at,
    receive(request) {
      if (!isHostAllowed(request.headers.host)) return undefined;
      const api = resolveApi(request.headers.host);
      if (api?.protocol !== 'websocket') return undefined;
      return receive(
        {
          method: request.method ?? 'GET',
          target: request.url ?? '/',
          rawHeaders: request.rawHeaders,
          body: undefined,
          remoteAddress: request.socket.remoteAddress,
          httpVersion: request.httpVersion,
        },
        api,
        at,
      );
    },
  });
  port = await listenOn(server, options.host, wanted, '--port');
  return { server, sockets, port };
}

async function closePort({ server, sockets }: OpenPort): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await sockets.close();
  server.closeAllConnections();
  await closed;
}
