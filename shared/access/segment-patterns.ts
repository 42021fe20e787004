/**
 * Paths and policy patterns, segment by segment. A policy's `*` runs across slashes, so in a pattern `*`
 * stands for one segment or more, and a pattern says nothing of how many segments a path has.
 */

/** `users/*` → `['users', '*']`. Literals never hold a wildcard. */
export type SegmentPattern = readonly string[];

export const ANY = '*';

/** Stands for a value that no route names. Cannot occur in a path. */
export const ORDINARY = '\u0000';

/** Whether the pattern matches the path; with `ORDINARY` for `*`, whether it matches all that another pattern does. */
export function covers(pattern: SegmentPattern, words: readonly string[]): boolean {
  let [at, word] = [0, 0];
  let [star, retry] = [-1, 0];
  while (word < words.length) {
    if (pattern[at] === ANY) {
      star = at;
      word += 1;
      retry = word;
      at += 1;
    } else if (at < pattern.length && pattern[at] === words[word]) {
      at += 1;
      word += 1;
    } else if (star !== -1) {
      at = star + 1;
      retry += 1;
      word = retry;
    } else return false;
  }
  return at === pattern.length;
}

/** A typical path under the pattern, for asking which route it reaches and what else covers it. */
export function typicalPath(pattern: SegmentPattern): readonly string[] {
  return pattern.map((segment) => (segment === ANY ? ORDINARY : segment));
}

/** Drops every pattern that another one covers. */
export function withoutCovered(patterns: readonly SegmentPattern[]): readonly SegmentPattern[] {
  const distinct = [...new Map(patterns.map((pattern) => [pattern.join('/'), pattern])).values()];
  return distinct.filter((pattern) => {
    const path = typicalPath(pattern);
    return !distinct.some((other) => other !== pattern && covers(other, path));
  });
}

/** All ways in which the pattern is a path of exactly `length` segments. */
export function alignmentsOf(pattern: SegmentPattern, length: number): readonly SegmentPattern[] {
  const stars = pattern.filter((segment) => segment === ANY).length;
  const spare = length - pattern.length;
  if (spare < 0 || (stars === 0 && spare > 0)) return [];
  return distribute(spare, stars).map((extras) => {
    let star = 0;
    return pattern.flatMap((segment) => {
      if (segment !== ANY) return [segment];
      star += 1;
      return Array.from({ length: 1 + (extras[star - 1] ?? 0) }, () => ANY);
    });
  });
}

/** All ways to give `amount` to `count` takers. */
function distribute(amount: number, count: number): readonly (readonly number[])[] {
  if (count === 0) return amount === 0 ? [[]] : [];
  if (count === 1) return [[amount]];
  return Array.from({ length: amount + 1 }, (_, first) => first).flatMap((first) =>
    distribute(amount - first, count - 1).map((rest) => [first, ...rest]),
  );
}
