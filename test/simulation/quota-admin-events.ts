/**
 * What an operator does in the meantime: top-ups, decreases, resets, suspensions, new plans, over the same bad network.
 */
import type { ItemStore } from '#shared/ports.ts';
import type { Item, ItemKey } from '#shared/table/item-write.ts';
import { SHARD } from './ledger-judge.ts';
import type { Setting } from './quota-setting.ts';
import type { Shipped } from './shipped.ts';
import { START_MS } from './world.ts';
import type { World } from './world.ts';

type Administered = {
  readonly world: World;
  readonly table: ItemStore;
  readonly shipped: Shipped;
  readonly items: ReadonlyMap<string, Item>;
  readonly setting: Setting;
  readonly savePlan: (version: number) => Promise<void>;
};

export function administer(at: Administered): void {
  const { world, setting, savePlan } = at;
  const { chance } = world;
  const randomTime = (): number => chance.between(START_MS, setting.endMs);
  if (chance.chance(0.3))
    world.at(randomTime(), () => {
      world.note(() => 'the plan changes');
      void savePlan(2);
    });
  const acts = chance.chance(0.4) ? chance.whole(1, 3) : 0;
  for (let index = 0; index < acts; index += 1) world.at(randomTime(), () => act(at, `op-${index}`));
}

function act(at: Administered, operationId: string): void {
  const { world, table, shipped } = at;
  const key = pickLedger(at);
  if (key === undefined) return;
  const { chance } = world;
  const item = at.items.get(`${key.pk}\n${key.sk}`);
  const kind = chance.pick(['top-up', 'top-up', 'decrease', 'reset', 'suspend', 'close']);
  world.note(() => `operator: ${kind} of ${key.pk} ${key.sk}`);
  switch (kind) {
    case 'suspend':
      void suspend(at, key, operationId);
      return;
    case 'close':
      void table.update(shipped.closeWrite(key, world.nowMs));
      return;
    default: {
      const reset = Number(item?.['lim'] ?? 0) - Number(item?.['rem'] ?? 0);
      const units = { 'top-up': chance.whole(1, 30), decrease: -chance.whole(1, 30), reset }[kind] ?? 0;
      // An operator who gets no answer sends the same operation again, sometimes much later.
      const sends = chance.whole(1, 3);
      for (let index = 0; index < sends; index += 1)
        world.at(world.nowMs + index * chance.skewed(1, 5000), () => {
          void table.transact(shipped.adjustWrites(key, { operationId, kind, units }, world.nowMs));
        });
    }
  }
}

/** Head and ledger, as `quota-admin` does it, until the period is over or long after. */
async function suspend(at: Administered, { pk }: ItemKey, operationId: string): Promise<void> {
  const { world, table, shipped, items } = at;
  const { chance } = world;
  const random = { hex: (digits: number) => chance.hex(digits), fraction: () => chance.fraction() };
  const timer = {
    pause: (ms: number) => new Promise<void>((resolve) => world.at(world.nowMs + ms, resolve)),
  };
  const ports = { store: table, listing: shipped.createMemoryListing(items), random, timer };
  const [, tenant = '', limit = '', subject = ''] = pk.split('#');
  const key = subject === '' ? undefined : subject;
  const question = { tenant, limit, key, route: undefined, periodEpochMs: undefined };
  const requested = (id: string) => ({ operationId: id, by: 'operator', atEpochMs: Math.floor(world.nowMs) });
  // Refused if the period is closed: then there is nothing to suspend.
  const done = await shipped.suspend(ports, requested(operationId), question).catch(() => undefined);
  if (done === undefined) return;
  world.at(world.nowMs + chance.skewed(100, 40_000), () => {
    const resumed = shipped.resume(ports, requested(`${operationId}-end`), question);
    resumed.catch((error: unknown) => world.note(() => `not resumed: ${String(error)}`));
  });
}

function pickLedger({ items, world }: Administered): ItemKey | undefined {
  const names = [...items.keys()].filter((name) => name.includes('\nP#') && !SHARD.test(name));
  const name = names[world.chance.whole(0, names.length - 1)];
  const [pk = '', sk = ''] = name?.split('\n') ?? [];
  return name === undefined ? undefined : { pk, sk };
}
