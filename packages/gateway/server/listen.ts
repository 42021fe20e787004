/** Binds a server to an address. If this fails, the error message tells the user what to change. */
import { StartError } from '../core/errors.ts';
import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';

/**
 * The maximum number of connections that wait to be accepted. Operating systems reduce it to their own limit (Linux:
 * `net.core.somaxconn`, 4,096). Node's default is 511. If more clients connected at once, the rest would have to try
 * again a second later.
 */
const BACKLOG = 4_096;

/** How many ports are tried if a port may be replaced by the next free one. */
const MAX_TRIED_PORTS = 50;

/** Receives the bound port, and the ports that were tried before it and were in use. */
export type OnBound = (port: number, taken: readonly number[]) => void;

/**
 * Listens on an address and resolves with the bound port. Port 0 selects a free port. `option` is the option that sets
 * the port, for the error message. With `onBound`, the next free port is used if the port is in use.
 */
export async function listenOn(
  server: Server,
  host: string,
  port: number,
  option: string,
  onBound?: OnBound,
): Promise<number> {
  if (onBound === undefined || port === 0) return bind(server, host, port, option);
  for (let tried = port; ; tried += 1)
    try {
      const used = await bind(server, host, tried, option);
      onBound(
        used,
        Array.from({ length: used - port }, (_, index) => port + index),
      );
      return used;
    } catch (error) {
      const isInUse = error instanceof StartError && error.code === 'PORT_IN_USE';
      if (!isInUse || tried + 1 >= port + MAX_TRIED_PORTS || tried === MAX_PORT) throw error;
    }
}

const MAX_PORT = 65_535;

/** The ports that this process has bound, so that the error message does not blame another process. */
const boundHere = new Set<number>();

function bind(server: Server, host: string, port: number, option: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      reject(explain(error, host, port, option));
    };
    server.once('error', refuse);
    server.listen(port, host, BACKLOG, () => {
      server.off('error', refuse);
      const address = server.address();
      const bound = address !== null && typeof address === 'object' ? address.port : port;
      boundHere.add(bound);
      server.once('close', () => boundHere.delete(bound));
      resolve(bound);
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number, option: string): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(
        'PORT_IN_USE',
        `port ${port} is in use${boundHere.has(port) ? ' by this gateway, for its control API or another API' : ''}; choose another with ${option}, or ${option} 0 for any free one`,
      );
    case 'EACCES':
      return new StartError('PORT_FORBIDDEN', `no permission to open port ${port}; choose one above 1023`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError('HOST_UNKNOWN', `${host} is not an address of this machine`);
    default:
      return error;
  }
}

export async function closeServer(server: HttpServer): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
