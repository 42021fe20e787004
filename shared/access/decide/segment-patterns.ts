/**
 * Compares paths and policy patterns by segment. A policy's `*` also matches slashes, so `*` in a pattern matches one
 * or more segments, and a pattern may match paths of different lengths.
 */

/** A pattern such as `['users', '*']` for `users/*`. Literals never contain a wildcard. */
export type SegmentPattern = readonly string[];

/** A segment of a route's path: a name, one parameter, or a greedy parameter. */
export type RouteSegment = { readonly literal: string } | 'one' | 'rest';

export const ANY = '*';

/** Represents a value that is not a literal segment of any route. It cannot occur in a path. */
export const ORDINARY = '\u0000';

/**
 * Whether the pattern matches the path. To check whether it covers another pattern, pass that pattern with each `*`
 * replaced by `ORDINARY`.
 */
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

/**
 * Returns a typical path that matches the pattern. With this path, callers look up the route and the patterns that
 * cover it.
 */
export function typicalPath(pattern: SegmentPattern): readonly string[] {
  return pattern.map((segment) => (segment === ANY ? ORDINARY : segment));
}

export function distinct(patterns: readonly SegmentPattern[]): readonly SegmentPattern[] {
  if (patterns.length < 2) return patterns;
  const byText = new Map<string, SegmentPattern>();
  for (const pattern of patterns) byText.set(pattern.join('/'), pattern);
  return [...byText.values()];
}

export function withoutCovered(patterns: readonly SegmentPattern[]): readonly SegmentPattern[] {
  const all = distinct(patterns);
  if (all.length < 2 || !all.some((pattern) => pattern.includes(ANY))) return all;
  const paths = all.map(typicalPath);
  const coverable = indexPaths(paths);
  const covered = new Set<number>();
  for (const [own, pattern] of all.entries()) {
    if (!pattern.includes(ANY)) continue;
    for (const index of coverable(pattern))
      if (index !== own && covers(pattern, paths[index] ?? [])) covered.add(index);
  }
  return covered.size === 0 ? all : all.filter((_, index) => !covered.has(index));
}

/**
 * Returns a function that finds the paths that a pattern may cover. It returns, in ascending order, the indexes of the
 * paths that contain the pattern's rarest literal. The index is needed because comparing hundreds of patterns with
 * hundreds of paths would take a second.
 */
export function indexPaths(
  paths: readonly (readonly string[])[],
): (pattern: SegmentPattern) => readonly number[] {
  const byWord = new Map<string, number[]>();
  for (const [index, words] of paths.entries())
    for (const word of words) {
      const holders = byWord.get(word);
      if (holders === undefined) byWord.set(word, [index]);
      else if (holders.at(-1) !== index) holders.push(index);
    }
  const all = [...paths.keys()];
  return (pattern) => {
    let fewest = all;
    for (const text of pattern) {
      const holders = text === ANY ? all : (byWord.get(text) ?? []);
      if (holders.length < fewest.length) fewest = holders;
    }
    return fewest;
  };
}

/**
 * Returns all readings of the pattern as a path of exactly `length` segments. `meet` returns the segment to use at a
 * position, or undefined if the segment cannot be used at that position. The returned segment may be narrower than the
 * given one.
 */
export function alignmentsOf(
  pattern: SegmentPattern,
  length: number,
  meet: (segment: string, place: number) => string | undefined = (segment) => segment,
): readonly SegmentPattern[] {
  if (pattern.length > length) return [];
  const found: SegmentPattern[] = [];
  const started: string[] = [];
  const place = (at: number): void => {
    const segment = pattern[at];
    if (segment === undefined) {
      if (started.length === length) found.push([...started]);
      return;
    }
    const before = started.length;
    const room = segment === ANY ? length - (pattern.length - at - 1) : before + 1;
    while (started.length < room) {
      const met = meet(segment, started.length);
      if (met === undefined) break;
      started.push(met);
      place(at + 1);
    }
    started.length = before;
  };
  place(0);
  return found;
}
