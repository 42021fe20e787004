/**
 * Bodies against models. The oracle reads JSON Schema draft 4 (section 5) from the drawn schema and keeps each number
 * as the decimal that was written. Names of members are those that objects of JavaScript inherit, and others that
 * engines take for something else.
 */
import { SchemaSet } from '../../packages/gateway/core/deployment/models/json-schema.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';
import type { JsonObject } from '@gatewright/aws/json-object';

/** A number is an object, because its text decides: JSON.parse would make binary fractions of it. */
type Value =
  | null
  | boolean
  | string
  | { readonly digits: string }
  | readonly Value[]
  | ReadonlyMap<string, Value>;
type Schema = {
  readonly type?: string;
  readonly enum?: readonly Value[];
  readonly multipleOf?: string;
  readonly maximum?: string;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly properties?: ReadonlyMap<string, Schema>;
  readonly patternProperties?: ReadonlyMap<string, Schema>;
  readonly isClosed?: true;
  readonly items?: Schema;
  readonly isUnique?: true;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
};

const NAMES = [
  'a',
  'b',
  'id',
  'toString',
  'valueOf',
  'constructor',
  'hasOwnProperty',
  'length',
  '$ref',
  '',
  'é',
  '0',
];
const NUMBERS = ['0', '1', '3', '19.99', '4.35', '0.07', '8.61', '1.5', '-2', '1e21', '1E-2', '100'];
const TEXTS = ['', 'a', 'ab', 'b1', '12', 'é', '🙂', 'x y', '\n'];
const PATTERNS = ['^a', 'b$', '^[0-9]+$', '^b?$', '\\s', '[^a]', '^(a|b)*$'];
const TYPES = ['string', 'number', 'object', 'array', 'boolean', 'null'];
const API = 'abcdefghij';

export const modelChecks: DrawnPromise = {
  name: 'model-checks',
  says: 'a body is valid if it keeps every rule of its model, whatever its members are called and however numbers are written',
  few: 12,
  many: 40_000,
  meets: ['valid', 'invalid', 'a model with two patterns', 'a multiple', 'an object in enum'],
  check: tryModel,
};

function tryModel(seed: number, tally: Tally): string | undefined {
  const pick = pickFrom(seed);
  const schema = drawSchema(pick, 2);
  const text = printSchema(schema);
  if ((text.match(/"pattern":/g)?.length ?? 0) > 1) count(tally, 'a model with two patterns');
  if (text.includes('"multipleOf"')) count(tally, 'a multiple');
  if (/"enum":\[[^\]]*\{/.test(text)) count(tally, 'an object in enum');
  const models = new Map([['Body', JSON.parse(text) as JsonObject]]);
  const check = new SchemaSet(API, models).check('Body');
  for (let body = 0; body < 12; body += 1) {
    const value = drawValue(pick, 2);
    const sent = printValue(value);
    const expected = keeps(value, schema);
    count(tally, expected ? 'valid' : 'invalid');
    const { isValid } = check(JSON.parse(sent), sent.length);
    if (isValid !== expected) return `${sent} is ${isValid ? 'valid' : 'invalid'} against ${text}`;
  }
  return undefined;
}

function drawValue(pick: Pick, depth: number): Value {
  const kind = pick.upTo(depth > 0 ? 7 : 4);
  if (kind <= 1) return { digits: pick.one(NUMBERS) };
  if (kind <= 3) return pick.one(TEXTS);
  if (kind === 4) return pick.one([true, false, null]);
  if (kind === 5) return Array.from({ length: pick.upTo(3) }, () => drawValue(pick, depth - 1));
  return new Map(
    pick
      .some(NAMES)
      .slice(0, 4)
      .map((name) => [name, drawValue(pick, depth - 1)]),
  );
}

function drawSchema(pick: Pick, depth: number): Schema {
  const below = (): Schema => drawSchema(pick, depth - 1);
  const named = (names: readonly string[]): ReadonlyMap<string, Schema> =>
    new Map(
      pick
        .some(names, 1)
        .slice(0, 3)
        .map((name) => [name, below()]),
    );
  const few = (): readonly Schema[] => [below(), below()];
  const rare = (part: Schema): Schema => (pick.chance(0.15) ? part : {});
  const rules: Schema = {
    ...rare({ type: pick.one(TYPES) }),
    ...rare({ enum: distinct([drawValue(pick, 1), drawValue(pick, 1), drawValue(pick, 2)]) }),
    ...rare({ multipleOf: pick.one(['0.01', '3', '0.5', '1e-7']) }),
    ...rare({ maximum: pick.one(NUMBERS) }),
    ...rare({ minLength: pick.upTo(2) }),
    ...(pick.chance(0.4) && { pattern: pick.one(PATTERNS) }),
    ...rare({ required: pick.some(NAMES, 1).slice(0, 2) }),
  };
  if (depth === 0) return rules;
  return {
    ...rules,
    ...(pick.chance(0.5) && { properties: named(NAMES) }),
    ...rare({ patternProperties: named(PATTERNS) }),
    ...rare({ isClosed: true }),
    ...rare({ items: below() }),
    ...rare({ isUnique: true }),
    ...rare({ anyOf: few() }),
    ...rare({ oneOf: few() }),
    ...rare({ not: below() }),
  };
}

function keeps(value: Value, schema: Schema): boolean {
  const { type, minLength, pattern, anyOf, oneOf, not } = schema;
  if (type !== undefined && typeOf(value) !== type) return false;
  if (schema.enum?.some((member) => areEqual(member, value)) === false) return false;
  if (anyOf?.some((branch) => keeps(value, branch)) === false) return false;
  if (oneOf !== undefined && oneOf.filter((branch) => keeps(value, branch)).length !== 1) return false;
  if (not !== undefined && keeps(value, not)) return false;
  if (typeof value === 'string')
    return (
      Array.from(value).length >= (minLength ?? 0) &&
      (pattern === undefined || new RegExp(pattern).test(value))
    );
  if (isList(value)) return keepsList(value, schema);
  if (value instanceof Map) return keepsMembers(value, schema);
  if (value !== null && typeof value === 'object' && 'digits' in value)
    return keepsNumber(value.digits, schema);
  return true;
}

function keepsNumber(digits: string, { multipleOf, maximum }: Schema): boolean {
  if (maximum !== undefined && tiny(digits) > tiny(maximum)) return false;
  return multipleOf === undefined || tiny(digits) % tiny(multipleOf) === 0n;
}

function keepsList(values: readonly Value[], { items, isUnique }: Schema): boolean {
  if (isUnique === true && distinct(values).length < values.length) return false;
  return items === undefined || values.every((value) => keeps(value, items));
}

function keepsMembers(members: ReadonlyMap<string, Value>, schema: Schema): boolean {
  const { required = [], properties, patternProperties, isClosed } = schema;
  if (!required.every((name) => members.has(name))) return false;
  return [...members].every(([name, value]) => {
    const own = properties?.get(name);
    const rules = [...(patternProperties ?? [])].filter(([pattern]) => new RegExp(pattern).test(name));
    if (isClosed === true && own === undefined && rules.length === 0) return false;
    return [...rules.map(([, rule]) => rule), ...(own === undefined ? [] : [own])].every((rule) =>
      keeps(value, rule),
    );
  });
}

function typeOf(value: Value): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  if (value instanceof Map) return 'object';
  return typeof value === 'object' ? 'number' : typeof value;
}

function areEqual(one: Value, other: Value): boolean {
  if (typeOf(one) !== typeOf(other)) return false;
  if (isList(one) && isList(other))
    return one.length === other.length && one.every((item, index) => areEqual(item, other[index] ?? null));
  if (one instanceof Map && other instanceof Map)
    return (
      one.size === other.size &&
      [...one].every(([name, value]) => other.has(name) && areEqual(value, other.get(name) ?? null))
    );
  return printNumberless(one) === printNumberless(other);
}

function printNumberless(value: Value): string {
  return value !== null && typeof value === 'object' && 'digits' in value
    ? String(tiny(value.digits))
    : printValue(value);
}

function distinct(values: readonly Value[]): readonly Value[] {
  return values.filter((value, at) => !values.slice(0, at).some((before) => areEqual(before, value)));
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** A decimal as a whole number of 10^-12. */
function tiny(digits: string): bigint {
  const [mantissa = '', exponent = '0'] = digits.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return BigInt(whole + fraction) * 10n ** BigInt(12 - fraction.length + Number(exponent));
}

function printValue(value: Value): string {
  if (isList(value)) return `[${value.map(printValue).join(',')}]`;
  if (value instanceof Map) return printMembers(value, printValue);
  return value !== null && typeof value === 'object' && 'digits' in value
    ? value.digits
    : JSON.stringify(value);
}

function printMembers<T>(members: ReadonlyMap<string, T>, print: (value: T) => string): string {
  return `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${print(value)}`).join(',')}}`;
}

function printSchema(schema: Schema): string {
  const { type, multipleOf, maximum, minLength, pattern, required, properties, patternProperties } = schema;
  const list = (schemas: readonly Schema[]): string => `[${schemas.map(printSchema).join(',')}]`;
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['type', type && JSON.stringify(type)],
    ['enum', schema.enum && printValue(schema.enum)],
    ['multipleOf', multipleOf],
    ['maximum', maximum],
    ['minLength', minLength === undefined ? undefined : String(minLength)],
    ['pattern', pattern && JSON.stringify(pattern)],
    ['required', required && JSON.stringify(required)],
    ['properties', properties && printMembers(properties, printSchema)],
    ['patternProperties', patternProperties && printMembers(patternProperties, printSchema)],
    ['additionalProperties', schema.isClosed && 'false'],
    ['items', schema.items && printSchema(schema.items)],
    ['uniqueItems', schema.isUnique && 'true'],
    ['anyOf', schema.anyOf && list(schema.anyOf)],
    ['oneOf', schema.oneOf && list(schema.oneOf)],
    ['not', schema.not && printSchema(schema.not)],
  ];
  const given = parts.filter(([, text]) => text !== undefined);
  return `{${given.map(([keyword, text]) => `"${keyword}":${text ?? ''}`).join(',')}}`;
}
