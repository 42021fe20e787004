/**
 * An HTTP proxy on the loopback interface. It opens tunnels (RFC 9110 §9.3.6), whose contents it never reads, and
 * passes calls without TLS on.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { KEEP_ALIVE_OPTIONS, readPendingBeforeIdleClose } from '@gatewright/aws/idle-connections';
import { createServer } from '@gatewright/aws/node-http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { closeServer, listenOn } from './listen.ts';

const MAX_PORT = 65_535;
/**
 * The time limit for connecting to a target, in milliseconds. An open tunnel has no time limit, because its client may
 * keep it open without sending anything.
 */
const CONNECT_MS = 10_000;
const PLAIN = /^http:\/\/([^/?]+)(.*)$/s;
const TARGET = /^\[?([^\]]+?)\]?:(\d{1,5})$/;

/**
 * Opens the proxy.
 * @param divert returns the local port to which connections to a target are redirected; undefined if they go to the
 * target's own address
 */
export async function openConnectProxy(
  divert: (host: string, port: number) => number | undefined,
  handle: (request: IncomingMessage, response: ServerResponse, host: string, path: string) => void,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const tunnels = new Set<Duplex>();
  const server = createServer(KEEP_ALIVE_OPTIONS, (request, response) => {
    const [, host, rest = ''] = PLAIN.exec(request.url ?? '') ?? [];
    if (host === undefined) response.writeHead(405).end();
    else handle(request, response, host, rest.startsWith('/') ? rest : `/${rest}`);
  });
  readPendingBeforeIdleClose(server);
  server.on('connect', ({ url = '' }, client: Duplex, head: Buffer) => {
    client.on('error', () => client.destroy());
    const target = targetOf(url);
    if (target === undefined) {
      client.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      return;
    }
    const own = divert(target.host, target.port);
    const backend = connect(own ?? target.port, own === undefined ? target.host : '127.0.0.1');
    backend.setTimeout(CONNECT_MS, () =>
      backend.destroy(new Error(`the backend did not accept the connection within ${CONNECT_MS / 1000} s`)),
    );
    let isOpen = false;
    tunnels.add(client);
    backend.once('connect', () => {
      isOpen = true;
      backend.setTimeout(0);
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      backend.write(head);
      client.pipe(backend).pipe(client);
    });
    backend.on('error', () => {
      if (isOpen) client.destroy();
      else client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    client.once('close', () => {
      tunnels.delete(client);
      backend.destroy();
    });
  });
  const port = await listenOn(server, '127.0.0.1', 0, '--port');
  const close = (): Promise<void> => {
    for (const tunnel of tunnels) tunnel.destroy();
    return closeServer(server);
  };
  return { port, close };
}

/**
 * Parses the target of a tunnel. Returns undefined for an invalid port. Attack: a function requests an invalid port.
 * Without this check, the error would be thrown outside of any request and would end the process.
 */
function targetOf(url: string): { readonly host: string; readonly port: number } | undefined {
  const [, host, port] = TARGET.exec(url) ?? [];
  if (host === undefined || Number(port) === 0 || Number(port) > MAX_PORT) return undefined;
  return { host, port: Number(port) };
}
