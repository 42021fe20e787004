/**
 * An access table to which documents can be published, with a clock that tests move, and stores that tests can make
 * unreachable.
 */
import { DocumentAdmin } from '#shared/access/documents/document-admin.ts';
import { toPublication } from '#shared/access/documents/publication.ts';
import type { CompiledAccess, CompiledDocument } from '#shared/access/compiled-document.ts';
import type { Item } from '#shared/table/item-write.ts';
import { createMemoryListing } from './memory-listing.ts';
import { createMemoryTable } from './memory-table.ts';

export const BY = { id: 'op-1', by: 'arn:aws:iam::123456789012:user/ada' };

/** Returns a compiled document that has only the members read by the code that stores documents and passes them on. */
export function aCompiledDocument(name: string, more: object = {}): CompiledDocument {
  const lists = { apis: [], issuers: [], sources: [], routes: [], rules: [], apiKeys: [], tickets: [] };
  return { name, kind: 'rest', ...lists, result: {}, ...more } as unknown as CompiledDocument;
}

export function aPublishedTable({
  follows = true,
  check = (): void => undefined,
}: { follows?: boolean; check?: () => void } = {}) {
  const state = { nowMs: 1_700_000_000_000, isAway: false, reads: 0 };
  const items = new Map<string, Item>();
  const clock = { nowEpochMs: () => state.nowMs };
  const table = createMemoryTable({ clock, items });
  const store: typeof table = {
    ...table,
    read(...asked) {
      state.reads += 1;
      return state.isAway ? Promise.resolve({ kind: 'unavailable', reason: 'away' }) : table.read(...asked);
    },
  };
  const admin = new DocumentAdmin({ store, listing: createMemoryListing(items), clock }, { follows, check });
  return {
    state,
    items,
    store,
    clock,
    admin,
    publish: async (access: CompiledAccess) => {
      const { checksum, parts } = toPublication(access);
      for (const [index, data] of parts.entries()) await admin.keepPart(checksum, index, data);
      return admin.publish({ checksum, parts: parts.length }, BY);
    },
  };
}
