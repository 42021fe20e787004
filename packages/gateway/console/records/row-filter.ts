/** The filter of the list of requests. The gateway applies it to stored rows, and `requests --follow` to new ones. */
import type { RequestRow } from './model.ts';

export type RowFilter = {
  /** A text that occurs in the method, target, route, caller, id, status, error code or notes, which name the reason. */
  readonly search?: string | undefined;
  readonly route?: string | undefined;
  /** The status to search for, such as `404` or `4xx`. */
  readonly status?: string | undefined;
};

export function matchesFilter(row: RequestRow, { search, route, status }: RowFilter): boolean {
  if (status !== undefined && !isStatus(row.status, status)) return false;
  if (
    route !== undefined &&
    !`${row.routeKey ?? ''} ${row.method} ${row.target}`.toLowerCase().includes(route.toLowerCase())
  )
    return false;
  if (search === undefined || search === '') return true;
  const text = `${row.method} ${row.target} ${row.routeKey ?? ''} ${row.caller ?? ''} ${row.id} ${row.status} ${row.code ?? ''} ${row.notes.join(' ')}`;
  return text.toLowerCase().includes(search.toLowerCase());
}

function isStatus(status: number, wanted: string): boolean {
  const digits = /^([1-5])xx$/i.exec(wanted)?.[1];
  return digits === undefined ? String(status) === wanted : String(status).startsWith(digits) && status < 600;
}
