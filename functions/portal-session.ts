/** Serves `/session…` of the portal: sign-in, invitations and sessions. */
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { createLambdaSessions } from '#shared/portal/lambda-portal.ts';
import { serveSession } from '#shared/portal/serve-session.ts';
import type { SessionSettings } from '#shared/portal/serve-session.ts';
import compiled from '../access/portal.compiled.json' with { type: 'json' };

let settings: SessionSettings | undefined;

export const handler = observeHandler('portal-session', (event, { count }) => {
  settings ??= createLambdaSessions(compiled);
  return serveSession(event, settings, (route, code) =>
    count(code === undefined ? 'Answered' : 'Refused', code ?? route),
  );
});
