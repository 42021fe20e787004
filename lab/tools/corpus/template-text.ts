/**
 * Reads templates as text, without the gateway's code, because the expectations are a test of the gateway and must not
 * come from the gateway itself.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { parseDocument } from 'yaml';
import type { Tags } from 'yaml';

const SHORT_FORMS = ['Ref', 'GetAtt', 'Sub', 'Join', 'Select', 'Split', 'If', 'ImportValue', 'FindInMap'];
const MORE_FORMS = ['Base64', 'Cidr', 'GetAZs', 'Equals', 'And', 'Or', 'Not', 'Condition', 'Transform'];

/** CloudFormation's short forms. Only the names in them are used. */
const SHORT_TAGS = [...SHORT_FORMS, ...MORE_FORMS].flatMap((name) => [
  { tag: `!${name}`, resolve: (text: string): string => text },
  { tag: `!${name}`, collection: 'map', resolve: (map: unknown): unknown => map },
  { tag: `!${name}`, collection: 'seq', resolve: (seq: unknown): unknown => seq },
]) as unknown as Tags;

export function parseTemplate(text: string): UnknownMembers {
  const document = parseDocument(text, { customTags: SHORT_TAGS, uniqueKeys: false, logLevel: 'silent' });
  return membersOf(document.toJS({ maxAliasCount: 1000 }));
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Returns the logical id in a value: `{ Ref }`, `{ Fn::GetAtt }`, or the text of a short form. */
export function nameOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.split('.')[0];
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Sub': text } = membersOf(value);
  if (typeof ref === 'string') return ref;
  if (Array.isArray(attribute)) return asText(attribute[0]);
  return asText(attribute)?.split('.')[0] ?? asText(text);
}
