/** Admin endpoints of API keys and revoked tokens, on an HTTP API behind IAM: who may call which route is IAM's to say. */
import { accessAdminRoutes } from '#shared/access/access-admin-routes.ts';
import type { KeyAdmin } from '#shared/access/keys/key-admin.ts';
import { createLambdaKeyAdmin } from '#shared/access/keys/lambda-key-admin.ts';
import { createLambdaRevocationAdmin } from '#shared/access/revocation/lambda-revocation-admin.ts';
import type { RevocationAdmin } from '#shared/access/revocation/revocation-admin.ts';
import { createRouter } from '#shared/http/router.ts';
import { createLambdaPlanCatalogue } from '#shared/middleware/lambda-plans.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import compiled from '../access/compiled.json' with { type: 'json' };

let keys: KeyAdmin | undefined;
let revocations: RevocationAdmin | undefined;

const answer = createRouter(
  accessAdminRoutes({
    keys: () => (keys ??= createLambdaKeyAdmin(compiled, createLambdaPlanCatalogue())),
    revocations: () => (revocations ??= createLambdaRevocationAdmin(compiled)),
  }),
);

export const handler = observeHandler('access-admin', (event, { count }) =>
  answer(event, (route, code) => count(code === undefined ? 'Answered' : 'Refused', code ?? route)),
);
