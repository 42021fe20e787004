/**
 * Names are distinguished in every key of a table. The oracle does not know the form of a key: it compares the names
 * from which a key was built with the bytes that DynamoDB stores, which are UTF-8.
 */
import { breakerKey } from '#shared/resilience/breaker-item.ts';
import { DomainError } from '#shared/errors.ts';
import { audienceKey } from '#shared/websocket/listeners.ts';
import { checkSubject, ledgerIdOf, namesOfSubject } from '#shared/quota/plan/subject.ts';
import { customerKey } from '#shared/quota/plan/customer.ts';
import { accountKey } from '#shared/quota/ledger/shards.ts';
import { headKey, ledgerKey, planKey } from '#shared/quota/ledger/ledger.ts';
import { periodAt } from '#shared/quota/ledger/period.ts';
import { assignedKey, subjectKey } from '#shared/quota/ledger/line.ts';
import { keyPlanKey } from '#shared/quota/plan/key-plans.ts';
import type { Level } from '#shared/quota/plan/plan.ts';
import { operationKey } from '#shared/table/item-write.ts';
import type { ItemKey } from '#shared/table/item-write.ts';
import { rateKey } from '#shared/quota/holding/rate-limit.ts';
import { revocationKey, revocationsPartition } from '#shared/access/revocation/revocation.ts';
import { semaphoreKey } from '#shared/quota/holding/semaphore.ts';
import { tenantPartition } from '#shared/access/keys/api-key-record.ts';
import { MAX_NAME_LENGTH } from '#shared/table/stored-name.ts';
import { nameOf } from '#shared/websocket/connection.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { randomBadName, randomName } from '../support/random-names.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const NAMES_PER_SEED = 12;
const LEVELS: readonly Level[] = ['tenant', 'key', 'route'];
const PERIOD = periodAt(
  { length: 'DAY', timeZone: 'UTC', anchorDay: 1, anchorMinutes: 0 },
  1_900_000_000_000,
);
/** One limit has the same id on several plans and levels, which is where two ledgers may meet. */
const LIMITS = ['l', 'm'];

type Names = { readonly tenant: string; readonly key: string; readonly route: string };
type Named = { readonly of: readonly string[]; readonly key: ItemKey };

/** Returns each key that is made of these names, with the names that it must stand for. */
function keysOf({ tenant, key, route }: Names, pick: Pick): readonly Named[] {
  const level = pick.one(LEVELS);
  const limit = pick.one(LIMITS);
  const id = ledgerIdOf({ id: limit, level }, { plan: 'p', tenant, key, route });
  const subject = level === 'tenant' ? [tenant] : level === 'key' ? [tenant, key] : [tenant, key, route];
  const of = [limit, level, ...subject];
  return [
    { of: ['head', ...of], key: headKey(id) },
    { of: ['ledger', ...of], key: ledgerKey(id, PERIOD) },
    { of: ['shard', ...of], key: accountKey(id, PERIOD, 1) },
    { of: ['permits', ...of], key: semaphoreKey(id, 1) },
    { of: ['rate', ...of], key: rateKey(id) },
    { of: ['lines', level, ...subject], key: subjectKey(id, level) },
    { of: ['assigned', tenant, key], key: assignedKey(tenant, key) },
    { of: ['key plan', tenant, key], key: keyPlanKey(tenant, key) },
    { of: ['customer', tenant], key: customerKey(tenant) },
    { of: ['plan', key], key: planKey(key) },
    { of: ['operation', tenant, key], key: operationKey(customerKey(tenant).pk, key) },
    { of: ['breaker', tenant, key], key: breakerKey(tenant, key) },
    { of: ['topic', key], key: { pk: audienceKey({ topic: key }), sk: '' } },
    { of: ['caller', key], key: { pk: audienceKey({ issuer: 'main', sub: key }), sk: '' } },
    {
      of: ['connection', tenant, key, route],
      key: { pk: nameOf({ apiId: tenant, stage: key, connectionId: route }), sk: '' },
    },
    { of: ['keys of a tenant', tenant], key: { pk: tenantPartition(tenant), sk: '' } },
    { of: ['revocations', tenant], key: { pk: revocationsPartition(tenant), sk: '' } },
    { of: ['revocation', tenant, key], key: revocationKey({ issuer: tenant, kind: 'sub', value: key }) },
  ];
}

function storedAs({ pk, sk }: ItemKey): string {
  return `${Buffer.from(pk).toString('hex')}/${Buffer.from(sk).toString('hex')}`;
}

/** Whether the call refuses the names as SUBJECT_INVALID. */
function refuses(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch (error) {
    return error instanceof DomainError && error.code === 'SUBJECT_INVALID';
  }
}

function readsBack({ tenant, key, route }: Names, tally: Tally): string | undefined {
  for (const level of ['key', 'route'] as const) {
    const { subject } = ledgerIdOf({ id: 'l', level }, { plan: 'p', tenant, key, route });
    const read = namesOfSubject(level, subject);
    if (read.key !== key || (level === 'route' && read.route !== route))
      return `the ${level} ledger of ${JSON.stringify([key, route])} is read as ${JSON.stringify(read)}`;
    count(tally, 'read back');
  }
  return undefined;
}

export const tableKeys: DrawnPromise = {
  name: 'table-keys',
  says: 'no two customers, keys, routes, callers or topics share an item of a table, whatever their names are',
  few: 60,
  many: 20_000,
  meets: ['keys', 'read back', 'refused', 'with a hash', 'beyond ASCII'],
  check(seed, tally) {
    const pick = pickFrom(seed);
    const seen = new Map<string, string>();
    for (let turn = 0; turn < NAMES_PER_SEED; turn += 1) {
      const names = { tenant: randomName(pick), key: randomName(pick), route: randomName(pick) };
      if (names.key.includes('#')) count(tally, 'with a hash');
      if (/[^ -~]/.test(names.key)) count(tally, 'beyond ASCII');
      // A head start for ledgers that meet: the key of one is made of the key and the route of another.
      const joined = `${names.key}#${names.route}`;
      const pair = joined.length > MAX_NAME_LENGTH ? [names] : [names, { ...names, key: joined }];
      for (const one of pair)
        for (const { of, key } of keysOf(one, pick)) {
          count(tally, 'keys');
          const stored = storedAs(key);
          const own = JSON.stringify(of);
          const known = seen.get(stored);
          if (known !== undefined && known !== own) return `${known} and ${own} share ${JSON.stringify(key)}`;
          seen.set(stored, own);
        }
      const misread = readsBack(names, tally);
      if (misread !== undefined) return misread;
      const bad = { ...names, [pick.one(['tenant', 'key', 'route'])]: randomBadName(pick) };
      if (!refuses(() => checkSubject({ plan: 'p', ...bad })))
        return `the names ${JSON.stringify(bad)} are not refused`;
      count(tally, 'refused');
    }
    return undefined;
  },
};
