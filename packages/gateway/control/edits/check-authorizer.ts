import { compileRestAuthorization } from '../../core/deployment/authorization/compile-authorization.ts';
import { badRequest, orNotFound } from '../control-error.ts';
import type { ApiResources } from '../api-state.ts';
import type { ControlResource } from '../control-resource.ts';

/** @throws ControlError NotFoundException if there is no such authorizer */
export function getAuthorizer({ authorizers }: ApiResources, id: string): ControlResource {
  return orNotFound(authorizers.get(id), 'Invalid Authorizer identifier specified');
}

/**
 * Compiles a method that uses the authorizer, to find out whether a deployment of `next` would be refused.
 * @throws ControlError if another authorizer has the same name, DefinitionError for an authorizer that a deployment
 * would refuse
 */
export function checkAuthorizer(next: ApiResources, authorizer: ControlResource): void {
  const { id, properties } = authorizer;
  for (const other of next.authorizers.values())
    if (other.id !== id && other.properties['Name'] === properties['Name'])
      throw badRequest('Authorizer name must be unique within the API');
  const user = { AuthorizationType: authorizationTypeOf(authorizer), AuthorizerId: id };
  compileRestAuthorization({ ...authorizer, properties: user }, next);
}

export function authorizationTypeOf({ properties }: ControlResource): string {
  const type = properties['Type'];
  return type === 'COGNITO_USER_POOLS' || type === 'JWT' ? type : 'CUSTOM';
}
