/** Rules in the form of the API: CloudFormation writes ARNs and search strings differently. */
import { isJsonObject } from '@gatewright/aws/json-object';

const REFERENCES = new Set([
  'IPSetReferenceStatement',
  'RegexPatternSetReferenceStatement',
  'RuleGroupReferenceStatement',
]);

/** `Arn` → `ARN`, `SearchString` → its bytes in base64. */
export function toApiForm(value: unknown, parent = ''): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => toApiForm(item, parent));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]): [string, unknown] => {
      if (name === 'Arn' && REFERENCES.has(parent)) return ['ARN', inner];
      if (name === 'SearchStringBase64') return ['SearchString', inner];
      if (name === 'SearchString' && typeof inner === 'string')
        return [name, Buffer.from(inner, 'utf8').toString('base64')];
      return [name, toApiForm(inner, name)];
    }),
  );
}

/** What rules of a call say in base64. */
export function fromApiForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromApiForm);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) =>
      name === 'SearchString' ? ['SearchStringBase64', inner] : [name, fromApiForm(inner)],
    ),
  );
}
