/** Finds out for which customer of the toolkit a request was refused, and by which limit. */
import type { AccessOutcome } from '@gatewright/aws/access-decision';
import type { Circumstances } from './circumstances.ts';

export type RefusedCall = {
  readonly tenant: string;
  /** Id of the limit that refused the request; undefined if the response does not name it. */
  readonly limit?: string | undefined;
  /** Id of the caller's API key. */
  readonly key?: string | undefined;
  readonly route?: string | undefined;
};

/**
 * Outcomes of the toolkit's authorizers that a refusal by a quota may have. The handler may refuse an allowed request.
 */
const MAY_BE_CHARGED: readonly (AccessOutcome | undefined)[] = [
  'allow',
  'over-quota',
  'period-closed',
  'over-rate',
  'suspended',
];

/**
 * Returns undefined unless a quota of the toolkit can have refused the request, in its authorizer or in the handler.
 */
export function findRefusedCall({
  status,
  guard,
  routeKey,
  agentCall,
  integration,
}: Circumstances): RefusedCall | undefined {
  const { customer, limit, key, outcome } = guard?.decided ?? {};
  const isRefused = status === 429 || status === 403 || agentCall?.error?.reason !== undefined;
  if (customer === undefined || !isRefused || !MAY_BE_CHARGED.includes(outcome)) return undefined;
  return {
    tenant: customer,
    limit: limit ?? agentCall?.error?.limit ?? integration?.quotaRefusal?.limit,
    key,
    route: routeKey,
  };
}
