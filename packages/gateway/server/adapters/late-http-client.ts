/**
 * Loads the HTTP client at the first request to a backend, because otherwise undici would be a tenth of the code that
 * is loaded at startup.
 */
import type { createHttpClient } from './http-client.ts';

type LoadedClient = ReturnType<typeof createHttpClient>;

export function createLateHttpClient(...settings: Parameters<typeof createHttpClient>): LoadedClient {
  let loaded: LoadedClient | undefined;
  let loading: Promise<LoadedClient> | undefined;
  const load = (): Promise<LoadedClient> =>
    (loading ??= import('./http-client.ts').then((module) => {
      loaded = module.createHttpClient(...settings);
      return loaded;
    }));
  return {
    send: (request) => loaded?.send(request) ?? load().then((client) => client.send(request)),
    stream: (request) => loaded?.stream(request) ?? load().then((client) => client.stream(request)),
    close: async () => (await loading)?.close(),
  };
}
