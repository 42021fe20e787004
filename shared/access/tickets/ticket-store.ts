import type { ItemStore, TicketStore } from '../../ports.ts';
import type { Item } from '../../table/item-write.ts';
import { accessTableSilent } from '../access-item.ts';
import { parseCaller, ticketKey } from './ticket.ts';
import type { TicketOutcome } from './ticket.ts';

/**
 * Time for which a ticket is stored after it expires, so that a caller who uses it late is told that it has expired.
 */
const REMEMBERED_SECONDS = 3600;

export function createTicketStore(store: ItemStore): TicketStore {
  return {
    async put(hash, { document, caller, notAfterEpochSeconds }) {
      const item = {
        document,
        caller: JSON.stringify(caller),
        notAfter: notAfterEpochSeconds,
        expiresAt: notAfterEpochSeconds + REMEMBERED_SECONDS,
      };
      // The write is not repeated. If the response is lost, the caller gets no ticket, and the unused item does no
      // harm.
      const outcome = await store.update({
        purpose: 'ticket',
        key: ticketKey(hash),
        when: [{ attribute: 'document', is: 'absent' }],
        change: { kind: 'put', item },
      });
      if (outcome.kind !== 'done') throw accessTableSilent();
    },
    async take(hash, { document, nowEpochSeconds }) {
      const now = Math.floor(nowEpochSeconds);
      // This is one conditional write, which is never repeated. If its response is lost, the ticket may already be used
      // up.
      const outcome = await store.update({
        purpose: 'ticket',
        key: ticketKey(hash),
        when: [
          { attribute: 'document', is: 'equal', value: document },
          { attribute: 'notAfter', is: 'at-least', value: now + 1 },
          { attribute: 'usedAt', is: 'absent' },
        ],
        change: { kind: 'update', set: { usedAt: now } },
      });
      if (outcome.kind === 'done') return { kind: 'taken', caller: parseCaller(outcome.item) };
      if (outcome.kind === 'refused') return { kind: refusalOf(outcome.item, document) };
      throw accessTableSilent();
    },
  };
}

function refusalOf(item: Item | undefined, document: string): Exclude<TicketOutcome['kind'], 'taken'> {
  if (item === undefined) return 'unknown';
  if (item['document'] !== document) return 'foreign';
  return 'usedAt' in item ? 'used' : 'expired';
}
