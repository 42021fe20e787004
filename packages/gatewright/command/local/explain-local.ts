/** Explains a request to the running gateway. */
import { printStory } from './recorded.ts';
import { printResult } from '../../../base/terminal/output.ts';
import { callGateway } from '../../../toolkit/terminal/running-gateway.ts';
import type { RequestDetail } from '../../../gateway/engine/index.ts';

export type LocalFlags = { readonly phases: boolean; readonly showSecrets: boolean };

/**
 * Explains a request to the running gateway.
 * @param id the id of a request, a message, an event or an invocation, the first eight characters of the id, or `last`
 * @throws UsageError if the gateway does not run or has not recorded such a request
 */
export async function explainLocal(id: string, { phases, showSecrets }: LocalFlags): Promise<void> {
  const query = showSecrets ? '?secrets=show' : '';
  const detail = (await callGateway('GET', `requests/${encodeURIComponent(id)}${query}`)) as RequestDetail;
  printResult(detail, () => printStory(detail, phases));
}
