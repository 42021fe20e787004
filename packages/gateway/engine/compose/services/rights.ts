/** The permissions of one run: the identities of its functions, and the clients that check the permissions of roles. */
import { guardServices } from '../../../kernel/calls/guarded-services.ts';
import { calledServices, catalogueOf } from './catalogue.ts';
import { backendOf } from '../parts.ts';
import { partitionKeyOf } from '../../../control/loading/table-keys.ts';
import { FunctionIdentities, StackUsers, withFunctions } from '../../../core/policy/function-identities.ts';
import { adminIdentity, createIdentities } from '../../../core/policy/identities.ts';
import { TemporarySessions } from '../../../core/policy/temporary-sessions.ts';
import { loadIdentities, makeKeyPair } from '../../../kernel/files/identity-file.ts';
import { createServiceClient } from '../../../kernel/calls/service-client.ts';
import { withOwnServices } from '../../../kernel/calls/own-services.ts';
import type { AwsService } from '../../../kernel/calls/aws-call.ts';
import type { RightsContext } from '../../../kernel/calls/service-rights.ts';
import type { Parts } from '../parts.ts';
import type { ServedApis } from '../../../control/served-apis.ts';
import type { GatewayOptions } from '../../gateway.ts';
import type { ServiceHost } from '../../service-host.ts';
import type { Clock, ServiceClient } from '../../../core/ports.ts';
import type { ServiceClientOptions } from '../../../kernel/calls/service-client.ts';

/**
 * Opens the list of known signers: the local admin, the identities in the identities file, the current functions,
 * the users of the stacks, and the temporary sessions of roles.
 */
export async function openIdentities(
  { adminKey, accountId, directory, log }: GatewayOptions,
  clock: Clock,
): Promise<Pick<Parts, 'identities' | 'functionIdentities' | 'stackUsers' | 'sessions'>> {
  const functionIdentities = new FunctionIdentities({
    makeKeyPair,
    nowEpochMs: () => clock.nowEpochMs(),
    report: (message) => log.write(message),
  });
  const fixed = [adminIdentity(adminKey, accountId), ...(await loadIdentities(directory, accountId))];
  const stackUsers = new StackUsers();
  const sessions = new TemporarySessions();
  const identities = withFunctions(createIdentities(fixed), functionIdentities, {
    sessions,
    users: stackUsers,
  });
  return { identities, functionIdentities, stackUsers, sessions };
}

/** Returns the values for policy conditions that do not come from the call itself. */
export function rightsContext(
  options: GatewayOptions,
  served: ServedApis,
  find: ServiceHost['find'],
): RightsContext {
  const called = new Set(calledServices(options));
  return {
    accountId: options.accountId,
    partitionKeyOf: (table, index) => partitionKeyOf(served.stacks, table, index),
    isServed: (name) => called.has(name),
    resourceOf(name, operation) {
      const service = find(name);
      // If a service is not loaded, it has not issued any token or handle that a call could contain.
      return service === undefined || service instanceof Promise
        ? undefined
        : service.api?.resourceOf?.(operation);
    },
  };
}

/**
 * Opens the client that integrations use to call services. For each call, the role of the integration must have the
 * permission.
 */
export function openServiceClient(
  at: Pick<ServiceClientOptions, 'http' | 'clock' | 'recorder' | 'ownUrl'> &
    Pick<Parts, 'options' | 'store' | 'served' | 'functionIdentities'> & {
      readonly find: ServiceHost['find'];
      /** Finds a service of the control port by its signing name. */
      readonly findOwn: (service: string) => AwsService | undefined;
    },
): ServiceClient {
  const { options, store, served, functionIdentities, find, findOwn, recorder, ...ports } = at;
  const admin = adminIdentity(options.adminKey, options.accountId);
  // The control port passes calls of catalogued services to this client, so the client must not pass them back.
  const catalogued = new Set(catalogueOf(options).map(({ name }) => name));
  const services = createServiceClient({
    ...ports,
    recorder: withOwnServices(recorder, {
      find: (service) => (catalogued.has(service) ? undefined : findOwn(service)),
      callerOf: (roleArn) =>
        (roleArn === undefined ? undefined : functionIdentities.assume(roleArn)) ?? admin,
    }),
    endpoints: options.awsEndpoints,
    dynamodb: backendOf(options, store),
  });
  const context = rightsContext(options, served, find);
  return guardServices(services, context, functionIdentities);
}
