/** Finds the authorizers that no route uses, and checks them immediately, as AWS does. */
import {
  checkRestAuthorizer,
  checkV2Authorizer,
} from '../../core/deployment/authorization/compile-authorization.ts';
import type { Tolerance } from '../../core/errors.ts';
import type { ApiIdentity } from '../../core/deployment/model.ts';
import type { ApiResources } from '../api-state.ts';

/**
 * Reports the faults of the authorizers that are not in use. The faults of other authorizers are reported with the
 * routes that use them.
 * @throws DefinitionError if no fault is tolerated
 */
export function checkUnusedAuthorizers(
  { protocol }: ApiIdentity,
  resources: ApiResources,
  tolerance: Tolerance,
): void {
  const users = [...resources.methods, ...resources.routes];
  const used = new Set(users.map(({ properties }) => properties['AuthorizerId']));
  for (const [id, authorizer] of resources.authorizers) {
    if (used.has(id)) continue;
    tolerance.attempt(
      'no route uses this authorizer',
      () => {
        if (protocol === 'rest') checkRestAuthorizer(authorizer, resources);
        else checkV2Authorizer(authorizer, protocol);
      },
      () => undefined,
    );
  }
}
