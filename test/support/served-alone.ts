/** What an API server needs that serves one API, and has no `@connections`. */
import { Intake } from '../../gateway/server/intake.ts';
import { UnreadReplies } from '../../gateway/server/unread-replies.ts';
import type { ApiServerOptions } from '../../gateway/server/answer-request.ts';
import type { ServedApi } from '../../gateway/exchange.ts';
import type { Ports } from '../../gateway/ports.ts';

export function servedAlone(
  api: ServedApi,
  ports: Ports,
  isHostAllowed: ApiServerOptions['isHostAllowed'] = (host) => host === 'pets.example',
): ApiServerOptions {
  return {
    isHostAllowed,
    resolveApi: () => api,
    handleManagement: () => ({ status: 404, headers: [], body: '' }),
    ...{ intake: new Intake(), unread: new UnreadReplies(ports.log), ports },
  };
}
