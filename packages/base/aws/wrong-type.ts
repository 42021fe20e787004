/**
 * The messages with which AWS's JSON services refuse a value of the wrong type, with the code SerializationException.
 * They name the parser's token for the value; the messages of older services name a Java class (docs/aws §22.1).
 */
import type { MemberType } from './call-input.ts';

const TOKENS: Readonly<Record<string, string>> = { number: 'NUMBER_VALUE', string: 'STRING_VALUE' };
const WANTED: Readonly<Record<MemberType, string>> = {
  text: 'a String',
  number: 'an Integer',
  flag: 'a Boolean',
  list: 'a List',
  object: 'a Structure',
  time: 'a Timestamp',
  blob: 'a Blob',
  any: 'an Object',
};

export function describeWrongType(value: unknown, wanted: MemberType): string {
  const token = typeof value === 'boolean' ? (value ? 'TRUE_VALUE' : 'FALSE_VALUE') : TOKENS[typeof value];
  return (
    describeMisplaced(value, wanted) ?? `${token ?? 'NULL_VALUE'} can not be converted to ${WANTED[wanted]}`
  );
}

/** @param classes the Java class for each JavaScript type of the value */
export function describeWrongClass(
  value: unknown,
  wanted: MemberType,
  classes: Readonly<Record<string, string>>,
): string {
  const [, type] = WANTED[wanted].split(' ');
  return (
    describeMisplaced(value, wanted) ??
    `class ${classes[typeof value] ?? 'java.lang.Object'} can not be converted to an ${type}`
  );
}

/** Returns undefined if both types are scalar. */
function describeMisplaced(value: unknown, wanted: MemberType): string | undefined {
  if (Array.isArray(value)) return 'Start of list found where not expected';
  if (typeof value === 'object') return 'Start of structure or map found where not expected.';
  if (wanted === 'list') return 'Expected list or null';
  return wanted === 'object' ? 'Expected null' : undefined;
}
