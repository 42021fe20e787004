/** Why requests of a customer are refused: what refuses them now, and the recorded requests that were refused. */
import { PERIOD_IS_CLOSED } from '@gatewright/aws/access-decision';
import type { ShownCustomer } from '../../endpoints/customer-model.ts';
import type { RequestRow } from '../../records/model.ts';

type Refusal = {
  /** `status` is undefined for messages of WebSocket APIs, which have no status. */
  readonly status: number | undefined;
  readonly reason: string;
  readonly count: number;
  readonly lastEpochMs: number;
};

type Row = Pick<
  RequestRow,
  'kind' | 'status' | 'customer' | 'code' | 'reason' | 'notes' | 'atEpochMs' | 'standsFor'
>;

/**
 * Says what refuses requests of the customer now.
 * @param printInstant prints an instant of ISO 8601
 */
export function describeRefusing(
  { state, uses }: Pick<ShownCustomer, 'state' | 'uses'>,
  printInstant: (instant: string) => string,
): readonly string[] {
  if (state === 'suspended' || state === 'closed')
    return [`All requests get 403, because the customer is ${state}.`];
  return uses
    .filter(({ refuses }) => refuses === true)
    .map(({ limit, key, route, state: ofLimit, counted, allowance, periodEnd }) => {
      const what = [limit, key && `key ${key}`, route].filter((part) => part !== undefined).join(', ');
      if (ofLimit === 'suspended') return `${what}: the limit is suspended.`;
      const why =
        ofLimit === 'closed'
          ? PERIOD_IS_CLOSED
          : `used up, ${counted.toLocaleString('en-US')} of ${allowance.toLocaleString('en-US')}`;
      const until = periodEnd === undefined ? '' : `; requests are refused until ${printInstant(periodEnd)}`;
      return `${what}: ${why}${until}.`;
    });
}

/**
 * Counts the recorded requests of a customer that were refused, by status and reason.
 * @param rows newest first
 * @returns the most frequent first
 */
export function countRefusals(rows: readonly Row[], customer: string): readonly Refusal[] {
  const refused = rows.filter(
    (row) =>
      row.customer === customer &&
      (row.code ?? row.reason) !== undefined &&
      (row.kind === 'message' ? row.reason !== 'quota unavailable' : row.status >= 400 && row.status < 500),
  );
  const statusOf = ({ kind, status }: Row): number | undefined => (kind === 'message' ? undefined : status);
  const groups = Map.groupBy(refused, (row) => `${statusOf(row)} ${row.notes[0] ?? ''}`);
  return [...groups.values()]
    .flatMap(([newest, ...others]): Refusal[] => {
      if (newest === undefined) return [];
      const { notes, atEpochMs, code = '' } = newest;
      const count = [newest, ...others].reduce((sum, { standsFor }) => sum + standsFor, 0);
      return [{ status: statusOf(newest), reason: notes[0] ?? code, count, lastEpochMs: atEpochMs }];
    })
    .toSorted((a, b) => b.count - a.count);
}
