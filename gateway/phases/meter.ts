/**
 * API key, throttle and quota. This version meters nothing yet; a route that needs a key is refused
 * rather than served open, because a key that is not checked is no key.
 * reads: caller, route · adds: API key · may answer: no · fails with: API_CONFIGURATION_ERROR
 */
import { gatewayError } from '../errors.ts';
import type { Admitted, Authenticated } from '../exchange.ts';

export function meter(authenticated: Authenticated): Admitted {
  if (authenticated.route.apiKeyRequired)
    throw gatewayError('API_CONFIGURATION_ERROR', {
      source: 'gateway',
      reason: `${authenticated.route.logicalId} needs an API key, and usage plans are not supported yet`,
    });
  return authenticated.admitted(undefined);
}
