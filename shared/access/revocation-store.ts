/** Revocations of a table, as authorizers read them: one round trip, whatever is asked for. */
import { DomainError } from '../errors.ts';
import type { ItemStore, RevocationReader } from '../ports.ts';
import { revocationKey } from './revocation.ts';
import type { RevocationTarget } from './revocation.ts';

/** The store's client repeats nothing, for the sake of writes; a read may be lost and asked again. */
const READ_ATTEMPTS = 2;

export function createRevocationReader(store: ItemStore): RevocationReader {
  return { revokedUntil: (targets) => Promise.all(targets.map((target) => readOne(store, target))) };
}

async function readOne(store: ItemStore, target: RevocationTarget): Promise<number | undefined> {
  for (let attempt = 1; attempt <= READ_ATTEMPTS; attempt += 1) {
    // Consistent: what was revoked a moment ago must not come back through a lagging replica.
    const outcome = await store.read(revocationKey(target), { consistent: true });
    if (outcome.kind === 'unavailable') continue;
    const until = outcome.item?.['until'];
    return typeof until === 'number' ? until : undefined;
  }
  throw new DomainError('STORE_UNAVAILABLE', 'the access table did not answer');
}
