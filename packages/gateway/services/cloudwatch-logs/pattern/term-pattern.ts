/** `ERROR "not found" -timeout ?one ?other %re%`: terms of lines without structure, case-sensitive. */
import type { LinePattern, PatternText } from './pattern-text.ts';

const TERM = /[^\s"%]+/y;

export function readTermPattern(text: PatternText): LinePattern {
  const required: LinePattern[] = [];
  const optional: LinePattern[] = [];
  const excluded: LinePattern[] = [];
  while (!text.isOver) {
    if (text.take('-')) excluded.push(readTerm(text));
    else if (text.take('?')) optional.push(readTerm(text));
    else required.push(readTerm(text));
  }
  // AWS ignores optional terms beside others.
  if (required.length + excluded.length === 0) return (message) => optional.some((test) => test(message));
  return (message) => required.every((test) => test(message)) && !excluded.some((test) => test(message));
}

function readTerm(text: PatternText): LinePattern {
  const regex = text.regex();
  if (regex !== undefined) return (message) => regex.test(message);
  const term = text.quoted() ?? text.match(TERM);
  if (term === undefined) return text.fail('a term is missing');
  return (message) => message.includes(term);
}
