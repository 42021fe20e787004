/** Changes to a table, as the store reports them: each has a higher number than the one before it. */
import type { TableChange } from '../../packages/gateway/dynamodb/stream-record.ts';

let number = 0;

export function aTableChange(
  change: Partial<TableChange> & Pick<TableChange, 'table'>,
  at = Date.UTC(2026, 0, 1),
): TableChange {
  number += 1;
  return {
    keys: {},
    before: undefined,
    after: undefined,
    isExpiry: false,
    id: `id-${number}`,
    sequence: `400000${String(number).padStart(17, '0')}`,
    at,
    size: JSON.stringify(change).length,
    bytes: { keys: 0, before: 0, after: 0 },
    streamArn: undefined,
    ...change,
  };
}
