import { INTEGRATION_TIMEOUTS } from '../../integration-timeouts.ts';
import { readClampedInteger } from '../properties.ts';
import type { Tolerance } from '../../errors.ts';
import type { ApiProtocol } from '../model.ts';
import type { PropertyBag } from '../properties.ts';

export function readTimeoutMs(integration: PropertyBag, of: ApiProtocol, tolerance: Tolerance): number {
  return readClampedInteger(integration, 'TimeoutInMillis', INTEGRATION_TIMEOUTS[of], tolerance);
}
