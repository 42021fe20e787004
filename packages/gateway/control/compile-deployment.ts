import { compileRestDeployment } from '../core/deployment/compile-rest.ts';
import { compileHttpDeployment, compileWebSocketDeployment } from '../core/deployment/compile-v2.ts';
import { REFUSING } from '../core/errors.ts';
import { apiArn } from '../core/events/authorizer-event.ts';
import { limitOfQuota } from './api-quotas.ts';
import type { Tolerance } from '../core/errors.ts';
import type { ApiIdentity, Deployment } from '../core/deployment/model.ts';
import type { ApiResources } from './api-state.ts';

/**
 * Compiles the current resources of an API.
 * @throws DefinitionError for a definition that AWS refuses, if no fault is tolerated
 */
export function compileDeployment(
  id: string,
  identity: ApiIdentity,
  resources: ApiResources,
  tolerance: Tolerance = REFUSING,
): Deployment {
  const from = { ...resources, tolerance };
  switch (identity.protocol) {
    case 'rest':
      return compileRestDeployment(id, {
        ...from,
        apiArn: apiArn(identity),
        policyCharacters: limitOfQuota('policyCharacters', from.quotas),
      });
    case 'http':
      return compileHttpDeployment(id, from);
    case 'websocket':
      return compileWebSocketDeployment(id, from);
  }
}
