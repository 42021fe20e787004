/** Values of single members. Each reader throws a DefinitionError with the member's line. */
import { isJsonObject } from '@gatewright/aws/json-object';
import { readDuration } from '../settings.ts';
import type { LinedText, Member } from '../../kernel/files/lined-text.ts';

export function readText(source: LinedText, { name, value, line }: Member): string {
  if (typeof value === 'string' && value !== '') return value;
  throw source.error(line, `${name} is a text, not ${show(value)}`);
}

export function readWhole(
  source: LinedText,
  { name, value, line }: Member,
  [least, most]: readonly [number, number],
): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw source.error(line, `${name} is a whole number from ${least} to ${most}, not ${show(value)}`);
}

export function readShare(source: LinedText, { value, line }: Member): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw source.error(line, `share is a number from 0 to 1, not ${show(value)}`);
}

export function readYes(source: LinedText, { name, value, line }: Member): void {
  if (value !== true) throw source.error(line, `${name} is true, not ${show(value)}`);
}

export function readFlag(source: LinedText, { name, value, line }: Member): boolean {
  if (typeof value === 'boolean') return value;
  throw source.error(line, `${name} is true or false, not ${show(value)}`);
}

export function readTime(source: LinedText, member: Member): number {
  return readSpan(source, member, member.value);
}

/** One duration, or the shortest and the longest. */
export function readRange(source: LinedText, member: Member): readonly [number, number] {
  const { name, value, line } = member;
  const [from, to, ...more] = Array.isArray(value) ? (value as readonly unknown[]) : [value, value];
  const fromMs = readSpan(source, member, from);
  const toMs = readSpan(source, member, to);
  if (more.length === 0 && fromMs <= toMs && toMs <= LONGEST_MS) return [fromMs, toMs];
  throw source.error(
    line,
    `${name} is a duration of at most 15m, or the shortest and the longest, not ${show(value)}`,
  );
}

/** That of a function at AWS. */
const LONGEST_MS = 900_000;

function readSpan(source: LinedText, { name, line }: Member, value: unknown): number {
  const spanMs = typeof value === 'string' ? readDuration(value) : undefined;
  if (spanMs !== undefined && spanMs >= 0) return spanMs;
  throw source.error(line, `${name} is a duration such as 500ms, 30s or 2m, not ${show(value)}`);
}

export function readTexts(
  source: LinedText,
  { name, value, line }: Member,
): Readonly<Record<string, string>> {
  const entries = isJsonObject(value) ? Object.entries(value) : undefined;
  const texts = entries?.flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : []));
  if (entries !== undefined && texts?.length === entries.length) return Object.fromEntries(texts);
  throw source.error(line, `${name} is a map of names and texts, not ${show(value)}`);
}

export function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100);
}
