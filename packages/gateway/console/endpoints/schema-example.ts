/**
 * Makes an example for a model's schema (draft 4), as a first version of a request body. It fits most schemas. If it
 * does not fit, the gateway's check reports the violations.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

type FindModel = (name: string) => UnknownMembers | undefined;

const MAX_DEPTH = 8;
const MAX_PROPERTIES = 40;
const MAX_ITEMS = 5;
const MAX_LENGTH = 200;

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  email: 'alice@example.com',
  hostname: 'www.example.com',
  ipv4: '203.0.113.7',
  ipv6: '2001:db8::7',
  uri: 'https://www.example.com/',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
};

export function exampleOf(schema: UnknownMembers, find: FindModel): unknown {
  return make(schema, { root: schema, find, depth: 0 });
}

type At = { readonly root: UnknownMembers; readonly find: FindModel; readonly depth: number };

function make(value: unknown, at: At): unknown {
  if (!isJsonObject(value) || at.depth > MAX_DEPTH) return null;
  const below = { ...at, depth: at.depth + 1 };
  const { $ref: ref, allOf, anyOf, oneOf } = value;
  if (typeof ref === 'string') return follow(ref, below);
  const said = writtenExample(value);
  if (said !== undefined) return said.value;
  if (Array.isArray(allOf)) return make(merge([value, ...allOf.filter(isJsonObject)], below), below);
  const choices: unknown = Array.isArray(anyOf) ? anyOf : oneOf;
  if (Array.isArray(choices) && isJsonObject(choices[0]))
    return make(merge([value, choices[0]], below), below);
  return makeByType(value, below);
}

function writtenExample({ example, examples, default: usual, const: only, enum: all }: UnknownMembers) {
  if (example !== undefined) return { value: example };
  if (Array.isArray(examples) && examples.length > 0) return { value: examples[0] as unknown };
  if (usual !== undefined) return { value: usual };
  if (only !== undefined) return { value: only };
  return Array.isArray(all) && all.length > 0 ? { value: all[0] as unknown } : undefined;
}

/**
 * Makes an example of the schema at `#/definitions/Pet`, or at
 * `https://apigateway.amazonaws.com/restapis/abc/models/Pet`.
 */
function follow(ref: string, at: At): unknown {
  const name = /\/models\/([A-Za-z0-9]+)$/.exec(ref)?.[1];
  const model = name === undefined ? undefined : at.find(name);
  if (model !== undefined) return make(model, { ...at, root: model });
  const steps = ref.replace(/^#\/?/, '').split('/');
  const target = steps.reduce<unknown>(
    (value, step) => (isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined),
    at.root,
  );
  return ref.startsWith('#') ? make(target, at) : null;
}

/**
 * Combines the schemas into one, without their own `allOf`, `anyOf` and `oneOf`. Later schemas win, except that all
 * `properties` and all names in `required` are kept.
 */
function merge(schemas: readonly UnknownMembers[], at: At): UnknownMembers {
  const known = schemas.map((schema) => {
    const { $ref: ref } = schema;
    const name = typeof ref === 'string' ? /\/([A-Za-z0-9]+)$/.exec(ref)?.[1] : undefined;
    const definitions = at.root['definitions'];
    const own = isJsonObject(definitions) && name !== undefined ? definitions[name] : undefined;
    return name === undefined ? schema : isJsonObject(own) ? own : (at.find(name) ?? {});
  });
  const properties = known.map((schema) => schema['properties']).filter(isJsonObject);
  const required = known.flatMap((schema) => namesOf(schema['required']));
  const all = Object.entries(Object.assign({}, ...known) as UnknownMembers);
  return {
    ...Object.fromEntries(all.filter(([name]) => !COMBINING.has(name))),
    ...(properties.length > 0 && { properties: Object.assign({}, ...properties) as UnknownMembers }),
    required,
  };
}

const COMBINING = new Set(['allOf', 'anyOf', 'oneOf']);

function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];
}

function makeByType(schema: UnknownMembers, at: At): unknown {
  switch (typeOf(schema)) {
    case 'object':
      return makeObject(schema, at);
    case 'array': {
      const { items, minItems } = schema;
      const item = make(Array.isArray(items) ? items[0] : (items ?? {}), at);
      return Array.from({ length: bounded(minItems, 1, MAX_ITEMS) }, () => item);
    }
    case 'string':
      return makeText(schema);
    case 'integer':
    case 'number':
      return makeNumber(schema);
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function typeOf({ type, properties, items }: UnknownMembers): unknown {
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  const first = types.find((one) => one !== 'null' && one !== undefined);
  if (first !== undefined) return first;
  if (properties !== undefined) return 'object';
  return items === undefined ? (type === undefined ? 'string' : 'null') : 'array';
}

/** Includes optional members, because deleting one is easier than finding a missing one. */
function makeObject({ properties, required }: UnknownMembers, at: At): UnknownMembers {
  const known = isJsonObject(properties) ? Object.entries(properties) : [];
  const made = known.slice(0, MAX_PROPERTIES).map(([name, schema]) => [name, make(schema, at)] as const);
  const wanted = namesOf(required);
  const missing = wanted.filter((name) => !known.some(([own]) => own === name));
  return Object.fromEntries([...made, ...missing.map((name) => [name, 'text'] as const)]);
}

function makeText({ format, minLength, maxLength }: UnknownMembers): string {
  const known = typeof format === 'string' ? FORMATS[format] : undefined;
  if (known !== undefined) return known;
  const least = bounded(minLength, 0, MAX_LENGTH);
  const text = 'text'.padEnd(least, 'x');
  return typeof maxLength === 'number' ? text.slice(0, Math.max(0, maxLength)) : text;
}

function makeNumber({ minimum, maximum, exclusiveMinimum, multipleOf }: UnknownMembers): number {
  const step = typeof multipleOf === 'number' && multipleOf > 0 ? multipleOf : 1;
  if (typeof minimum !== 'number')
    return typeof maximum === 'number' && maximum < step ? Math.floor(maximum / step) * step : step;
  const first = Math.ceil(minimum / step) * step;
  return exclusiveMinimum === true && first === minimum ? first + step : first;
}

function bounded(value: unknown, least: number, most: number): number {
  return typeof value === 'number' ? Math.min(most, Math.max(least, value)) : least;
}
