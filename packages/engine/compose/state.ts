/** `gatewright data`: the state of a start as one file, and a start as the file says. */
import { adminIdentity } from '../../core/policy/identities.ts';
import { checkCalls } from '../../control/call-journal.ts';
import { backendOf, openAccount } from './parts.ts';
import { openEdits } from './services.ts';
import type { KeptKey } from '../../cognito/issuer.ts';
import { ServedApis } from '../../control/served-apis.ts';
import { type ControlReply, type ControlRequest, jsonReply } from '../../core/api-call.ts';
import { Faults, StartError, WishRefused } from '../../core/errors.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import { isAbsolute } from 'node:path';
import { type KeptUsage, readKeptUsage } from '../../core/metering/kept-usage.ts';
import { readStateFile, StateFileError, writeStateFile } from '../../kernel/files/state-file.ts';
import type { MoreEndpoints } from '../../server/control-port/local-endpoints.ts';
import type { Parts } from './parts.ts';
import type { AwsService } from '../../kernel/calls/aws-call.ts';
import type { DynamoDbTarget } from '../../services/tables/create-tables.ts';

type SavedUsage = { readonly planId: string; readonly keyId: string; readonly usage: KeptUsage };

/** Beyond it the clock refuses; a hundred years, as of `gatewright clock`. */
const MAX_OFFSET_MS = 100 * 365 * 24 * 3_600_000;

export function openStateApi(parts: Parts): MoreEndpoints {
  return async (request, path) => {
    const run = RUNS.get(`${request.method} ${path}`);
    if (run === undefined) return undefined;
    const file = readFileName(request);
    if (file === undefined) return jsonReply(400, { message: 'Wanted: {"file": an absolute path}' });
    try {
      return jsonReply(200, await parts.journal.inTurn(() => run(file, parts)));
    } catch (error) {
      return refuse(error);
    }
  };
}

const RUNS = new Map([
  ['POST data/save', save],
  ['POST data/load', load],
]);

function refuse(error: unknown): ControlReply {
  if (error instanceof StateFileError || error instanceof WishRefused || error instanceof StartError)
    return jsonReply(409, { message: error.message });
  throw error;
}

function readFileName({ body }: ControlRequest): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    const file = isJsonObject(value) ? value['file'] : undefined;
    return typeof file === 'string' && isAbsolute(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

async function save(file: string, parts: Parts): Promise<object> {
  const { journal, clock, signIn } = parts;
  const { calls } = journal;
  if (calls === undefined)
    throw new StateFileError(
      'more calls have changed APIs, keys and plans than are kept; they cannot be saved',
    );
  const target = targetOf(parts);
  const { saveTables } = await import('../../services/tables/saved-tables.ts');
  const tables = target === undefined ? [] : await saveTables(target);
  const { issuer, pools } = await signIn.open();
  const { printPools } = await import('../../cognito/user-files.ts');
  const state = {
    clockOffsetMs: clock.offsetMs(),
    issuerKeys: issuer.keptKeys,
    pools: printPools(pools.kept),
    calls,
    usage: usageOf(parts),
    tables,
  };
  const bytes = await writeStateFile(file, state);
  return { file, bytes, ...count(tables, calls) };
}

/** Everything is looked at, and the calls are tried where nobody sees them, before the first thing is done. */
async function load(file: string, parts: Parts): Promise<object> {
  const { journal, clock, signIn, options } = parts;
  if (journal.calls?.length !== 0)
    throw new StateFileError(
      'this gateway has APIs, keys or plans by calls already; start it anew, then load',
    );
  const state = await readStateFile(file);
  const calls = checkCalls(state['calls']);
  const { checkTables, loadTables, refuseOtherKeys } = await import('../../services/tables/saved-tables.ts');
  const tables = checkTables(state['tables']);
  const issuerKeys = await checkKeys(state['issuerKeys']);
  const usage = checkUsage(state['usage']);
  const { parsePools } = await import('../../cognito/user-files.ts');
  const pools = parsePools(state['pools']);
  if (pools === undefined) throw new StateFileError('its users are none');
  const { clockOffsetMs } = state;
  if (typeof clockOffsetMs !== 'number' || !(Math.abs(clockOffsetMs) <= MAX_OFFSET_MS))
    throw new StateFileError('its clock is none');
  const target = targetOf(parts);
  if (target === undefined && tables.length > 0)
    throw new StateFileError('it has tables, and this gateway keeps none of its own');
  if (target !== undefined) await refuseOtherKeys(target, tables);
  const admin = adminIdentity(options.adminKey, options.accountId);
  await journal.replay(calls, trialOf(parts), admin, false);
  const local = await signIn.open();

  if (target !== undefined) await loadTables(target, tables);
  if (options.dynamodb.kind !== 'url') clock.reset();
  if (options.dynamodb.kind !== 'url') clock.shift(clockOffsetMs);
  local.issuer.adopt(issuerKeys);
  local.pools.restore(pools);
  await journal.replay(calls, openEdits(parts, parts.served), admin, true);
  return { file, ...count(tables, calls), left: adoptUsage(usage, parts) };
}

/** The stacks as they are, in an account of its own: what calls do there, nobody sees. */
function trialOf(parts: Parts): AwsService {
  const { served, journal, options } = parts;
  const trial = new ServedApis(openAccount(options, journal.clock));
  const faults = new Faults(options.allowUnguarded === true);
  trial.prepare(served.stacks, faults).serve();
  return openEdits(parts, trial, { ...parts.at, log: { write: () => undefined } });
}

/** The embedded DynamoDB; somebody else's tables are theirs. */
function targetOf({ options, store }: Parts): DynamoDbTarget | undefined {
  const backend = options.dynamodb.kind === 'embedded' ? backendOf(options, store) : undefined;
  return backend && { region: options.region, ...backend };
}

function usageOf({ served: { account } }: Parts): SavedUsage[] {
  return account.plans.all.flatMap(({ id }) =>
    account.plans.keysOf(id).map(({ keyId, usage }) => ({ planId: id, keyId, usage: usage.keep() })),
  );
}

async function checkKeys(value: unknown): Promise<readonly KeptKey[]> {
  const { parseIssuerKeys } = await import('../../cognito/issuer-key-file.ts');
  try {
    const keys = parseIssuerKeys(value);
    if (keys.length > 0) return keys;
  } catch {
    // Whatever is wrong with them.
  }
  throw new StateFileError('its issuer has no key');
}

function checkUsage(value: unknown): readonly SavedUsage[] {
  if (!Array.isArray(value)) throw new StateFileError('its usage is no list');
  return value.map((one: unknown) => {
    const { planId, keyId, usage } = isJsonObject(one) ? one : {};
    const kept = readKeptUsage(usage);
    if (typeof planId !== 'string' || typeof keyId !== 'string' || kept === undefined)
      throw new StateFileError('its usage is none');
    return { planId, keyId, usage: kept };
  });
}

/** @returns what has no place here any more */
function adoptUsage(usage: readonly SavedUsage[], { served: { account } }: Parts): string[] {
  return usage.flatMap(({ planId, keyId, usage: kept }) => {
    const member = account.plans.findKey(planId, keyId);
    member?.usage.adopt(kept);
    return member === undefined ? [`usage of key ${keyId} in plan ${planId}: it is not there`] : [];
  });
}

function count(tables: readonly { readonly items: readonly unknown[] }[], calls: readonly unknown[]): object {
  const items = tables.reduce((sum, table) => sum + table.items.length, 0);
  return { tables: tables.length, items, calls: calls.length };
}
