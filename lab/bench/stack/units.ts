/** Capacity units that requests consume, as the embedded DynamoDB counts them. */
import { createHash, randomBytes } from 'node:crypto';
import { createApiKeyReader } from '#shared/access/keys/api-key-store.ts';
import { apiKeyItem, printRecord } from '#shared/access/keys/api-key-record.ts';
import { createRevocationReader } from '#shared/access/revocation/revocation-store.ts';
import { createTicketStore } from '#shared/access/tickets/ticket-store.ts';
import { createDynamoDbQuotas } from '#shared/quota/dynamodb-quotas.ts';
import { PLAN } from './function-orders.ts';
import type { Units, World } from './world.ts';

export type UnitFigure = {
  readonly what: string;
  readonly units: Units;
  /** True if every request with this credential consumes the units when no result is cached. */
  readonly isAsked?: boolean;
};

/**
 * The figures for one size of lease. `lease` is the maximum number of units in a lease; undefined means that there are
 * no leases and each charge is billed exactly.
 */
export type ChargeFigure = {
  readonly lease: number | undefined;
  readonly charges: number;
  readonly units: Units;
};

const ASKED = 200;
const EXACT_CHARGES = 1_000;
/** Number of grants to measure; fewer are measured if a lease is large. */
const GRANTS = 100;
const MOST_CHARGES = 200_000;
const LEASES = [10, 100, 1_000, 10_000];
/**
 * The quota that is measured. A lease may contain at most a hundredth of the quota. With this quota, that limit is
 * higher than any of the measured leases.
 */
const QUOTA = 1_000_000_000;

export function perAnswer(before: Units, after: Units, answers: number): Units {
  return { reads: (after.reads - before.reads) / answers, writes: (after.writes - before.writes) / answers };
}

async function unitsOf(
  world: World,
  count: number,
  run: (index: number) => Promise<unknown>,
): Promise<Units> {
  const before = await world.readUnits();
  for (let index = 0; index < count; index += 1) await run(index);
  return perAnswer(before, await world.readUnits(), count);
}

/** Measures the reads of the table for each kind of credential when nothing is cached in memory. */
export async function measureCredentials(world: World): Promise<readonly UnitFigure[]> {
  const store = world.storeOf('access');
  const [keys, tickets, revocations] = [
    createApiKeyReader(store),
    createTicketStore(store),
    createRevocationReader(store),
  ];
  const nowEpochSeconds = Math.floor(Date.now() / 1000);
  await store.update({
    purpose: 'key',
    key: apiKeyItem('bench'),
    when: [],
    change: { kind: 'put', item: printRecord(aKey(nowEpochSeconds), 1) },
  });
  const target = { issuer: 'https://login.example/', value: 'somebody' };
  const caller = {
    principalId: 'local|bench',
    roles: ['support'],
    scopes: [],
    subject: 'bench',
    issuer: 'https://login.example/',
  };
  const hashes = Array.from({ length: ASKED }, () => randomBytes(32).toString('hex'));
  const put = { document: 'bench', caller, notAfterEpochSeconds: nowEpochSeconds + 60 };
  const issued = await unitsOf(world, ASKED, (index) => tickets.put(hashes[index] ?? '', put));
  return [
    { what: 'a token', units: { reads: 0, writes: 0 } },
    {
      what: 'a token with a revocation check (by id, subject and client)',
      isAsked: true,
      units: await unitsOf(world, ASKED, () =>
        revocations.revokedUntil([
          { ...target, kind: 'jti' },
          { ...target, kind: 'sub' },
          { ...target, kind: 'client' },
        ]),
      ),
    },
    { what: 'an API key', isAsked: true, units: await unitsOf(world, ASKED, () => keys.find('bench')) },
    {
      what: 'recording that an API key was used, every 10 minutes',
      units: await unitsOf(world, 1, () => keys.noteUse('bench', nowEpochSeconds)),
    },
    { what: 'issuing a ticket for a WebSocket', units: issued },
    {
      what: 'redeeming a ticket for a WebSocket',
      units: await unitsOf(world, ASKED, (index) =>
        tickets.take(hashes[index] ?? '', { document: 'bench', nowEpochSeconds }),
      ),
    },
  ];
}

function aKey(createdAtEpochSeconds: number): Parameters<typeof printRecord>[0] {
  const hash = createHash('sha256').update('key').digest('hex');
  return {
    keyId: 'bench',
    prefix: 'gw',
    tenant: 'tenant',
    roles: ['partner'],
    scopes: [],
    metadata: {},
    secrets: [{ hash, createdAtEpochSeconds }],
    createdAtEpochSeconds,
  };
}

/**
 * Measures one process that charges without a pause. The quota is so large that the run stays far from the end of the
 * quota, where leases become small.
 */
export async function measureCharges(world: World): Promise<readonly ChargeFigure[]> {
  const figures: ChargeFigure[] = [];
  for (const lease of [undefined, ...LEASES]) {
    const id = lease === undefined ? PLAN : `${PLAN}-${lease}`;
    const limit = { id: 'monthly', level: 'key', quota: QUOTA, period: 'MONTH' };
    const billing =
      lease === undefined
        ? { billing: 'exact' }
        : { billing: 'leased', lease: { max: lease, seconds: 3_600 } };
    const quotas = createDynamoDbQuotas({
      tableName: 'usage',
      timeoutMs: 5_000,
      load: world.load,
      plans: [{ id, version: 1, limits: [{ ...limit, ...billing }] }],
    });
    const charges = lease === undefined ? EXACT_CHARGES : Math.min(lease * GRANTS, MOST_CHARGES);
    const units = await unitsOf(world, charges, async () => {
      const { allowed } = await quotas.consume({
        plan: id,
        // Each plan has its own tenant, because a period in progress keeps the plan with which it was opened.
        tenant: id,
        key: 'key',
        atEpochMs: Date.now(),
      });
      if (!allowed)
        throw new Error(`a charge to the tenant ${id} was refused, so its units cannot be counted`);
    });
    figures.push({ lease, charges, units });
    await quotas.flush();
  }
  return figures;
}
