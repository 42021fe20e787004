/** Receives the response of an authorization server, which redirects the browser to this machine (RFC 8252 §7.3). */
import { once } from 'node:events';
import { createServer } from '@gatewright/aws/node-http';
import type { AddressInfo } from 'node:net';
import { McpClientError } from '../errors.ts';

interface RedirectListener {
  /** `http://127.0.0.1:50123/callback`, with a free port. */
  readonly redirectUri: string;
  /**
   * Waits for the browser and returns the query parameters of its request.
   * @throws McpClientError if the browser sends no request within this time
   */
  receive(withinMs: number): Promise<URLSearchParams>;
  close(): void;
}

const PATH = '/callback';
/** The page cannot say that the sign-in has succeeded, because the code is exchanged for a token afterwards. */
const ARRIVED = 'The terminal has the answer. You can close this page and go back to the terminal.\n';
const REFUSED = 'The sign-in was refused. The terminal says why. You can close this page.\n';

/**
 * @param state the state of the sign-in. Attack: any page can send the browser to this listener with a code of its own,
 * so requests with another state are refused
 */
export async function listenForRedirect(state: string): Promise<RedirectListener> {
  const received = Promise.withResolvers<URLSearchParams>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const isOurs = request.method === 'GET' && pathname === PATH && searchParams.get('state') === state;
    response.writeHead(isOurs ? 200 : 404, { 'content-type': 'text/plain', connection: 'close' });
    if (isOurs) response.end(searchParams.has('error') ? REFUSED : ARRIVED);
    else response.end('There is no sign-in with this state.\n');
    if (isOurs) received.resolve(searchParams);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    redirectUri: `http://127.0.0.1:${port}${PATH}`,
    async receive(withinMs) {
      const late = AbortSignal.timeout(withinMs);
      late.addEventListener('abort', () =>
        received.reject(
          new McpClientError(
            `the sign-in was not finished within ${Math.round(withinMs / 1000)} s; run the command again`,
          ),
        ),
      );
      return received.promise;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
