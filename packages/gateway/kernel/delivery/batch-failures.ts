/**
 * Reads a function's response to a batch with `ReportBatchItemFailures` (docs/aws §18.3). The response lists the failed
 * items, and the list may be empty. If the response is invalid, all items count as failed.
 */
import { isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import type { InvocationResult } from '../../core/ports.ts';

type BatchOutcome =
  /** The response cannot be read, so that all items count as failed. */
  | { readonly kind: 'all'; readonly reason: string }
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
    return unread('the response is not JSON');
  }
  if (answer === null || answer === '') return NONE;
  if (!isJsonObject(answer)) return typeof answer === 'object' ? unread('the response is a list') : NONE;
  const list = answer['batchItemFailures'];
  if (list === undefined || list === null) return NONE;
  if (!Array.isArray(list)) return unread('batchItemFailures is not a list');
  const failed = new Set<string>();
  for (const item of list as readonly unknown[]) {
    const id = isJsonObject(item) ? item['itemIdentifier'] : undefined;
    if (typeof id !== 'string') {
      const members = isJsonObject(item) ? Object.keys(item).join(', ') : '';
      // A member that is undefined in the function's code is absent from the JSON, but one that is null is present.
      if (id !== undefined)
        return unread(
          `the itemIdentifier of an item of batchItemFailures is ${JSON.stringify(id).slice(0, 100)}, which is not a string`,
        );
      return unread(
        `an item of batchItemFailures has no itemIdentifier${members === '' ? '' : `, only ${members}`}`,
      );
    }
    if (!known.has(id)) return unread(`itemIdentifier "${id}" is not the id of an item in the batch`);
    failed.add(id);
  }
  return { kind: 'some', failed };
}

/**
 * Returns how many failed items a response lists although its mapping has no `ReportBatchItemFailures`, so that Lambda
 * ignores the list; undefined if the list is not ignored, or empty.
 */
export function unreadOf(
  result: InvocationResult,
  { reportsItems }: { readonly reportsItems: boolean },
): number | undefined {
  if (reportsItems || result.kind !== 'returned') return undefined;
  const { payload } = result;
  if (!payload.includes('"batchItemFailures"')) return undefined;
  const list = parseJsonObject(payload)?.['batchItemFailures'];
  return Array.isArray(list) && list.length > 0 ? list.length : undefined;
}

function unread(reason: string): BatchOutcome {
  return { kind: 'all', reason };
}
