/**
 * An HTTP proxy of loopback that only opens tunnels (RFC 9110 §9.3.6). It reads nothing of what they carry.
 */
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { closeServer, listenOn } from './listen.ts';

const TARGET = /^\[?([^\]]+?)\]?:(\d{1,5})$/;

/** @param divert the local port of a target; undefined = its own address */
export async function openConnectProxy(
  divert: (host: string, port: number) => number | undefined,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const tunnels = new Set<Duplex>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', ({ url = '' }, client: Duplex, head: Buffer) => {
    const [, host = '', given] = TARGET.exec(url) ?? [];
    const own = divert(host, Number(given));
    const backend = connect(own ?? Number(given), own === undefined ? host : '127.0.0.1');
    tunnels.add(client);
    backend.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      backend.write(head);
      client.pipe(backend).pipe(client);
    });
    backend.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    client.on('error', () => backend.destroy());
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
