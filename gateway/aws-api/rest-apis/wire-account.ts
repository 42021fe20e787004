/** What tools ask of the account before they do anything; no call changes it here. */
import { jsonReply } from '../../control-port/control-request.ts';
import { ACCOUNT_LIMIT } from '../../deployment/throttle.ts';
import type { WireRoute } from './wire-router.ts';

export function accountRoutes(): readonly WireRoute[] {
  return [
    {
      ...{ method: 'GET', path: '/account' },
      serve: () =>
        jsonReply(200, {
          apiKeyVersion: '4',
          features: ['UsagePlans'],
          throttleSettings: { burstLimit: ACCOUNT_LIMIT.burstLimit, rateLimit: ACCOUNT_LIMIT.rateLimit },
        }),
    },
  ];
}
