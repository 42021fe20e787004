/** Serves `/api…` of the portal: the routes for signed-in members of an organisation. */
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { createLambdaMembers } from '#shared/portal/lambda-portal.ts';
import { serveMember } from '#shared/portal/serve-member.ts';
import type { MemberSettings } from '#shared/portal/serve-member.ts';
import compiled from '../access/portal.compiled.json' with { type: 'json' };

const loadDocuments = () => import('../access/compiled.json', { with: { type: 'json' } });

let settings: MemberSettings | undefined;

export const handler = observeHandler('portal', (event, { count }) => {
  settings ??= createLambdaMembers(compiled, loadDocuments);
  return serveMember(event, settings, (route, code) =>
    count(code === undefined ? 'Answered' : 'Refused', code ?? route),
  );
});
