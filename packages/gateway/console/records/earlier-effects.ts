/**
 * A request that reads what another request caused, such as the number of failed orders, shows nothing of a fault by
 * itself. Its explanation names the earlier request of the API whose events went another way than its author meant.
 */
import { explainDeliveries } from '../explain/explain-deliveries.ts';
import { SURPRISE_KINDS } from '../surprises/kinds.ts';
import type { RequestDetail, RequestRow } from './model.ts';

type Records = {
  rows(query: { readonly before: number; readonly limit: number }): readonly RequestRow[];
  detail(id: string): RequestDetail | undefined;
};

const MOST_SEARCHED = 20;
const WITHIN_MS = 10 * 60_000;
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Surprises that say nothing about the values in a reply. */
const OF_FORM = new Set(SURPRISE_KINDS.flatMap(({ code, isMinor }) => (isMinor === true ? [code] : [])));

/** Adds what an earlier request caused to the story of a GET request that succeeded and whose values nothing explains. */
export function withEarlierEffects(detail: RequestDetail, records: Records): RequestDetail {
  const { kind, method, status, story, apiId, atEpochMs, sequence, surprises } = detail;
  if (kind !== 'request' || method !== 'GET' || status >= 300) return detail;
  if (detail.cache === 'hit' || surprises.some(({ code }) => !OF_FORM.has(code))) return detail;
  const rows = records.rows({ before: sequence, limit: MOST_SEARCHED });
  for (const row of rows) {
    if (row.kind !== 'request' || row.apiId !== apiId || READING.has(row.method)) continue;
    if (atEpochMs - row.atEpochMs > WITHIN_MS) break;
    const earlier = records.detail(row.id);
    if (earlier === undefined) continue;
    const { changes } = explainDeliveries(earlier.circumstances.deliveries ?? []);
    const [first] = earlier.story.changes;
    if (changes.length === 0 || first === undefined) continue;
    const named = `${row.method} ${earlier.circumstances.path}`;
    return {
      ...detail,
      story: {
        ...story,
        sentences: [
          ...story.sentences,
          `An earlier request of this API, ${named}, caused events that did not go as their author may expect: if this request reads their result, that may be the reason. \`gatewright explain ${row.id}\` says what happened to them.`,
        ],
        changes: [...story.changes, `For ${named}: ${first}`],
      },
    };
  }
  return detail;
}
