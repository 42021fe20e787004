/**
 * Reads a function's response to a batch with `ReportBatchItemFailures` (docs/aws §18.3). The response lists the failed
 * items, and the list may be empty. If the response is invalid, all items count as failed.
 */
import { isJsonObject } from '@gatewright/aws/json-object';

type BatchOutcome =
  | { readonly kind: 'all' }
  | { readonly kind: 'some'; readonly failed: ReadonlySet<string> };

const NONE: BatchOutcome = { kind: 'some', failed: new Set() };

/**
 * Returns the outcome of a batch.
 * @param known the ids of the items of the batch
 */
export function readBatchFailures(payload: string, known: ReadonlySet<string>): BatchOutcome {
  let answer: unknown;
  try {
    answer = JSON.parse(payload);
  } catch {
    return { kind: 'all' };
  }
  if (answer === null || answer === '') return NONE;
  if (!isJsonObject(answer)) return typeof answer === 'object' ? { kind: 'all' } : NONE;
  const list = answer['batchItemFailures'];
  if (list === undefined || list === null) return NONE;
  if (!Array.isArray(list)) return { kind: 'all' };
  const failed = new Set<string>();
  for (const item of list as readonly unknown[]) {
    const id = isJsonObject(item) ? item['itemIdentifier'] : undefined;
    if (typeof id !== 'string' || !known.has(id)) return { kind: 'all' };
    failed.add(id);
  }
  return { kind: 'some', failed };
}
