/**
 * Integrations' calls to services that have no resources in stacks, such as SSM. Programs call these services on the
 * control port. An integration reaches the same service, so that both read the same values.
 */
import type { LocalIdentity } from '../../core/policy/identities.ts';
import type { HttpOutcome, ServiceRequest } from '../../core/ports.ts';
import type { AwsService } from './aws-call.ts';

type Answering = { answer(request: ServiceRequest): Promise<HttpOutcome> };

/**
 * Returns the destination of integrations' calls that are not sent to AWS or an endpoint. A service of the control port
 * handles its own calls.
 * @param recorder receives the calls to all other services
 */
export function withOwnServices(
  recorder: Answering,
  at: {
    /**
     * Finds the service of the control port by its signing name; undefined means that the recorder receives the call.
     */
    readonly find: (service: string) => AwsService | undefined;
    /** Returns the identity with which an integration calls. The service checks the permissions of this identity. */
    readonly callerOf: (roleArn: string | undefined) => LocalIdentity;
  },
): Answering {
  return {
    async answer(request) {
      const service = at.find(request.service);
      if (service === undefined) return recorder.answer(request);
      const { method, path, query, headers: rawHeaders, body = '', region } = request;
      const reply = await service({
        request: { method, path, query, rawHeaders, body: Buffer.from(body), host: '' },
        caller: at.callerOf(request.roleArn),
        service: request.service,
        region,
      });
      const { status, headers } = reply;
      return { kind: 'answered', status, headers, body: Buffer.from(reply.body) };
    },
  };
}
