/** Binds a server to an address, with an error message that says what to change. */
import { StartError } from '../core/errors.ts';
import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';

/**
 * Connections that may wait until the loop accepts them; systems cut it to their own limit (Linux:
 * `net.core.somaxconn`, 4,096). Node's 511 makes the rest of a burst retry a second later.
 */
const BACKLOG = 4_096;

/** Resolves with the bound port; port 0 takes a free one. `option` sets the port, for the error message. */
export function listenOn(server: Server, host: string, port: number, option: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      reject(explain(error, host, port, option));
    };
    server.once('error', refuse);
    server.listen(port, host, BACKLOG, () => {
      server.off('error', refuse);
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number, option: string): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(
        'PORT_IN_USE',
        `port ${port} is in use; choose another with ${option}, or ${option} 0 for any free one`,
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
