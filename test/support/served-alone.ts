/** The ports of an API server that serves one API without `@connections`. */
import { BodyMemory } from '../../packages/gateway/server/body-memory.ts';
import { UnreadReplies } from '../../packages/gateway/server/unread-replies.ts';
import type { ApiServerOptions } from '../../packages/gateway/server/answer-request.ts';
import type { ServedApi } from '../../packages/gateway/core/exchange.ts';
import type { Ports } from '../../packages/gateway/core/ports.ts';

export function servedAlone(
  api: ServedApi,
  ports: Ports,
  isHostAllowed: ApiServerOptions['isHostAllowed'] = (host) => host === 'pets.example',
): ApiServerOptions {
  return {
    isHostAllowed,
    resolveApi: () => api,
    handleManagement: () => ({ status: 404, headers: [], body: '' }),
    bodies: new BodyMemory(ports.log),
    unread: new UnreadReplies(ports.log),
    ports,
  };
}
