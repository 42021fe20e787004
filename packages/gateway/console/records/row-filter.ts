/** The filter of the list of requests. The gateway applies it to stored rows, and `requests --follow` to new ones. */
import { matcherOf, parseTrafficQuery, readStatus } from './traffic-query.ts';
import type { RequestRow } from './model.ts';

export type RowFilter = {
  /** A search in the language of the console's Traffic: words, and terms such as `customer:acme`. */
  readonly search?: string | undefined;
  readonly route?: string | undefined;
  /** The status to search for, such as `404` or `4xx`. */
  readonly status?: string | undefined;
};

/** Returns a function that tests whether a row matches the filter. */
export function filterRows({ search = '', route, status }: RowFilter): (row: RequestRow) => boolean {
  const isFound = matcherOf(parseTrafficQuery(search));
  const wanted = route?.toLowerCase();
  const hasStatus = status === undefined ? undefined : (readStatus(status) ?? (() => false));
  return (row) =>
    hasStatus?.(row) !== false &&
    (wanted === undefined ||
      `${row.routeKey ?? ''} ${row.method} ${row.target}`.toLowerCase().includes(wanted)) &&
    isFound(row);
}
