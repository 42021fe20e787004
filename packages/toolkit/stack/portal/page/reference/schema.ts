/**
 * Converts a schema to a tree that is shown, and to an example. Both are bounded, because a schema may contain itself.
 */
import { isJsonObject, memberOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { getList, getMap, getText, resolved } from './json.ts';

export type SchemaNode = {
  /** Such as `string (date-time)` or `list of Order`. */
  readonly type: string;
  readonly description: string | undefined;
  /** Such as `at most 64 characters`. */
  readonly facts: readonly string[];
  readonly members: readonly SchemaMember[];
};

type SchemaMember = { readonly name: string; readonly isRequired: boolean; readonly node: SchemaNode };

const DEPTH_LIMIT = 6;
const NODES_LIMIT = 300;

type Walk = {
  readonly document: Json;
  /** The references that were followed from the root to this schema. */
  readonly seen: readonly string[];
  readonly budget: { nodes: number };
};

export function describeSchema(document: Json, schema: Json | undefined): SchemaNode {
  return nodeOf(schema, { document, seen: [], budget: { nodes: NODES_LIMIT } });
}

function nodeOf(schema: Json | undefined, walk: Walk): SchemaNode {
  const reference = getText(schema, '$ref');
  const name = reference === undefined ? undefined : nameOf(reference);
  const whole = resolved(walk.document, schema);
  walk.budget.nodes -= 1;
  const isAgain = reference !== undefined && walk.seen.includes(reference);
  const next: Walk = {
    ...walk,
    seen: reference === undefined ? [...walk.seen, ''] : [...walk.seen, reference],
  };
  const isCut = isAgain || next.seen.length > DEPTH_LIMIT || walk.budget.nodes <= 0;
  const kind = typeOf(walk.document, whole, name);
  return {
    type: isAgain ? `${kind}, as above` : isCut && hasMembers(whole) ? `${kind}, not shown further` : kind,
    description: getText(whole, 'description'),
    facts: factsOf(whole),
    members: isCut ? [] : propertiesOf(whole, next),
  };
}

function hasMembers(schema: Json | undefined): boolean {
  return ['properties', 'items', 'allOf', 'oneOf', 'anyOf'].some(
    (name) => memberOf(schema, name) !== undefined,
  );
}

function propertiesOf(schema: Json | undefined, walk: Walk): readonly SchemaMember[] {
  const required = getList(schema, 'required');
  const own = Object.entries(getMap(schema, 'properties')).map(([name, each]) => ({
    name,
    isRequired: required.includes(name),
    node: nodeOf(each, walk),
  }));
  const all = getList(schema, 'allOf').flatMap((each) => nodeOf(each, walk).members);
  const items = memberOf(schema, 'items');
  const ofItems = isJsonObject(items) ? nodeOf(items, walk).members : [];
  const extra = memberOf(schema, 'additionalProperties');
  const ofExtra = isJsonObject(extra)
    ? [{ name: '(any name)', isRequired: false, node: nodeOf(extra, walk) }]
    : [];
  const choices = [...getList(schema, 'oneOf'), ...getList(schema, 'anyOf')].map((each, index) => ({
    name: `(choice ${index + 1})`,
    isRequired: false,
    node: nodeOf(each, walk),
  }));
  return [...own, ...all, ...ofItems, ...ofExtra, ...choices];
}

function typeOf(document: Json, schema: Json | undefined, name: string | undefined): string {
  if (schema === undefined) return 'anything';
  const types = memberOf(schema, 'type');
  const listed = (Array.isArray(types) ? types : [types]).filter(
    (each): each is string => typeof each === 'string',
  );
  if (listed.includes('array')) {
    const items = memberOf(schema, 'items');
    const reference = getText(items, '$ref');
    const inner = reference === undefined ? typeOfItems(document, items) : nameOf(reference);
    return `list of ${inner}`;
  }
  const format = getText(schema, 'format');
  const base =
    listed.length === 0
      ? isJsonObject(memberOf(schema, 'properties'))
        ? 'object'
        : ''
      : listed.join(' or ');
  const words = [name, base === '' && name === undefined ? 'anything' : base].filter(
    (each) => each !== undefined && each !== '',
  );
  const nullable = memberOf(schema, 'nullable') === true ? ' or null' : '';
  return `${words.join(', ')}${format === undefined ? '' : ` (${format})`}${nullable}`;
}

function typeOfItems(document: Json, items: Json | undefined): string {
  const type = getText(resolved(document, items), 'type');
  return type ?? 'anything';
}

const FACTS: readonly (readonly [name: string, text: (value: string) => string])[] = [
  ['minLength', (value) => `at least ${value} characters`],
  ['maxLength', (value) => `at most ${value} characters`],
  ['minimum', (value) => `at least ${value}`],
  ['maximum', (value) => `at most ${value}`],
  ['minItems', (value) => `at least ${value} entries`],
  ['maxItems', (value) => `at most ${value} entries`],
  ['pattern', (value) => `matches ${value}`],
  ['default', (value) => `default ${value}`],
  ['const', (value) => `always ${value}`],
];

function factsOf(schema: Json | undefined): readonly string[] {
  const facts = FACTS.flatMap(([name, text]) => {
    const value = memberOf(schema, name);
    return value === undefined || isJsonObject(value)
      ? []
      : [text(typeof value === 'string' ? value : JSON.stringify(value))];
  });
  const words = getList(schema, 'enum').map((each) =>
    typeof each === 'string' ? each : JSON.stringify(each),
  );
  return words.length === 0
    ? facts
    : [...facts, `one of ${words.slice(0, 30).join(', ')}${words.length > 30 ? ' …' : ''}`];
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

const USUAL: Readonly<Record<string, Json>> = {
  string: 'text',
  integer: 1,
  number: 1.5,
  boolean: true,
  null: null,
};
const USUAL_FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  email: 'somebody@example.com',
  uri: 'https://example.com/',
  uuid: '5f0c6a2e-3a5d-4c7e-9b8f-0d1e2f3a4b5c',
};

/** Returns an example of a schema; undefined if the schema does not say what the value is. */
export function exampleOf(document: Json, schema: Json): Json | undefined {
  return exampleAt(schema, { document, seen: [], budget: { nodes: NODES_LIMIT } });
}

function exampleAt(schema: Json | undefined, walk: Walk): Json | undefined {
  const reference = getText(schema, '$ref');
  walk.budget.nodes -= 1;
  if (walk.budget.nodes <= 0 || walk.seen.length > DEPTH_LIMIT) return undefined;
  if (reference !== undefined && walk.seen.includes(reference)) return undefined;
  const next = { ...walk, seen: [...walk.seen, reference ?? ''] };
  const whole = resolved(walk.document, schema);
  const [listed] = [...getList(whole, 'examples'), ...getList(whole, 'enum')];
  const given =
    memberOf(whole, 'example') ?? memberOf(whole, 'const') ?? memberOf(whole, 'default') ?? listed;
  if (given !== undefined) return given;
  const types = memberOf(whole, 'type');
  const [type] = Array.isArray(types) ? (types as readonly Json[]) : [types];
  if (type === 'array' || memberOf(whole, 'items') !== undefined) {
    const item = exampleAt(memberOf(whole, 'items'), next);
    return item === undefined ? [] : [item];
  }
  const parts = [
    ...getList(whole, 'allOf'),
    ...getList(whole, 'oneOf').slice(0, 1),
    ...getList(whole, 'anyOf').slice(0, 1),
  ];
  const properties = Object.entries(getMap(whole, 'properties'));
  if (type === 'object' || properties.length > 0 || parts.length > 0)
    return exampleOfMap(properties, parts, next);
  const format = getText(whole, 'format');
  if (type === 'string' && format !== undefined && Object.hasOwn(USUAL_FORMATS, format))
    return USUAL_FORMATS[format];
  return typeof type === 'string' && Object.hasOwn(USUAL, type) ? USUAL[type] : undefined;
}

function exampleOfMap(
  properties: readonly (readonly [name: string, schema: Json])[],
  parts: readonly Json[],
  walk: Walk,
): Json | undefined {
  const made: [string, Json][] = [];
  for (const part of parts) {
    const example = exampleAt(part, walk);
    if (example !== undefined && !isJsonObject(example)) return example;
    if (example !== undefined) made.push(...Object.entries(example));
  }
  for (const [name, schema] of properties) {
    const example = exampleAt(schema, walk);
    if (example !== undefined) made.push([name, example]);
  }
  return Object.fromEntries(made);
}
