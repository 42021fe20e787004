/** Edits of a REST API's authorizers, with AWS's checks. */
import { compileRestAuthorization } from '../deployment/compile-authorization.ts';
import { refuseOneMore } from './api-quotas.ts';
import { badRequest, conflict, notFound } from './control-error.ts';
import { textOf } from './resource-properties.ts';
import type { JsonObject } from '../definition/model.ts';
import type { ApiResources } from './api-state.ts';
import type { ControlResource } from './control-resource.ts';

/** @throws ControlError NotFoundException */
export function getAuthorizer({ authorizers }: ApiResources, id: string): ControlResource {
  const authorizer = authorizers.get(id);
  if (authorizer === undefined) throw notFound('Invalid Authorizer identifier specified');
  return authorizer;
}

/** @throws ControlError, DefinitionError for what AWS refuses */
export function createAuthorizer(from: ApiResources, authorizer: ControlResource): ApiResources {
  refuseOneMore('authorizers', from.authorizers.size, from.quotas);
  return put(from, authorizer);
}

/** @throws ControlError, DefinitionError for what AWS refuses */
export function replaceAuthorizer(
  from: ApiResources,
  authorizer: ControlResource,
  properties: JsonObject,
): ApiResources {
  return put(from, { ...authorizer, properties });
}

/** @throws ControlError for one that is not there, or that a method needs */
export function deleteAuthorizer(from: ApiResources, id: string): ApiResources {
  const { properties, logicalId } = getAuthorizer(from, id);
  const user = from.methods.find((method) => method.properties['AuthorizerId'] === id)?.properties;
  if (user !== undefined) {
    const path = from.resources.get(textOf(user, 'ResourceId'))?.path ?? '/';
    // AWS's words, two slashes and all (hashicorp/terraform#6731, terraform-provider-aws#14812).
    throw conflict(
      `Cannot delete authorizer '${textOf(properties, 'Name') || logicalId}', is referenced in method: ${textOf(user, 'HttpMethod')}/${path}`,
    );
  }
  return { ...from, authorizers: new Map([...from.authorizers].filter(([key]) => key !== id)) };
}

/** The `AuthorizationType` of methods that use it. */
export function authorizationTypeOf({ properties }: ControlResource): string {
  const type = properties['Type'];
  return type === 'COGNITO_USER_POOLS' || type === 'JWT' ? type : 'CUSTOM';
}

function put(from: ApiResources, authorizer: ControlResource): ApiResources {
  const { id, properties } = authorizer;
  for (const other of from.authorizers.values())
    if (other.id !== id && other.properties['Name'] === properties['Name'])
      throw badRequest('Authorizer name must be unique within the API');
  const next = { ...from, authorizers: new Map([...from.authorizers, [id, authorizer]]) };
  // What a deployment would refuse, refused when it is said: compiles a method that would use it.
  const user = { AuthorizationType: authorizationTypeOf(authorizer), AuthorizerId: id };
  compileRestAuthorization({ ...authorizer, properties: user }, next);
  return next;
}
