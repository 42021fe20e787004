/** Parts of the state file of `gatewright data`, in the order of loading. */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { SavedKey } from '../../../cognito/issuer.ts';
import { checkCalls } from '../../../control/call-journal.ts';
import { ServedApis } from '../../../control/served-apis.ts';
import { Faults } from '../../../core/errors.ts';
import { type StoredUsage, readStoredUsage } from '../../../core/metering/stored-usage.ts';
import { adminIdentity } from '../../../core/policy/identities.ts';
import type { AwsService } from '../../../kernel/calls/aws-call.ts';
import { StateFileError } from '../../../kernel/files/state-file.ts';
import type { DynamoDbTarget } from '../../../services/tables/create-tables.ts';
import { openAccount } from '../base.ts';
import { backendOf } from '../parts.ts';
import type { Parts } from '../parts.ts';
import { openEdits } from '../services/services.ts';
import { MAX_CLOCK_OFFSET_MS } from '../../../server/adapters/system-clock.ts';

type StatePart = {
  readonly key: string;
  readonly save: (parts: Parts) => unknown;
  /**
   * Checks the part's value.
   * @returns a function that loads the value, and may return messages about entries that it could not load
   * @throws StateFileError if the value is invalid, before anything has changed
   */
  readonly check: (value: unknown, parts: Parts) => Load | Promise<Load>;
};
type Load = () => unknown;

type SavedUsage = { readonly planId: string; readonly keyId: string; readonly usage: StoredUsage };

/**
 * The parts in the order of loading. Usage is loaded after the calls, because the calls create the keys and plans to
 * which the usage belongs.
 */
export const STATE_PARTS: readonly StatePart[] = [
  { key: 'tables', save: saveTables, check: checkTables },
  { key: 'clockOffsetMs', save: ({ clock }) => clock.offsetMs(), check: checkClock },
  {
    key: 'issuerKeys',
    save: async ({ signIn }) => (await signIn.open()).issuer.keptKeys,
    async check(value, { signIn }) {
      const keys = await checkKeys(value);
      const { issuer } = await signIn.open();
      return () => issuer.adopt(keys);
    },
  },
  { key: 'pools', save: savePools, check: checkPools },
  { key: 'calls', save: saveCalls, check: checkAndTryCalls },
  {
    key: 'usage',
    save: usageOf,
    check(value, parts) {
      const usage = checkUsage(value);
      return () => adoptUsage(usage, parts);
    },
  },
  {
    key: 'services',
    save: ({ events }) => events.savedStates(),
    // The value is optional, because files of earlier versions lack this part.
    check: (value = {}, { events }) => events.checkStates(value),
  },
];

async function saveTables(parts: Parts): Promise<unknown> {
  const target = targetOf(parts);
  if (target === undefined) return [];
  return (await import('../../../services/tables/saved-tables.ts')).saveTables(target);
}

async function checkTables(value: unknown, parts: Parts): Promise<Load> {
  const saved = await import('../../../services/tables/saved-tables.ts');
  const tables = saved.checkTables(value);
  const target = targetOf(parts);
  if (target === undefined && tables.length > 0)
    throw new StateFileError(
      'the file has tables, but this gateway has no tables of its own; start without --dynamodb URL to load the file',
    );
  if (target === undefined) return () => undefined;
  await saved.refuseOtherKeys(target, tables);
  return () => saved.loadTables(target, tables);
}

function checkClock(offsetMs: unknown, { options, clock }: Parts): Load {
  if (typeof offsetMs !== 'number' || !(Math.abs(offsetMs) <= MAX_CLOCK_OFFSET_MS))
    throw new StateFileError(
      `the clock in the file is ${offsetMs === undefined ? 'missing' : JSON.stringify(offsetMs)}; expected the offset of the clock in milliseconds, at most ${MAX_CLOCK_OFFSET_MS} forward or back`,
    );
  return () => {
    if (options.dynamodb.kind === 'url') return;
    clock.reset();
    clock.shift(offsetMs);
  };
}

async function savePools({ signIn }: Parts): Promise<unknown> {
  const { printPools } = await import('../../../cognito/user-files.ts');
  return printPools((await signIn.open()).pools.kept);
}

async function checkPools(value: unknown, { signIn }: Parts): Promise<Load> {
  const { parsePools } = await import('../../../cognito/user-files.ts');
  const kept = parsePools(value);
  if (kept === undefined) throw new StateFileError('the users in the file are invalid; save the data again');
  const { pools } = await signIn.open();
  return () => pools.restore(kept);
}

function saveCalls({ journal: { calls } }: Parts): unknown {
  if (calls === undefined)
    throw new StateFileError(
      'more calls changed APIs, keys and plans than the gateway can keep, so they cannot be saved',
    );
  return calls;
}

async function checkAndTryCalls(value: unknown, parts: Parts): Promise<Load> {
  const { journal, options, served } = parts;
  const calls = checkCalls(value);
  const admin = adminIdentity(options.adminKey, options.accountId);
  await journal.replay(calls, sandboxOf(parts), admin, false);
  return () => journal.replay(calls, openEdits(parts, served), admin, true);
}

/** Opens a copy of the current stacks in a separate account. Calls to the copy do not affect the running gateway. */
function sandboxOf(parts: Parts): AwsService {
  const { served, journal, options } = parts;
  const trial = new ServedApis(openAccount(options, journal.clock));
  const faults = new Faults(options.allowUnguarded === true);
  trial.prepare(served.stacks, faults).serve();
  return openEdits(parts, trial, { ...parts.at, log: { write: () => undefined } });
}

/**
 * Returns the embedded DynamoDB; undefined if there is none. Tables at the user's endpoint are not saved.
 */
function targetOf({ options, store }: Parts): DynamoDbTarget | undefined {
  const backend = options.dynamodb.kind === 'embedded' ? backendOf(options, store) : undefined;
  return backend && { region: options.region, ...backend };
}

function usageOf({ served: { account } }: Parts): SavedUsage[] {
  return account.plans.all.flatMap(({ id }) =>
    account.plans.keysOf(id).map(({ keyId, usage }) => ({ planId: id, keyId, usage: usage.keep() })),
  );
}

async function checkKeys(value: unknown): Promise<readonly SavedKey[]> {
  const { parseIssuerKeys } = await import('../../../cognito/issuer-key-file.ts');
  try {
    const keys = parseIssuerKeys(value);
    if (keys.length > 0) return keys;
  } catch {
    // An invalid key is reported in the same way as a missing key.
  }
  throw new StateFileError('the issuer in the file has no valid key; save the data again');
}

function checkUsage(value: unknown): readonly SavedUsage[] {
  if (!Array.isArray(value))
    throw new StateFileError('the usage in the file is not a list; save the data again');
  return value.map((one: unknown, index) => {
    const { planId, keyId, usage } = isJsonObject(one) ? one : {};
    const kept = readStoredUsage(usage);
    if (typeof planId !== 'string' || typeof keyId !== 'string' || kept === undefined)
      throw new StateFileError(`entry ${index + 1} of the usage in the file is invalid; save the data again`);
    return { planId, keyId, usage: kept };
  });
}

/**
 * Loads the usage of keys.
 * @returns messages about entries whose plan or key no longer exists
 */
function adoptUsage(usage: readonly SavedUsage[], { served: { account } }: Parts): string[] {
  return usage.flatMap(({ planId, keyId, usage: kept }) => {
    const member = account.plans.findKey(planId, keyId);
    member?.usage.adopt(kept);
    return member === undefined
      ? [
          `the usage of key ${keyId} in plan ${planId} is not loaded: this gateway has no such plan, or the plan does not have this key`,
        ]
      : [];
  });
}
