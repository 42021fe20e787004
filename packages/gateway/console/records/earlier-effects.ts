/**
 * Finds the earlier request that explains what a GET request returned. A request that reads what another request
 * caused, such as the number of failed orders, does not show a fault itself. Its explanation names the earlier request
 * of the API whose events were not handled as the author meant.
 */
import { explainDeliveries } from '../explain/explain-deliveries.ts';
import { SURPRISE_KINDS } from '../surprises/kinds.ts';
import type { RequestDetail, RequestRow } from './model.ts';
import { asTyped } from '../../../base/terminal/typed-commands.ts';

type Records = {
  rows(query: { readonly before: number; readonly limit: number }): readonly RequestRow[];
  detail(id: string): RequestDetail | undefined;
};

const MOST_SEARCHED = 20;
const WITHIN_MS = 10 * 60_000;
const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Surprises that say nothing about the values in a reply. */
const OF_FORM = new Set(SURPRISE_KINDS.flatMap(({ code, isMinor }) => (isMinor === true ? [code] : [])));

/**
 * Adds what the last writing request caused to the story of a GET request that succeeded and whose values nothing
 * explains. Only what had happened before the GET request counts.
 */
export function withEarlierEffects(detail: RequestDetail, records: Records): RequestDetail {
  const { kind, method, status, story, apiId, atEpochMs, sequence, surprises } = detail;
  if (kind !== 'request' || method !== 'GET' || status >= 300) return detail;
  if (detail.cache === 'hit' || surprises.some(({ code }) => !OF_FORM.has(code))) return detail;
  const row = records
    .rows({ before: sequence, limit: MOST_SEARCHED })
    .find((one) => one.kind === 'request' && one.apiId === apiId && !READING.has(one.method));
  const earlier =
    row === undefined || atEpochMs - row.atEpochMs > WITHIN_MS ? undefined : records.detail(row.id);
  if (row === undefined || earlier === undefined) return detail;
  const before = (earlier.circumstances.deliveries ?? []).filter(
    ({ step }) => step.atEpochMs <= atEpochMs && (step.kind !== 'rejected' || earlier.status < 400),
  );
  if (explainDeliveries(before).changes.length === 0) return detail;
  const isCall = before.every(({ step }) => step.kind === 'rejected' || step.kind === 'forbidden');
  const effect = isCall
    ? 'made a call that a service refused'
    : 'caused an event that failed or was not delivered';
  const told = `The request before it that may change data, ${row.method} ${earlier.circumstances.path}, ${effect}. If this response lacks its result, \`gatewright explain ${row.id}\` says why, and what to change.`;
  return { ...detail, story: { ...story, sentences: [...story.sentences, asTyped(told)] } };
}
