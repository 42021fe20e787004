/**
 * Serves the portal's page: `GET /`, `/portal.json`, `/assets/{file}` and `/apis/{file}`. The function's role
 * only allows it to write its log.
 */
import { parseHttpEvent } from '#shared/aws/http-event.ts';
import { readPortalPageConfig } from '#shared/config/portal-page-config.ts';
import { observeHandler } from '#shared/observability/observe-handler.ts';
import { parseCompiledPortalPage } from '#shared/portal/compiled-portal-page.ts';
import { createPortalPage } from '#shared/portal/serve-page.ts';
import compiled from '../access/portal-page.compiled.json' with { type: 'json' };

let page: ReturnType<typeof createPortalPage> | undefined;

export const handler = observeHandler('portal-page', async (event) => {
  page ??= createPortalPage(parseCompiledPortalPage(compiled), readPortalPageConfig().stage);
  return page(parseHttpEvent(event));
});
