/**
 * Whether a path has the form of a template, for messages about routes. Doubled and trailing slashes are ignored. The
 * routing of requests uses a trie (`path-trie.ts`).
 */

/** Whether the path fits the template. For example, `/files/1/2` fits `/files/{proxy+}`. */
export function fits(template: string, path: string): boolean {
  const wanted = segmentsOf(template);
  const given = segmentsOf(path);
  const last = wanted.at(-1) ?? '';
  if (isGreedy(last)) {
    const fixed = wanted.slice(0, -1);
    return given.length > fixed.length && fixed.every((segment, index) => isSame(segment, given[index]));
  }
  return wanted.length === given.length && wanted.every((segment, index) => isSame(segment, given[index]));
}

/** Whether a segment of a path fits a segment of a template. */
export function isSame(wanted: string, given: string | undefined): boolean {
  return given !== undefined && (wanted === given || /^\{.+\}$/.test(wanted));
}

export function segmentsOf(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** Whether a segment of a template is a greedy variable, such as `{proxy+}`. */
export function isGreedy(segment: string): boolean {
  return /^\{.+\+\}$/i.test(segment);
}
