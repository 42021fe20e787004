/** Passes on the answers of another DynamoDB, with the date of the test's clock. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

type DatedEndpoint = { readonly url: string; close(): Promise<void> };

export async function openDatedEndpoint(endpoint: string, nowEpochMs: () => number): Promise<DatedEndpoint> {
  const server = createServer((incoming, outgoing) => {
    const { method = 'POST', url = '/', headers } = incoming;
    const forwarded = request(new URL(url, endpoint), { method, headers }, (answer) => {
      const date = new Date(nowEpochMs()).toUTCString();
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, date });
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
