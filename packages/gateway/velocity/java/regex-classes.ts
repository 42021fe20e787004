/** Defines the character classes of java.util.regex. */

export type CharTest = (codePoint: number) => boolean;

/**
 * The ranges of a class, each from its first to its last code point. They are sorted, and there is a gap between any
 * two of them.
 */
export type Ranges = readonly (readonly [number, number])[];

/**
 * A class of characters. `ranges` is undefined if only `test` can tell which characters belong to it, as for Unicode
 * properties.
 */
export type CharClass = { readonly test: CharTest; readonly ranges: Ranges | undefined };

const LAST = 0x10ffff;

/** Code points of escapes such as `\t`. */
export const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 };

/** Creates a class from ranges. `pairs` lists the ends of the ranges: `09AZ` is 0 to 9 and A to Z. */
function classOf(pairs: string): CharClass {
  const codes = Array.from(pairs, (char) => char.codePointAt(0) ?? 0);
  return ofRanges(
    codes.flatMap((first, at) => (at % 2 === 0 ? [[first, codes[at + 1] ?? first] as const] : [])),
  );
}

/** Classes such as `\d`. As in Java without flags, `\d`, `\w` and `\s` contain only ASCII characters. */
export const SHORT_CLASSES: Readonly<Record<string, CharClass>> = withNegations({
  d: classOf('09'),
  w: classOf('09AZ__az'),
  s: classOf('\t\r  '),
  h: classOf('\t\t  \u00a0\u00a0\u1680\u1680\u180e\u180e\u2000\u200a\u202f\u202f\u205f\u205f\u3000\u3000'),
  v: classOf('\n\r\u0085\u0085\u2028\u2029'),
});

/** Classes such as `\p{Alpha}`. */
export const POSIX_CLASSES: Readonly<Record<string, CharClass>> = {
  Lower: classOf('az'),
  Upper: classOf('AZ'),
  ASCII: classOf('\u0000\u007f'),
  Alpha: classOf('AZaz'),
  Digit: classOf('09'),
  Alnum: classOf('09AZaz'),
  Punct: classOf('!/:@[`{~'),
  Graph: classOf('!~'),
  Print: classOf(' ~'),
  Blank: classOf('\t\t  '),
  Cntrl: classOf('\u0000\u001f\u007f\u007f'),
  XDigit: classOf('09AFaf'),
  Space: classOf('\t\r  '),
};

/** Characters that `.` matches without DOTALL. */
export const NO_LINE_END: CharClass = negated(classOf('\n\n\r\r\u0085\u0085\u2028\u2029'));

export const ANY_CHAR: CharClass = ofRanges([[0, LAST]]);

/** Matches the names of Unicode properties that Java and JavaScript have in common. */
export const GENERAL_CATEGORY =
  /^(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfson]?|Alphabetic|Lowercase|Uppercase|White_Space|Ideographic)$/;

function withNegations(classes: Readonly<Record<string, CharClass>>): Record<string, CharClass> {
  const others = Object.entries(classes).map(([name, each]) => [name.toUpperCase(), negated(each)] as const);
  return { ...classes, ...Object.fromEntries(others) };
}

/** Creates a class from a JavaScript regular expression that matches one character. */
export function propertyClass(set: RegExp): CharClass {
  return { test: (code) => set.test(String.fromCodePoint(code)), ranges: undefined };
}

/** Creates a class from ranges, which may be unsorted. */
function ofRanges(ranges: Ranges): CharClass {
  const sorted = merged(ranges);
  const [only] = sorted;
  if (only !== undefined && sorted.length === 1) {
    const [first, last] = only;
    return { test: (code) => code >= first && code <= last, ranges: sorted };
  }
  return { test: (code) => sorted.some(([first, last]) => code >= first && code <= last), ranges: sorted };
}

function merged(ranges: Ranges): Ranges {
  const result: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((one, other) => one[0] - other[0])) {
    const before = result.at(-1);
    if (before === undefined || first > before[1] + 1) result.push([first, last]);
    else before[1] = Math.max(before[1], last);
  }
  return result;
}

export function unionOf(classes: readonly CharClass[]): CharClass {
  const ranges = classes.map((each) => each.ranges);
  if (ranges.every((each) => each !== undefined)) return ofRanges(ranges.flat());
  return { test: (code) => classes.some(({ test }) => test(code)), ranges: undefined };
}

export function negated(of: CharClass): CharClass {
  if (of.ranges === undefined) return { test: (code) => !of.test(code), ranges: undefined };
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [first, last] of of.ranges) {
    if (first > next) gaps.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST) gaps.push([next, LAST]);
  return ofRanges(gaps);
}

export function intersectionOf(one: CharClass, other: CharClass): CharClass {
  return negated(unionOf([negated(one), negated(other)]));
}

export function charClass(expected: number, ignoreCase: boolean): CharClass {
  return ofRanges((ignoreCase ? foldings(expected) : [expected]).map((code) => [code, code]));
}

export function rangeClass(first: number, last: number, ignoreCase: boolean): CharClass {
  if (!ignoreCase) return ofRanges([[first, last]]);
  const folded: [number, number][] = [[first, last]];
  for (const [from, to, by] of [
    [65, 90, 32],
    [97, 122, -32],
  ] as const) {
    if (Math.max(first, from) <= Math.min(last, to))
      folded.push([Math.max(first, from) + by, Math.min(last, to) + by]);
  }
  return ofRanges(folded);
}

/**
 * Returns the characters that are equal to a character if case is ignored. Without UNICODE_CASE, Java ignores case only
 * for ASCII letters.
 */
function foldings(code: number): readonly number[] {
  if (code >= 65 && code <= 90) return [code, code + 32];
  return code >= 97 && code <= 122 ? [code, code - 32] : [code];
}
