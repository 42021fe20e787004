/** Finds the known name that is most similar to a misspelled name. */

/** The maximum number of letters by which a misspelled name may differ from a known one. */
const MAX_DIFFERENCE = 2;

/** Returns the known name that is most similar, regardless of case; undefined if none is similar. */
export function nearestOf(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((one) => ({ one, difference: distance(one, name) }))
    .filter(({ difference }) => difference <= MAX_DIFFERENCE)
    .toSorted((a, b) => a.difference - b.difference);
  return best?.one;
}

/** Returns whether two names differ by so few letters that one may stand for the other. */
export function isSimilar(one: string, other: string): boolean {
  return distance(one, other) <= MAX_DIFFERENCE;
}

/**
 * Returns how many letters must be replaced, added or removed, regardless of case. If this is more than the maximum,
 * the result is the maximum plus 1.
 */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MAX_DIFFERENCE) return MAX_DIFFERENCE + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [at, letter] of Array.from(a.toLowerCase()).entries()) {
    const next = [at + 1];
    for (const [index, other] of Array.from(b.toLowerCase()).entries())
      next.push(
        Math.min(
          (next[index] ?? 0) + 1,
          (row[index + 1] ?? 0) + 1,
          (row[index] ?? 0) + (letter === other ? 0 : 1),
        ),
      );
    row = next;
  }
  return Math.min(row[b.length] ?? 0, MAX_DIFFERENCE + 1);
}
