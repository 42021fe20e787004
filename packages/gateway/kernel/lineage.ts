/**
 * The field Lineage of `X-Amzn-Trace-Id`, in which Lambda counts how often each function has been invoked in a chain of
 * events. The SDK of a function sends the field with each call, so that the events that the call causes continue it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
import { createHash } from 'node:crypto';

/** "Approximately 16 times" (see above). */
export const MAX_INVOCATIONS = 16;
/** A trace header has at most 256 characters, of which Root, Parent and Sampled need about 90. */
const MAX_FUNCTIONS = 10;
/** The functions of a batch, of which the header of the next invocation keeps fewer. */
const MAX_OF_BATCH = 200;
const FIELD = /;?\s*Lineage=([^;\s]*)/;

/**
 * The number of invocations of each function, by the hash of the function. The function that was invoked last comes
 * first.
 */
type Counts = ReadonlyMap<string, number>;

/** Returns the value of the field; undefined if the header does not have it. */
export function lineageOf(traceHeader: string | undefined): string | undefined {
  return FIELD.exec(traceHeader ?? '')?.[1];
}

/**
 * Returns how often the function has been invoked in the chain of events before, and the header for one more
 * invocation.
 */
export function countInvocation(
  traceHeader: string,
  functionName: string,
): { readonly before: number; readonly traceHeader: string } {
  const counts = readCounts(lineageOf(traceHeader));
  const own = hashOf(functionName);
  const before = counts.get(own) ?? 0;
  counts.delete(own);
  // The function itself is kept in any case, because otherwise its invocations would never be counted.
  const lineage = print([[own, before + 1], ...mostCounted(counts, MAX_FUNCTIONS - 1)]);
  return { before, traceHeader: withLineage(traceHeader.replace(FIELD, ''), lineage) };
}

export function withLineage(traceHeader: string, lineage: string | undefined): string {
  return lineage === undefined || lineage === '' ? traceHeader : `${traceHeader};Lineage=${lineage}`;
}

/** Joins the lineages of a batch. The longest chain of each function counts. */
export function joinLineages(lineages: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const [hash, count] of lineages.flatMap((one) => [...readCounts(one)]))
    counts.set(hash, Math.max(count, counts.get(hash) ?? 0));
  return counts.size === 0 ? undefined : print(mostCounted(counts, MAX_OF_BATCH));
}

function readCounts(lineage = ''): Map<string, number> {
  return new Map(
    [...lineage.matchAll(/([0-9a-f]{8}):(\d{1,4})/g)].map(([, hash = '', count]) => [hash, Number(count)]),
  );
}

/** Returns the functions with the highest counts, and of equal counts the newest ones, in the order of `counts`. */
function mostCounted(counts: Counts, most: number): readonly (readonly [string, number])[] {
  if (counts.size <= most) return [...counts];
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one);
  const kept = new Set(sorted.slice(0, most).map(([hash]) => hash));
  return [...counts].filter(([hash]) => kept.has(hash));
}

function print(counts: readonly (readonly [string, number])[]): string {
  return counts.map(([hash, count]) => `${hash}:${count}`).join('|');
}

/** The hashes by the name of the function. */
const HASHES = new Map<string, string>();
const MAX_HASHES = 10_000;

function hashOf(functionName: string): string {
  const known = HASHES.get(functionName);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(functionName).digest('hex').slice(0, 8);
  if (HASHES.size >= MAX_HASHES) HASHES.clear();
  HASHES.set(functionName, hash);
  return hash;
}
