/** Returns the remedy for a value that violates a schema: the schema's own `fix`, or a remedy for the keyword. */
import { asJsonObject, isJsonObject } from '@gatewright/aws/json-object';
import { meaningOfPattern, valuesOfPattern, wordsOfPattern } from './pattern-words.ts';
import { nearestOf } from './spelling.ts';

type Violated = {
  readonly keyword: string;
  /** The value of the keyword. */
  readonly schema: unknown;
  /** The schema that has the keyword. */
  readonly parent: unknown;
  readonly data: unknown;
  /** The name of the value, or of its list. */
  readonly name: string;
  readonly missing?: string | undefined;
  /** Two members that exclude each other, so that one must be removed. */
  readonly pair?: readonly [name: string, other: string] | undefined;
};

/** The maximum number of values that a remedy lists. Longer lists are only in the message. */
const MAX_LISTED = 12;

/** @returns undefined if no remedy is known; then only AWS's documentation of the property can help */
export function remedyOf(violated: Violated): string | undefined {
  const { parent, missing, pair, keyword } = violated;
  const { fix } = asJsonObject(parent) ?? {};
  if (typeof fix === 'string') return fix;
  if (missing !== undefined)
    return `add ${missing}${exampleOf(missing, parent)}${alsoFor(missing, violated)}`;
  if (pair !== undefined) return `remove ${pair[1]} or ${pair[0]}`;
  return BY_KEYWORD[keyword]?.(violated);
}

/** Examples of members whose form, or whose only useful value, is not in the schema. */
const EXAMPLES: Readonly<Record<string, string>> = {
  // ACLs are off with BucketOwnerEnforced (S3 user guide, "Controlling ownership of objects").
  OwnershipControls: '{ Rules: [{ ObjectOwnership: BucketOwnerPreferred }] }',
};

/**
 * Returns the second setting that a public ACL needs. S3 blocks public ACLs unless both are off (S3 user guide,
 * "Blocking public access").
 */
function alsoFor(missing: string, { data }: Violated): string {
  const { AccessControl: acl, PublicAccessBlockConfiguration: block } = asJsonObject(data) ?? {};
  const isPublic = typeof acl === 'string' && /^(?:Public|AuthenticatedRead)/.test(acl);
  return missing === 'OwnershipControls' && isPublic && block === undefined
    ? ' and PublicAccessBlockConfiguration: { BlockPublicAcls: false, IgnorePublicAcls: false }'
    : '';
}

function exampleOf(missing: string, parent: unknown): string {
  if (Object.hasOwn(EXAMPLES, missing)) return `: ${EXAMPLES[missing] ?? ''}`;
  const { properties } = asJsonObject(parent) ?? {};
  const { enum: values, const: value } = asJsonObject(asJsonObject(properties)?.[missing]) ?? {};
  if (Array.isArray(values) && values.length <= MAX_LISTED) return `, which is one of ${values.join(', ')}`;
  return value === undefined ? '' : `: ${show(value)}`;
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

type Advise = (violated: Violated) => string | undefined;

const oneOf: Advise = ({ schema, data }) => {
  if (!Array.isArray(schema)) return undefined;
  const values = schema.map(String);
  const nearest = typeof data === 'string' ? nearestOf(data, values) : undefined;
  if (nearest !== undefined) return `write ${nearest}`;
  return values.length <= MAX_LISTED ? `use one of ${values.join(', ')}` : 'use one of these values';
};

const inRange: Advise = ({ parent }) => {
  const { minimum, maximum } = asJsonObject(parent) ?? {};
  if (minimum === undefined) return `use at most ${show(maximum)}`;
  return maximum === undefined
    ? `use at least ${show(minimum)}`
    : `use a value from ${show(minimum)} to ${show(maximum)}`;
};

/** Returns the remedy for a pattern whose meaning is known; undefined for any other pattern. */
function byPattern(name: string, pattern: string): string | undefined {
  if (pattern === '^(?!arn:)') return `set ${name} to the value that Ref returns, instead of the ARN`;
  const [, services] = /^\^arn:(?:\[\^:\]\+:\(([\w|-]+)\):|$)/.exec(pattern) ?? [];
  if (services !== undefined)
    return `set ${name} to the ARN of a resource of ${services.split('|').join(', ')} (usually Fn::GetAtt NAME.Arn)`;
  if (pattern === '^(lambda:[*]|lambda:[a-zA-Z]+|[*])$')
    return `write ${name} with its service, as in lambda:InvokeFunction`;
  if (pattern === '^arn:')
    return `set ${name} to the ARN (Fn::GetAtt NAME.Arn), instead of the name that Ref returns`;
  if (pattern === String.raw`\.fifo$`) return `end ${name} with .fifo`;
  const meaning = meaningOfPattern(pattern);
  if (meaning !== undefined) return `set ${name} to ${meaning}`;
  const words = wordsOfPattern(pattern);
  if (words !== undefined) return `write ${name} with ${words}`;
  return pattern.startsWith('^arn:') || pattern.startsWith('arn:')
    ? `set ${name} to a full ARN (usually Fn::GetAtt NAME.Arn), instead of the name that Ref returns`
    : undefined;
}

/** Returns the remedy for a pattern that lists whole values. */
function byValues(data: unknown, pattern: string): string | undefined {
  const values = valuesOfPattern(pattern);
  if (values === undefined) return undefined;
  const nearest = typeof data === 'string' ? nearestOf(data, values) : undefined;
  return nearest === undefined ? `use one of ${values.join(', ')}` : `write ${nearest}`;
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping',
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
};

/**
 * Returns the remedy for a value that has none, or several, of the forms that a schema lists. If the forms require
 * different members, the remedy names these members; otherwise it names the types of the forms.
 */
function ofForms({ schema, data, name }: Violated, how: 'exactly' | 'at least'): string | undefined {
  const forms = Array.isArray(schema) ? schema.map((form) => asJsonObject(form) ?? {}) : [];
  const members = forms.map(({ required }) => (Array.isArray(required) ? required.map(String) : []));
  if (forms.length === 0) return undefined;
  if (members.every((names) => names.length > 0)) {
    const has = (member: string): boolean => isJsonObject(data) && Object.hasOwn(data, member);
    const given = members.filter((names) => names.every(has));
    const told = (how === 'exactly' && given.length > 1 ? given : members).map((names) =>
      names.join(' with '),
    );
    const verb = told.length === given.length ? 'keep' : 'add';
    return `${verb} ${verb === 'keep' ? 'only' : how} one of ${[...new Set(told)].join(', ')}`;
  }
  const types = [
    ...new Set(forms.map(({ type }) => TYPES[[type].flat().map(String)[0] ?? ''] ?? 'a mapping')),
  ];
  return `write ${types.join(' or ')} as ${name}`;
}

const BY_KEYWORD: Readonly<Record<string, Advise>> = {
  additionalProperties: ({ name, parent }) => {
    const { properties } = asJsonObject(parent) ?? {};
    const known = nearestOf(name, Object.keys(asJsonObject(properties) ?? {}));
    return known === undefined ? `remove ${name}, or correct its name` : `write ${known} instead of ${name}`;
  },
  'false schema': ({ name }) => `remove ${name}`,
  not: ({ name, schema }) => {
    if (!isJsonObject(schema)) return undefined;
    if (Object.keys(schema).length === 0) return `remove ${name}`;
    const { const: value, enum: values } = schema;
    if (value === true) return `remove ${name}, or set it to false`;
    const excluded = Array.isArray(values) ? values : value === undefined ? [] : [value];
    return excluded.length === 0
      ? undefined
      : `use a value other than ${excluded.map(show).join(', ')} for ${name}`;
  },
  enum: oneOf,
  enumCaseInsensitive: oneOf,
  const: ({ name, schema }) => `set ${name} to ${String(schema)}`,
  minimum: inRange,
  maximum: inRange,
  exclusiveMinimum: ({ schema }) => `use a number greater than ${show(schema)}`,
  exclusiveMaximum: ({ schema }) => `use a number less than ${show(schema)}`,
  multipleOf: ({ schema }) =>
    schema === 1 ? 'use a whole number' : `use a multiple of ${show(schema)}, such as ${show(schema)}`,
  minLength: ({ name, schema, parent }) => {
    const { maxLength: most } = asJsonObject(parent) ?? {};
    if (schema === 1) return `write a value for ${name}, or remove ${name} if it is optional`;
    return `write ${name} with ${most === undefined ? `at least ${show(schema)}` : `${show(schema)} to ${show(most)}`} characters`;
  },
  minItems: ({ name, schema }) =>
    schema === 1
      ? `list at least one item in ${name}, or remove ${name} if it is optional`
      : `list at least ${show(schema)} items in ${name}`,
  minProperties: ({ name, schema }) => `write at least ${show(schema)} members into ${name}`,
  maxProperties: ({ name, schema }) => `keep at most ${show(schema)} members in ${name}`,
  oneOf: (violated) => ofForms(violated, 'exactly'),
  anyOf: (violated) => ofForms(violated, 'at least'),
  maxLength: ({ name, schema }) => `shorten ${name} to ${String(schema)} characters`,
  maxItems: ({ name, schema }) => `keep at most ${String(schema)} items in ${name}`,
  uniqueItems: () => 'remove the item that is repeated',
  type: ({ schema }) =>
    `write ${[schema]
      .flat()
      .map((type) => TYPES[String(type)] ?? 'a value of this type')
      .join(' or ')}`,
  pattern: ({ data, schema, name }) =>
    typeof data === 'string' && /\$\{[A-Za-z]/.test(data)
      ? 'write the value with Fn::Sub (!Sub), because otherwise ${…} is not replaced'
      : (byValues(data, String(schema)) ?? byPattern(name, String(schema))),
  requiredXor: ({ schema, data }) => {
    const names = [schema].flat().map(String);
    const given = names.filter((one) => isJsonObject(data) && Object.hasOwn(data, one));
    return given.length > 1 ? `keep only one of ${given.join(', ')}` : `add one of ${names.join(', ')}`;
  },
  requiredOr: ({ schema }) => `add one of ${[schema].flat().map(String).join(', ')}`,
  dependentRequired: () => 'add the missing member, or remove the member that requires it',
};
