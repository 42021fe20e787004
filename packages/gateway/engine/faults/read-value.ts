/** Readers for the values of single members. Each reader throws a DefinitionError with the member's line. */
import { isJsonObject } from '@gatewright/aws/json-object';
import { flag, number, valueOf, wholeNumber } from '@gatewright/handlers/http/fields';
import type { Field } from '@gatewright/handlers/http/fields';
import { readDuration } from '@gatewright/aws/text/duration';
import type { LinedText, Member } from '../../kernel/files/lined-text.ts';

const TEXT = valueOf('a string', (value) => (typeof value === 'string' && value !== '' ? value : undefined));
const YES = valueOf('true', (value) => (value === true ? value : undefined));
const SPAN = valueOf('a duration such as 500ms, 30s or 2m', (value) => {
  const spanMs = typeof value === 'string' ? readDuration(value) : undefined;
  return spanMs !== undefined && spanMs >= 0 ? spanMs : undefined;
});
const TEXTS = valueOf('a map of names to strings', (value): Readonly<Record<string, string>> | undefined =>
  isJsonObject(value) && Object.values(value).every((text) => typeof text === 'string')
    ? (value as Readonly<Record<string, string>>)
    : undefined,
);
/** The maximum latency in milliseconds, which is the longest timeout of a function on AWS. */
const LONGEST_MS = 900_000;

export function readText(source: LinedText, member: Member): string {
  return readField(source, member, TEXT);
}

export function readWhole(source: LinedText, member: Member, [min, max]: readonly [number, number]): number {
  return readField(source, member, wholeNumber(undefined, { min, max }));
}

export function readShare(source: LinedText, member: Member): number {
  return readField(source, member, number({ min: 0, max: 1 }));
}

export function readYes(source: LinedText, member: Member): void {
  readField(source, member, YES);
}

export function readFlag(source: LinedText, member: Member): boolean {
  return readField(source, member, flag());
}

export function readTime(source: LinedText, member: Member): number {
  return readField(source, member, SPAN);
}

export function readTexts(source: LinedText, member: Member): Readonly<Record<string, string>> {
  return readField(source, member, TEXTS);
}

/** Reads a range of durations, which is given as one duration or as a minimum and a maximum. */
export function readRange(source: LinedText, member: Member): readonly [number, number] {
  const { name, value, line } = member;
  const [from, to, ...more] = Array.isArray(value) ? (value as readonly unknown[]) : [value, value];
  const fromMs = readTime(source, { ...member, value: from });
  const toMs = readTime(source, { ...member, value: to });
  if (more.length === 0 && fromMs <= toMs && toMs <= LONGEST_MS) return [fromMs, toMs];
  throw source.error(
    line,
    `${name} must be a duration of at most 15m, or a list of the shortest and the longest duration, not ${show(value)}`,
  );
}

export function readField<T>(source: LinedText, { name, value, line }: Member, field: Field<T>): T {
  const taken = field.read(value, 'body');
  if (taken !== undefined) return taken;
  throw source.error(line, `${name} must be ${field.expected}, not ${show(value)}`);
}

export function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100);
}
