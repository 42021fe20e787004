/** Serves the admin routes of quotas on a port of this machine, for commands that call them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createRouter } from '#shared/http/router.ts';
import { quotaAdminRoutes } from '#shared/quota/admin/routes.ts';
import { anAdminEvent } from './quota-admin.ts';

export type QuotaAdminServer = { readonly url: string; readonly close: () => void };

/**
 * @param nowMs the time of the next request
 * @param others replies to paths of other admin functions, such as the function for keys
 * @param more routes of other admin functions
 */
export async function openQuotaAdmin(
  ports: Parameters<typeof quotaAdminRoutes>[0],
  nowMs: () => number,
  others: Readonly<Record<string, object>> = {},
  more: Parameters<typeof createRouter>[0] = [],
): Promise<QuotaAdminServer> {
  const routes = [...quotaAdminRoutes(ports), ...more];
  const answer = createRouter(routes);
  // If two paths match, API Gateway chooses the one with fewer parameters.
  const paths = routes
    .map(({ method, path }) => ({
      method,
      path,
      pattern: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
    }))
    .sort((a, b) => a.path.split('{').length - b.path.split('{').length);
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '', 'http://127.0.0.1');
      const other = others[url.pathname];
      if (other !== undefined) return response.end(JSON.stringify(other));
      const found = paths.find(
        ({ method, pattern }) => method === request.method && pattern.test(url.pathname),
      );
      const body = await text(request);
      const event = anAdminEvent(`${request.method ?? ''} ${found?.path ?? url.pathname}`, {
        path: url.pathname,
        parameters: { ...found?.pattern.exec(url.pathname)?.groups },
        query: Object.fromEntries(url.searchParams),
        headers: { 'idempotency-key': String(request.headers['idempotency-key']) },
        ...(body !== '' && { body }),
      });
      const timed = {
        ...event,
        requestContext: { ...Reflect.get(event, 'requestContext'), timeEpoch: nowMs() },
      };
      const { statusCode, headers, body: answered } = await answer(timed, () => undefined);
      return response.writeHead(statusCode, { ...headers }).end(answered);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}
