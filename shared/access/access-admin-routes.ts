/** All routes of the function `access-admin`, with their descriptions. IAM decides who may call which route. */
import { jsonReply } from '../http/reply.ts';
import { readRoute } from '../http/route.ts';
import type { Route } from '../http/route.ts';
import type { DocumentAdmin } from './documents/document-admin.ts';
import { documentRoutes } from './documents/document-routes.ts';
import type { KeyAdmin } from './keys/key-admin.ts';
import { keyAdminRoutes } from './keys/key-routes.ts';
import type { RevocationAdmin } from './revocation/revocation-admin.ts';
import { revocationRoutes } from './revocation/revocation-routes.ts';

type AccessAdmins = {
  readonly keys: () => KeyAdmin;
  readonly revocations: () => RevocationAdmin;
  readonly documents: () => DocumentAdmin;
};

const INFO = {
  title: 'Gatewright access',
  version: '1',
  description:
    'API keys: create, list, show, rotate, revoke. Tokens: revoke, list what is revoked, withdraw a revocation. Documents: publish, list, restore.',
};

export function accessAdminRoutes({ keys, revocations, documents }: AccessAdmins): readonly Route[] {
  const routes: readonly Route[] = [
    readRoute(
      {
        path: '/access/openapi.json',
        id: 'describeAccessApi',
        summary: 'This description',
        answer: { description: 'OpenAPI 3.1' },
      },
      async () => {
        const { describeRoutes } = await import('../http/openapi.ts');
        return jsonReply(200, describeRoutes(INFO, routes));
      },
    ),
    ...keyAdminRoutes(keys),
    ...revocationRoutes(revocations),
    ...documentRoutes(documents),
  ];
  return routes;
}
