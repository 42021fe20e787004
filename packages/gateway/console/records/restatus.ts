/** Finds the gateway response of a REST API that changed the status of an error. */
import { DEFAULT_ASSUMPTIONS } from '../../core/deployment/assumptions.ts';
import { responseTypeOf, wordRest } from '../../core/deployment/wordings/error-wordings.ts';
import type { Circumstances } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';

export function findRestatus({ received, status, error }: RecordedRequest): Pick<Circumstances, 'restatus'> {
  // `--assume` decides whether throttling by Lambda is a 500, 502 or 429. No gateway response changes it.
  if (error === undefined || error.code === 'FUNCTION_THROTTLED') return {};
  const type = responseTypeOf(error.code);
  if (received.api.protocol !== 'rest' || received.stage === undefined || type === undefined) return {};
  const usual = wordRest(error.code, error.detail, DEFAULT_ASSUMPTIONS['access-denied-key']).status;
  return usual === status ? {} : { restatus: { type, usual } };
}
