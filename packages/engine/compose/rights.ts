/** Who may do what in one start: identities of its functions, and services behind the rights of roles. */
import { guardServices } from '../../kernel/calls/guarded-services.ts';
import { backendOf } from './parts.ts';
import { partitionKeyOf } from '../../control/table-keys.ts';
import { FunctionIdentities, withFunctions } from '../../core/policy/function-identities.ts';
import { adminIdentity, createIdentities } from '../../core/policy/identities.ts';
import { loadIdentities, makeKeyPair } from '../../kernel/files/identity-file.ts';
import { createServiceClient } from '../../kernel/calls/service-client.ts';
import type { RightsContext } from '../../kernel/calls/service-rights.ts';
import type { Parts } from './parts.ts';
import type { ServedApis } from '../../control/served-apis.ts';
import type { GatewayOptions } from '../gateway.ts';
import type { ServiceHost } from '../service-host.ts';
import type { Clock, ServiceClient } from '../../core/ports.ts';
import type { ServiceClientOptions } from '../../kernel/calls/service-client.ts';

/** Who may sign: the local admin, those of the identities file, and the functions of the moment. */
export async function openIdentities(
  { adminKey, accountId, directory, log }: GatewayOptions,
  clock: Clock,
): Promise<Pick<Parts, 'identities' | 'functionIdentities'>> {
  const functionIdentities = new FunctionIdentities({
    makeKeyPair,
    nowEpochMs: () => clock.nowEpochMs(),
    report: (message) => log.write(message),
  });
  const fixed = [adminIdentity(adminKey, accountId), ...(await loadIdentities(directory, accountId))];
  return { identities: withFunctions(createIdentities(fixed), functionIdentities), functionIdentities };
}

/** What rights name beside the call itself. */
export function rightsContext(
  { accountId }: GatewayOptions,
  served: ServedApis,
  find: ServiceHost['find'],
): RightsContext {
  return {
    accountId,
    partitionKeyOf: (table, index) => partitionKeyOf(served.stacks, table, index),
    resourceOf(name, operation) {
      const service = find(name);
      // One that is not loaded has given nothing that a call could name.
      return service === undefined || service instanceof Promise
        ? undefined
        : service.api?.resourceOf?.(operation);
    },
  };
}

/** Calls of services by integrations, with the rights of the roles that their methods name. */
export function openServiceClient(
  at: Pick<ServiceClientOptions, 'http' | 'clock' | 'recorder' | 'ownUrl'> &
    Pick<Parts, 'options' | 'store' | 'served' | 'functionIdentities'> & {
      readonly find: ServiceHost['find'];
    },
): ServiceClient {
  const { options, store, served, functionIdentities, find, ...ports } = at;
  const services = createServiceClient({
    ...ports,
    endpoints: options.awsEndpoints,
    dynamodb: backendOf(options, store),
  });
  const context = rightsContext(options, served, find);
  return guardServices(services, context, (roleArn) => functionIdentities.assume(roleArn));
}
