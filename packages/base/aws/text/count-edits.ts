/** The maximum number of characters in which a text may differ from the text that was intended. */
export const MAX_EDITS = 3;
/** Longer texts are not compared character by character. */
const MAX_COMPARED = 200;

/**
 * Counts the characters to insert, delete or replace (Levenshtein distance). Returns `MAX_EDITS + 1` at once if the
 * lengths differ by more than `MAX_EDITS`, or if `given` is too long.
 */
export function countEdits(wanted: string, given: string): number {
  if (Math.abs(wanted.length - given.length) > MAX_EDITS || given.length > MAX_COMPARED) return MAX_EDITS + 1;
  let row = Array.from({ length: given.length + 1 }, (_, index) => index);
  for (let index = 0; index < wanted.length; index += 1) {
    const next = [index + 1];
    for (let at = 0; at < given.length; at += 1) {
      const replaced = (row[at] ?? 0) + (wanted[index] === given[at] ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** @returns the name that is most similar to the given one, whatever its letter case; undefined if none is similar */
export function findMostSimilar(given: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, edits: countEdits(name.toLowerCase(), given.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= MAX_EDITS && edits < Math.max(name.length, given.length) - 1)
    .toSorted((one, other) => one.edits - other.edits);
  return best?.name;
}
