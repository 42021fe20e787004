/** Character classes of java.util.regex. */

/** Whether a character, as code point, belongs to a class. */
export type CharTest = (codePoint: number) => boolean;

/** Code points of `\t` and its kin. */
export const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 };

/** `\d` and its kin; ASCII only, as in Java without flags. */
export const SHORT_CLASSES: Readonly<Record<string, RegExp>> = {
  d: /[0-9]/,
  D: /[^0-9]/,
  w: /[A-Za-z0-9_]/,
  W: /[^A-Za-z0-9_]/,
  s: /[ \t\n\v\f\r]/,
  S: /[^ \t\n\v\f\r]/,
  h: /[ \t\u00a0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]/,
  H: /[^ \t\u00a0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]/,
  v: /[\n\v\f\r\u0085\u2028\u2029]/,
  V: /[^\n\v\f\r\u0085\u2028\u2029]/,
};

/** `\p{Alpha}` and its kin. */
export const POSIX_CLASSES: Readonly<Record<string, RegExp>> = {
  Lower: /[a-z]/,
  Upper: /[A-Z]/,
  // eslint-disable-next-line no-control-regex -- the class of all ASCII
  ASCII: /[\u0000-\u007f]/,
  Alpha: /[A-Za-z]/,
  Digit: /[0-9]/,
  Alnum: /[A-Za-z0-9]/,
  Punct: /[!-/:-@[-`{-~]/,
  Graph: /[!-~]/,
  Print: /[ -~]/,
  Blank: /[ \t]/,
  // eslint-disable-next-line no-control-regex -- the class of control characters
  Cntrl: /[\u0000-\u001f\u007f]/,
  XDigit: /[0-9a-fA-F]/,
  Space: /[ \t\n\v\f\r]/,
};

/** Unicode properties that Java and JavaScript name alike. */
export const GENERAL_CATEGORY =
  /^(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfson]?|Alphabetic|Lowercase|Uppercase|White_Space|Ideographic)$/;

/** Membership in a class given as a JavaScript expression for one character. */
export function testOf(set: RegExp): CharTest {
  return (code) => set.test(String.fromCodePoint(code));
}

/** Whether `.` leaves the character out. */
export function isLineEnd(code: number): boolean {
  return code === 10 || code === 13 || code === 0x85 || code === 0x2028 || code === 0x2029;
}

/** Equality with one character. */
export function charTest(expected: number, ignoreCase: boolean): CharTest {
  if (!ignoreCase) return (code) => code === expected;
  const folded = foldings(expected);
  return (code) => folded.includes(code);
}

/** Java ignores case for ASCII letters only, unless asked for Unicode. */
export function foldings(code: number): readonly number[] {
  if (code >= 65 && code <= 90) return [code, code + 32];
  return code >= 97 && code <= 122 ? [code, code - 32] : [code];
}
