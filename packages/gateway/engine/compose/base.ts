/**
 * Opens the parts that every run has, before any stack is loaded: options, clock, identities, records, APIs and
 * connections.
 */
import { Account } from '../../control/account.ts';
import { CallJournal } from '../../control/call-journal.ts';
import { ServedApis } from '../../control/served-apis.ts';
import { Connections } from '../../core/websocket/connections.ts';
import { makeControlSecret } from '../../kernel/files/identity-file.ts';
import { makeOwnFolder } from '../../kernel/files/own-folder.ts';
import { createSystemRandom } from '../../server/adapters/random.ts';
import { createSystemClock } from '../../server/adapters/system-clock.ts';
import { startSweeping } from '../../server/websocket-frames.ts';
import type { Clock } from '../../core/ports.ts';
import type { GatewayOptions } from '../gateway.ts';
import type { Closing } from './closing.ts';
import { typesOf } from './services/catalogue.ts';
import { openPageKey, openRecords } from './control-port/console.ts';
import { openLoop } from './loop.ts';
import type { Parts } from './parts.ts';
import { openReloads } from './loading/reloads.ts';
import { openIdentities } from './services/rights.ts';

export type Base = Pick<
  Parts,
  | 'options'
  | 'name'
  | 'history'
  | 'clock'
  | 'random'
  | 'identities'
  | 'functionIdentities'
  | 'stackUsers'
  | 'sessions'
  | 'records'
  | 'reloads'
  | 'journal'
  | 'served'
  | 'management'
  | 'controlSecret'
  | 'pageKey'
  | 'closing'
>;

export async function openBase(given: GatewayOptions, closing: Closing): Promise<Base> {
  const clock = createSystemClock();
  const { options, history, name } = await openLoop(given, clock);
  const random = createSystemRandom();
  // The folder is created and checked first, because nothing may be written to a folder that other users can write to.
  await makeOwnFolder(options.directory);
  const { identities, functionIdentities, stackUsers, sessions } = await openIdentities(options, clock);
  const journal = new CallJournal(clock, random);
  const served = new ServedApis(openAccount(options, journal.clock));
  const records = openRecords(options, clock, served);
  const reloads = openReloads(options, clock, records);
  const connections = new Connections(clock, options.assumptions);
  closing.add(startSweeping(connections));
  return {
    options,
    name,
    history,
    clock,
    random,
    identities,
    functionIdentities,
    stackUsers,
    sessions,
    records,
    reloads,
    journal,
    served,
    management: { clock, random, connections, identities, records },
    controlSecret: makeControlSecret(),
    pageKey: openPageKey(options),
    closing,
  };
}

/** Opens the state of keys, plans, stages and caches, within the limits of this run. */
export function openAccount(options: GatewayOptions, clock: Clock): Account {
  const {
    accountQuotas: quotas,
    region,
    usageLagMs,
    assumptions,
    vpcEndpoints,
    cacheMemoryBytes,
    accountThrottle,
    roles: needsPermissions,
  } = options;
  const types = typesOf(options);
  return new Account({
    clock,
    isThrottled: accountThrottle,
    region,
    quotas,
    usageLagMs,
    assumptions,
    vpcEndpoints,
    needsPermissions,
    cacheMemoryBytes,
    isServedType: (type) => types.classOf(type) !== undefined,
  });
}
