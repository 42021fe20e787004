/**
 * Regular expressions of web ACLs. AWS runs most of PCRE; this engine has no look-around and no
 * backreferences, but needs time that grows only with the text, whatever the pattern.
 */
import { RE2JS } from 're2js';
import { toBytesText } from './bytes-text.ts';
import type { Pattern } from './statement.ts';

export const MAX_PATTERN = 512;

const LITERALS = String.raw`(?:[\w /=&:;,@#%~"'<>!|^$-]|\\[!-/:-@[-^\`{-~])*`;
/**
 * Literals and anchors with at most one group: without repetition and with few places to choose, JavaScript's engine
 * takes linear time as well, and less of it. Both read these alike.
 */
const PLAIN = new RegExp(`^(?<fold>\\(\\?i\\))?(?<plain>${LITERALS}(?:\\(${LITERALS}\\)${LITERALS})?)$`);

/** @returns undefined for a pattern that the engine refuses */
export function compilePattern(source: string): Pattern | undefined {
  const { fold, plain } = PLAIN.exec(source)?.groups ?? {};
  if (plain !== undefined) {
    const compiled = new RegExp(plain, fold === undefined ? '' : 'i');
    return { source, isFoundIn: (text) => compiled.test(text) };
  }
  try {
    const compiled = RE2JS.compile(toBytesText(source));
    return { source, isFoundIn: (text) => compiled.test(text) };
  } catch {
    return undefined;
  }
}
