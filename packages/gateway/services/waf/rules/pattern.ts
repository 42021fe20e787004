/**
 * Compiles the regular expressions of web ACLs. AWS supports most of PCRE. The gateway's engine has no look-around and
 * no backreferences, but runs in linear time for every pattern.
 */
import { RE2JS } from 're2js';
import { toBytesText } from './bytes-text.ts';
import type { Pattern } from './statement.ts';

export const MAX_PATTERN = 512;

/**
 * Compiles a regular expression.
 * @returns undefined for a pattern that the engine refuses
 */
export function compilePattern(source: string): Pattern | undefined {
  try {
    const compiled = RE2JS.compile(toBytesText(source));
    return { source, isFoundIn: (text) => compiled.test(text) };
  } catch {
    return undefined;
  }
}
