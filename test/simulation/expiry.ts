import type { Item } from '#shared/table/item-write.ts';
import { endOf } from './ledger-judge.ts';
import type { Setting } from './quota-setting.ts';
import type { World } from './world.ts';
import { START_MS } from './world.ts';

/** TTL takes ledgers away from 5 s after their period, or much later; the code keeps them longer. */
export function planExpiry(world: World, items: Map<string, Item>, { periodMs, endMs }: Setting): void {
  if (world.chance.chance(0.5)) return;
  for (let boundaryMs = START_MS; boundaryMs < endMs + periodMs; boundaryMs += periodMs)
    world.at(boundaryMs + 5000 + world.chance.between(0, 5000), () => {
      for (const [name, item] of items)
        if (/\nP#/.test(name) && endOf(item) <= boundaryMs) items.delete(name);
    });
}
