/**
 * Filter patterns of `FilterLogEvents`: terms, JSON and space-delimited (CloudWatch Logs user guide, "Filter
 * pattern syntax for metric filters, subscription filters, filter log events, and Live Tail").
 */
import { readDelimitedPattern } from './delimited-pattern.ts';
import { readJsonPattern } from './json-pattern.ts';
import { InvalidPattern, PatternText } from './pattern-text.ts';
import type { LinePattern } from './pattern-text.ts';
import { readTermPattern } from './term-pattern.ts';

/** AWS's limit. */
const MAX_PATTERN = 1024;

const EVERY_LINE: LinePattern = () => true;

/** @throws InvalidPattern with the reason */
export function readLinePattern(source: string): LinePattern {
  if (source.length > MAX_PATTERN) throw new InvalidPattern(`it is longer than ${MAX_PATTERN} characters`);
  const text = new PatternText(source);
  if (text.isOver) return EVERY_LINE;
  if (text.sees('{')) return readJsonPattern(text);
  if (text.sees('[')) return readDelimitedPattern(text);
  return readTermPattern(text);
}
