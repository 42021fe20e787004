/**
 * Checks the permissions of integrations that call AWS services. An integration calls with the method's role
 * (`credentials`), so the role's policies decide, as they do for a function (developer guide, "API Gateway permissions
 * model for creating and managing an API").
 */
import { awsError, denialOf, findDenial } from './aws-call.ts';
import { rightsOfCall } from './service-rights.ts';
import type { LocalIdentity } from '../../core/policy/identities.ts';
import type { HttpOutcome, ServiceClient, ServiceRequest } from '../../core/ports.ts';
import type { RightsContext } from './service-rights.ts';

/**
 * Returns a client that checks the permissions of a role before each call.
 * @param assume returns the session of a role by its ARN; undefined means that the role is unknown and may do
 * everything
 */
export function guardServices(
  services: ServiceClient,
  context: RightsContext,
  assume: (roleArn: string) => LocalIdentity | undefined,
): ServiceClient {
  return {
    call(request) {
      const session = request.roleArn === undefined ? undefined : assume(request.roleArn);
      const rights = session === undefined ? undefined : rightsOfCall(request, context);
      if (session === undefined || rights === undefined) return services.call(request);
      const message = findDenial(session, rights);
      return message === undefined ? services.call(request) : Promise.resolve(refuse(request, message));
    },
  };
}

/** Returns the service's own response to a refused call. The method's responses may then map this response. */
function refuse(
  { service, method, path, query, headers, body = '' }: ServiceRequest,
  message: string,
): HttpOutcome {
  const asked = { method, path, query, rawHeaders: headers, body: Buffer.from(body), host: '' };
  const reply = awsError(asked, service, { ...denialOf(service), message });
  return { kind: 'answered', status: reply.status, headers: reply.headers, body: Buffer.from(reply.body) };
}
