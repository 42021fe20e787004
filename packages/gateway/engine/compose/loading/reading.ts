import { join } from 'node:path';
import { ownFolderOf } from '@gatewright/aws/own-folder-of';
import { findPowerlessRoles } from '../../../control/deliveries/target-roles.ts';
import { findAbsentFunctions } from '../../../control/loading/absent-functions.ts';
import { readRoles } from '../../../control/loading/read-roles.ts';
import type { RolesOfStacks } from '../../../control/loading/read-roles.ts';
import type { ServedApis } from '../../../control/served-apis.ts';
import type { TruststoreSource } from '../../../control/domains/mutual-tls.ts';
import { Faults } from '../../../core/errors.ts';
import type { ResolvedStack, UnsupportedItem } from '../../../core/stack/model.ts';
import type { StoredValues } from '../../../core/stack/stored-values.ts';
import { loadStacks } from '../../../templates/load.ts';
import type { GatewayOptions } from '../../gateway.ts';
import { typesOf } from '../services/catalogue.ts';
import type { Parts } from '../parts.ts';
import { readValues } from '../state/values.ts';

/** The results of the steps of one load. Each step can use the results of the steps before it. */
export type Reading = {
  readonly sources: readonly string[];
  readonly isReload: boolean;
  readonly stacks: readonly ResolvedStack[];
  readonly faults: Faults;
  readonly values: Awaited<ReturnType<typeof readValues>>;
  readonly apis: ReturnType<ServedApis['prepare']>;
  /** The roles of the stacks; undefined means that roles are not enforced. */
  readonly roles: RolesOfStacks | undefined;
  /** The roles and the users of the stacks. They are known even if roles are not enforced. */
  readonly declared: RolesOfStacks;
  /** Parts that are declared but not enforced; the loading steps add to this list. */
  readonly notEnforced: UnsupportedItem[];
};

export async function readSources(
  named: Pick<Reading, 'sources'> & { readonly companions: readonly string[] },
  parts: Parts,
  isReload: boolean,
): Promise<Reading> {
  const { options, served, signIn } = parts;
  const faults = new Faults(options.allowUnguarded === true);
  const values = await readValues(options);
  const { generated } = parts.values;
  const { companions } = named;
  const sources = [...named.sources, ...companions];
  const stacks = await loadStacks(sources, {
    ...options,
    companions,
    signal: parts.closing.signal,
    types: typesOf(options),
    tolerance: faults,
    stored: { ...values.stored, generatedSecret: (owner, spec) => generated.textOf(owner, spec) },
    cacheFolder: options.cacheFolder ?? join(ownFolderOf(options.directory), 'cache', 'services'),
  });
  // The sign-in opens in the background while the remaining sources are read.
  signIn.expect(stacks);
  const apis = served.prepare(stacks, faults, truststoresOf(values.stored, options));
  const roles = options.roles === true ? readRoles(stacks, faults) : undefined;
  const declared = roles ?? readRoles(stacks, new Faults(true));
  const notEnforced = [
    ...apis.unsupported,
    ...(roles?.unsupported ?? []),
    ...findPowerlessRoles(stacks, declared.byArn, roles !== undefined),
    ...findAbsentFunctions(stacks),
  ];
  return {
    sources,
    isReload,
    stacks,
    faults,
    values,
    apis,
    roles,
    declared,
    notEnforced,
  };
}

function truststoresOf(stored: StoredValues, { tls = false }: GatewayOptions): TruststoreSource {
  return { readObject: (address) => stored.object(address), file: stored.file, servesTls: tls };
}
