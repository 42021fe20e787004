/**
 * The purposes of writes, by the items that they may concern. Purposes are only read in metrics and traces, so only a
 * table that looks at every write notices a wrong one.
 */
import type { ItemWrite } from '#shared/table/item-write.ts';

type Purpose = ItemWrite['purpose'];

/** The beginnings of partition keys. Only the ledgers of quotas and the partitions of plans have many purposes. */
const PURPOSES = Object.entries<readonly Purpose[]>({
  'ACCOUNT#': ['portal'],
  ALERTING: ['portal'],
  AUDIT: ['record'],
  'B#': ['breaker'],
  'C#': ['acquire', 'release'],
  DOCUMENTS: ['record'],
  'E#': ['cache'],
  'ENDPOINT#': ['endpoint'],
  'INVITE#': ['portal'],
  'K#': ['record', 'assign'],
  'KEY#': ['key'],
  'ORG#': ['portal'],
  'PLAN#': ['record', 'plan', 'assign', 'open'],
  'Q#': [
    'record',
    'assign',
    'open',
    'grant',
    'suspend',
    'return',
    'close',
    'adjust',
    'resume',
    'shard',
    'alarm',
    'track',
  ],
  'R#': ['rate'],
  REVOCATION: ['revoke'],
  'REVOKED#': ['revoke'],
  'SESSION#': ['portal'],
  'TENANT#': ['key', 'endpoint'],
  'TICKET#': ['ticket'],
  WORK: ['cache'],
  'head#': ['channel', 'presence'],
  'L#': ['cache'],
  'live#': ['presence'],
  'log#': ['channel'],
  'rate#': ['channel'],
});

/** @throws Error if a write concerns an item that nothing with its purpose concerns */
export function assertPurpose({ purpose, key: { pk } }: ItemWrite): void {
  const [beginning, expected] = PURPOSES.find(([start]) => pk.startsWith(start)) ?? [];
  if (expected !== undefined && !expected.includes(purpose))
    throw new Error(
      `a write of ${pk} has the purpose ${purpose}; expected ${expected.join(', ')} for keys that begin with ${beginning ?? ''} (test/support/write-purposes.ts)`,
    );
}
