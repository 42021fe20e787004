/**
 * Announces to processes that a customer's record has changed. The announcement (`news`) is an attribute of the
 * customer's ledgers, which processes write and read anyway: to get units, and once a second while they refuse
 * requests. So it costs no additional call. It only makes a process read the record again; what is admitted does not
 * depend on it.
 */
import type { ItemStore } from '../../ports.ts';
import type { Item, ItemKey, ItemWrite } from '../../table/item-write.ts';

/** Attribute of a ledger: the version of the customer's record when it was announced. */
const NEWS = 'cv';

/** Returns the write that announces a version of the record on one ledger. A later version is not replaced. */
export function newsWrite(ledger: ItemKey, version: number): ItemWrite {
  return {
    purpose: 'assign',
    key: ledger,
    when: [
      { attribute: 'rem', is: 'present' },
      { attribute: NEWS, is: 'absent-or-below', value: version },
    ],
    change: { kind: 'update', set: { [NEWS]: version } },
  };
}

/** Called when a response shows that the customer of a ledger's partition has a record of at least this version. */
type Hear = (partition: string, version: number) => void;

/** Wraps a store so that announcements in any of its responses are noticed. */
export function hearNews(store: ItemStore, hear: Hear): ItemStore {
  const note = (key: ItemKey, item: Item | undefined): void => {
    const version = item?.[NEWS];
    if (typeof version === 'number') hear(key.pk, version);
  };
  return {
    async read(key, options) {
      const outcome = await store.read(key, options);
      if (outcome.kind === 'done') note(key, outcome.item);
      return outcome;
    },
    async update(write) {
      const outcome = await store.update(write);
      if ('item' in outcome) note(write.key, outcome.item);
      return outcome;
    },
    async transact(writes) {
      const outcome = await store.transact(writes);
      if (outcome.kind === 'refused')
        for (const [at, member] of outcome.members.entries()) {
          const key = writes[at]?.key;
          if (!member.holds && key !== undefined) note(key, member.item);
        }
      return outcome;
    },
  };
}
