/**
 * Regular expressions of web ACLs. AWS runs most of PCRE. This engine has no look-around and no backreferences, but for
 * every pattern its time grows only linearly with the text.
 */
import { RE2JS } from 're2js';
import { toBytesText } from './bytes-text.ts';
import type { Pattern } from './statement.ts';

export const MAX_PATTERN = 512;

/** @returns undefined for a pattern that the engine refuses */
export function compilePattern(source: string): Pattern | undefined {
  try {
    const compiled = RE2JS.compile(toBytesText(source));
    return { source, isFoundIn: (text) => compiled.test(text) };
  } catch {
    return undefined;
  }
}
