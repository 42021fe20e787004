/** Finds out whether a published version responded, although its function was changed in this run. */
import type { IntegrationCircumstances } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** A version keeps the code and the configuration with which it was published. */
export function findPinned(
  { outcome, received }: RecordedRequest,
  functionName: string,
  isChanged: ((functionName: string) => boolean) | undefined,
): IntegrationCircumstances['pinned'] {
  const integration = received.route?.integration;
  if (integration === undefined || !('qualifier' in integration) || integration.qualifier === undefined)
    return undefined;
  const version = outcome?.kind === 'returned' ? outcome.executedVersion : undefined;
  if (version === undefined || version === '$LATEST' || isChanged?.(functionName) !== true) return undefined;
  return { qualifier: integration.qualifier.render(received.stage?.variables ?? null), version };
}
