/**
 * Describes patterns that consist of a single set of characters in words, because they are easier to read than a
 * regular expression.
 */

const WHOLE = /^\^?\(?\[((?:\\.|[^\]\\])+)\]\)?(?:\+|\*|\{(\d+),(\d+)\})?(?:\$|\\Z)?$/;

const RANGES: readonly (readonly [range: string, name: string])[] = [
  ['a-zA-Z', 'letters'],
  ['A-Za-z', 'letters'],
  ['a-z', 'lower-case letters'],
  ['A-Z', 'upper-case letters'],
  ['0-9', 'digits'],
  [String.raw`\d`, 'digits'],
];

/**
 * Returns the characters that a pattern permits, and how many of them: `letters, digits and _ -, 1 to 64 of them`.
 * Returns undefined for a pattern of another form.
 */
export function wordsOfPattern(pattern: string): string | undefined {
  const [, set, least, most] = WHOLE.exec(pattern) ?? [];
  if (set === undefined || set.startsWith('^')) return undefined;
  let rest = set.replaceAll(String.raw`\w`, 'a-zA-Z0-9_');
  const names: string[] = [];
  for (const [range, name] of RANGES)
    if (rest.includes(range)) {
      rest = rest.replace(range, '');
      if (!names.includes(name)) names.push(name);
    }
  // The rest of the set must consist of single characters, some of them with a backslash.
  if (/\\[A-Za-z0-9]|[A-Za-z0-9]-|[^\\]-[^\\]*[A-Za-z0-9]/.test(rest)) return undefined;
  const others = [...new Set(rest.replaceAll(/\\(.)/g, '$1'))].join(' ');
  const kinds = [...names, ...(others === '' ? [] : [others])];
  const listed =
    kinds.length < 2 ? kinds.join('') : `${kinds.slice(0, -1).join(', ')} and ${kinds.at(-1) ?? ''}`;
  return most === undefined ? listed : `${listed}, ${least ?? '0'} to ${most} of them`;
}
