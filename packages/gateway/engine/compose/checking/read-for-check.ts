/** Reads stacks as the gateway does at startup, with all services, but without parts that run anything. */
import { findPowerlessRoles } from '../../../control/deliveries/target-roles.ts';
import { USUAL_HOME } from '@gatewright/aws/usual-home';
import { NO_WRITTEN_OBJECTS } from '../../../kernel/service.ts';
import { Account } from '../../../control/account.ts';
import { findMisconfiguredRoutes } from '../../../control/loading/misconfigured-routes.ts';
import { findAbsentFunctions } from '../../../control/loading/absent-functions.ts';
import { readRoles } from '../../../control/loading/read-roles.ts';
import type { RolesOfStacks } from '../../../control/loading/read-roles.ts';
import { ServedApis } from '../../../control/served-apis.ts';
import { DefinitionError } from '../../../core/errors.ts';
import type { Faults } from '../../../core/errors.ts';
import type { HttpClient, Invoker, ServiceClient } from '../../../core/ports.ts';
import type { ResolvedStack, UnsupportedItem } from '../../../core/stack/model.ts';
import { GeneratedSecrets } from '../../../core/stack/generated-secret.ts';
import { NO_STORED_ENTRIES } from '../../../kernel/stored-entries.ts';
import { createSystemRandom } from '../../../server/adapters/random.ts';
import { createSystemClock } from '../../../server/adapters/system-clock.ts';
import { loadStacks } from '../../../templates/load.ts';
import type { LoadOptions } from '../../../templates/load-options.ts';
import { ServiceHost } from '../../service-host.ts';
import { CATALOGUE, RESOURCE_TYPES } from '../services/catalogue.ts';
import { readTables } from '../state/tables.ts';
import { readValues } from '../state/values.ts';

export type ExamineOptions = LoadOptions & {
  /** The folder with gatewright.values.yml. */
  readonly directory: string;
};

type ReadForCheck = {
  readonly stacks: readonly ResolvedStack[];
  /** The parts that the gateway serves differently from AWS, and the parts that AWS refuses. */
  readonly notServed: readonly UnsupportedItem[];
  readonly roles: RolesOfStacks;
};

export async function readForCheck(
  sources: readonly string[],
  options: ExamineOptions,
  faults: Faults,
): Promise<ReadForCheck> {
  const random = createSystemRandom();
  const { stored } = await readValues(options);
  const generated = new GeneratedSecrets((bound) => Math.floor(random.fraction() * bound));
  const stacks = await loadStacks(sources, {
    ...options,
    types: RESOURCE_TYPES,
    tolerance: faults,
    stored: { ...stored, generatedSecret: (owner, spec) => generated.textOf(owner, spec) },
  }).catch((error: unknown) => {
    // If the only source cannot be loaded, the reason is also a finding.
    if (!isAboutText(error)) throw error;
    faults.note(error, 'nothing is served');
    return [];
  });
  const account = new Account({
    clock: createSystemClock(),
    isThrottled: false,
    needsPermissions: true,
    isServedType: (type) => RESOURCE_TYPES.classOf(type) !== undefined,
  });
  const served = new ServedApis(account);
  const prepared = served.prepare(stacks, faults, {
    readObject: () => undefined,
    file: stored.file,
    servesTls: true,
  });
  prepared.serve();
  const roles = readRoles(stacks, faults);
  await readTables(stacks, faults);
  return {
    stacks,
    roles,
    notServed: [
      ...prepared.unsupported,
      ...findMisconfiguredRoutes(served.all, stacks),
      ...roles.unsupported,
      ...findPowerlessRoles(stacks, roles.byArn, true),
      ...findAbsentFunctions(stacks),
      ...(await readServices(stacks, faults)),
    ],
  };
}

const NOTHING_RUNS = 'a check runs nothing';
const NO_CALL: ServiceClient['call'] = () => Promise.reject(new Error(NOTHING_RUNS));
const NO_INVOCATION: Invoker['invoke'] = () => Promise.reject(new Error(NOTHING_RUNS));
const NO_REQUESTS: HttpClient = {
  send: () => Promise.reject(new Error(NOTHING_RUNS)),
  stream: () => Promise.reject(new Error(NOTHING_RUNS)),
};

/** Lets each service that a resource needs read the stacks. The result is not applied, so nothing starts. */
async function readServices(
  stacks: readonly ResolvedStack[],
  faults: Faults,
): Promise<readonly UnsupportedItem[]> {
  const names = new Set(stacks.flatMap(({ functions }) => functions.map(({ name }) => name)));
  const host = new ServiceHost({
    catalogue: CATALOGUE,
    invoker: { invoke: NO_INVOCATION, has: (name) => names.has(name) },
    clock: createSystemClock(),
    random: createSystemRandom(),
    services: { call: NO_CALL },
    http: NO_REQUESTS,
    isElsewhere: () => false,
    accountId: stacks[0]?.accountId ?? USUAL_HOME.accountId,
    kept: NO_STORED_ENTRIES,
    writtenObjects: NO_WRITTEN_OBJECTS,
    logGroups: { write: () => undefined },
    settings: {},
    permits: () => true,
    report: () => undefined,
  });
  try {
    await host.openNeeded(stacks);
    return host.read(stacks, faults).unsupported;
  } finally {
    await host.close();
  }
}

/** Returns whether the error is about the text of a definition, rather than about a path that the caller gave. */
function isAboutText(error: unknown): error is DefinitionError {
  return (
    error instanceof DefinitionError &&
    (error.place.line !== undefined || error.place.logicalId !== undefined)
  );
}
