/**
 * The field Lineage of `X-Amzn-Trace-Id`, in which Lambda counts how often each function has been invoked in a chain of
 * events. The SDK of a function sends the field with each call, so that the events that the call causes continue it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
import { createHash } from 'node:crypto';

/** "Approximately 16 times" (see above). */
export const MAX_INVOCATIONS = 16;
/** A trace header has at most 256 characters. */
const MAX_FUNCTIONS = 6;
const FIELD = /;?\s*Lineage=([^;\s]*)/;

/** Returns the value of the field; undefined if the header does not have it. */
export function lineageOf(traceHeader: string | undefined): string | undefined {
  return FIELD.exec(traceHeader ?? '')?.[1];
}

/** Returns how often the function has been invoked in the chain of events. */
export function countInvocations(traceHeader: string | undefined, functionName: string): number {
  return readCounts(lineageOf(traceHeader)).get(hashOf(functionName)) ?? 0;
}

/** Returns the header for one more invocation of the function. */
export function countInvocation(traceHeader: string, functionName: string): string {
  const counts = readCounts(lineageOf(traceHeader));
  counts.set(hashOf(functionName), countInvocations(traceHeader, functionName) + 1);
  return withLineage(traceHeader.replace(FIELD, ''), print(counts));
}

export function withLineage(traceHeader: string, lineage: string | undefined): string {
  return lineage === undefined || lineage === '' ? traceHeader : `${traceHeader};Lineage=${lineage}`;
}

/** Joins the lineages of a batch. The longest chain of each function counts. */
export function joinLineages(lineages: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const [hash, count] of lineages.flatMap((one) => [...readCounts(one)]))
    counts.set(hash, Math.max(count, counts.get(hash) ?? 0));
  return counts.size === 0 ? undefined : print(counts);
}

function readCounts(lineage = ''): Map<string, number> {
  return new Map(
    [...lineage.matchAll(/([0-9a-f]{8}):(\d{1,4})/g)].map(([, hash = '', count]) => [hash, Number(count)]),
  );
}

function print(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, MAX_FUNCTIONS)
    .map(([hash, count]) => `${hash}:${count}`)
    .join('|');
}

function hashOf(functionName: string): string {
  return createHash('sha256').update(functionName).digest('hex').slice(0, 8);
}
