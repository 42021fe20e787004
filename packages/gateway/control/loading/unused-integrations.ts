/** Also checks the integrations that no route uses, because AWS checks an integration when it is created. */
import { compileV2Integration } from '../../core/deployment/compile-v2.ts';
import { requireValid } from '../../core/deployment/properties.ts';
import type { Tolerance } from '../../core/errors.ts';
import type { ApiIdentity } from '../../core/deployment/model.ts';
import type { ApiResources } from '../api-state.ts';

/**
 * Reports the faults of the integrations of an HTTP or WebSocket API that are not in use. The faults of other
 * integrations are reported with the routes that use them.
 * @throws DefinitionError if no fault is tolerated
 */
export function checkUnusedIntegrations(
  { protocol }: ApiIdentity,
  resources: ApiResources,
  tolerance: Tolerance,
): void {
  if (protocol === 'rest') return;
  const used = new Set(resources.routes.map(({ properties }) => properties['Target']));
  for (const [id, integration] of resources.integrations)
    if (!used.has(`integrations/${id}`))
      tolerance.attempt<unknown>(
        'no route uses this integration',
        () => compileV2Integration(requireValid(integration), { ...resources, tolerance }, protocol),
        () => undefined,
      );
}
