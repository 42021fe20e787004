/** Counts the recorded requests of a customer that were refused, by status and reason. */
import type { RequestRow } from '../../records/model.ts';

type Refusal = {
  readonly status: number;
  readonly reason: string;
  readonly count: number;
  readonly lastEpochMs: number;
};

type Row = Pick<RequestRow, 'status' | 'customer' | 'code' | 'notes' | 'atEpochMs' | 'standsFor'>;

/** @param rows newest first @returns the most frequent first */
export function countRefusals(rows: readonly Row[], customer: string): readonly Refusal[] {
  const refused = rows.filter(
    (row) => row.customer === customer && row.code !== undefined && row.status >= 400 && row.status < 500,
  );
  const groups = Map.groupBy(refused, ({ status, notes }) => `${status} ${notes[0] ?? ''}`);
  return [...groups.values()]
    .flatMap(([newest, ...others]): Refusal[] => {
      if (newest === undefined) return [];
      const { status, notes, atEpochMs, code = '' } = newest;
      const count = [newest, ...others].reduce((sum, { standsFor }) => sum + standsFor, 0);
      return [{ status, reason: notes[0] ?? code, count, lastEpochMs: atEpochMs }];
    })
    .toSorted((a, b) => b.count - a.count);
}
