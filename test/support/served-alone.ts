/** What an API server needs that serves one API, and has no `@connections`. */
import { BodyMemory } from '../../packages/server/body-memory.ts';
import { Intake } from '../../packages/server/intake.ts';
import { UnreadReplies } from '../../packages/server/unread-replies.ts';
import type { ApiServerOptions } from '../../packages/server/answer-request.ts';
import type { ServedApi } from '../../packages/core/exchange.ts';
import type { Ports } from '../../packages/core/ports.ts';

export function servedAlone(
  api: ServedApi,
  ports: Ports,
  isHostAllowed: ApiServerOptions['isHostAllowed'] = (host) => host === 'pets.example',
): ApiServerOptions {
  return {
    isHostAllowed,
    resolveApi: () => api,
    handleManagement: () => ({ status: 404, headers: [], body: '' }),
    intake: new Intake(),
    bodies: new BodyMemory(ports.log),
    unread: new UnreadReplies(ports.log),
    ports,
  };
}
