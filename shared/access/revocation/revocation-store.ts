import type { ItemStore, RevocationReader } from '../../ports.ts';
import { readAccessItem } from '../access-item.ts';
import { revocationKey } from './revocation.ts';
import type { RevocationTarget } from './revocation.ts';

export function createRevocationReader(store: ItemStore): RevocationReader {
  return { revokedUntil: (targets) => Promise.all(targets.map((target) => readOne(store, target))) };
}

async function readOne(store: ItemStore, target: RevocationTarget): Promise<number | undefined> {
  const until = (await readAccessItem(store, revocationKey(target)))?.['until'];
  return typeof until === 'number' ? until : undefined;
}
