/**
 * Translates ajv's errors into the wording of fge's json-schema-validator, which AWS runs (docs/aws §6). As in fge's
 * validator, a failure at a location hides failures below it, and errors are sorted by location, then by keyword.
 * Failures within `anyOf`, `oneOf` and `not` show only the keyword, but failures within `allOf` show its parts.
 */
import type { ErrorObject } from 'ajv-draft-04';
import { isJsonObject } from '@gatewright/aws/json-object';
import { NAMELESS } from './schema-preparation.ts';

/**
 * Returns `[object has missing required properties (["a","b"])]`, with all messages separated by commas, in one pair of
 * brackets.
 */
export function wordSchemaErrors(errors: readonly ErrorObject[]): string {
  const visible = visibleOf(errors);
  const messages = visible
    .toSorted((a, b) => compare(a.instancePath, b.instancePath) || compare(a.keyword, b.keyword))
    .map((error) => wordError(error, visible));
  return `[${[...new Set(messages)].join(', ')}]`;
}

function visibleOf(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const reported = withoutBranches(errors);
  const failed = new Set(reported.map(({ instancePath }) => instancePath));
  return reported.filter(({ instancePath }) => !ancestorsOf(instancePath).some((path) => failed.has(path)));
}

/** A rule of a model that a member of the body violates. */
export type SchemaFault = {
  /** The member of the body, such as `items.0.qty`; empty for the whole body. */
  readonly member: string;
  /** The name of the model that has the rule; undefined for the model of the body itself. */
  readonly model: string | undefined;
  /** The path to the rule in the schema of the model, such as `properties`, `qty`, `type`. */
  readonly path: readonly string[];
  /** The types that the rule allows; set only if the rule is about types and the member is null. */
  readonly insteadOfNull?: readonly string[];
};

/** Returns the rules that a body violates, with their places in the models. */
export function faultsOfErrors(errors: readonly ErrorObject[]): readonly SchemaFault[] {
  return visibleOf(errors).map(({ instancePath, schemaPath, keyword, data, schema }) => {
    const [url = '', pointer = ''] = schemaPath.split('#');
    return {
      member: stepsOf(instancePath).join('.'),
      model: url === '' ? undefined : url.split('/').at(-1),
      path: stepsOf(decodeURIComponent(pointer)),
      ...(keyword === 'type' && data === null && { insteadOfNull: [schema].flat().map(String) }),
    };
  });
}

function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const LONGEST_VALUE = 60;

/**
 * Returns the members of the body that do not match, each with its value, such as `items.0.qty is "3"`. The wording of
 * fge's validator does not name these members. It does name members that are missing or not allowed.
 */
export function placesOfErrors(errors: readonly ErrorObject[]): readonly string[] {
  const places = visibleOf(errors).flatMap(({ instancePath, data }) => {
    const text = JSON.stringify(data) as string | undefined;
    if (instancePath === '' || text === undefined || isJsonObject(data)) return [];
    return [
      `${stepsOf(instancePath).join('.')} is ${text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text}`,
    ];
  });
  return [...new Set(places)];
}

/**
 * Removes the errors of the branches of `anyOf` and `oneOf`. An error belongs to a branch if it is at or
 * below the place of the error of `anyOf` or `oneOf`, comes before it, and was raised by another schema.
 */
function withoutBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const tried = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  return errors.filter(
    (error) =>
      !tried.some(
        (choice) =>
          choice !== error &&
          isAtOrBelow(error.instancePath, choice.instancePath) &&
          error.parentSchema !== choice.parentSchema &&
          // ajv reports the error of `anyOf` or `oneOf` after the errors of its branches.
          errors.indexOf(error) < errors.indexOf(choice),
      ),
  );
}

function isAtOrBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

function ancestorsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_part, index) => parts.slice(0, index + 1).join('/'));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function wordError(error: ErrorObject, all: readonly ErrorObject[]): string {
  const data: unknown = error.data;
  const schema: unknown = error.schema;
  switch (error.keyword) {
    case 'required':
    case NAMELESS:
      return `object has missing required properties (${list(missing(error))})`;
    case 'type':
      return `instance type (${typeName(data)}) does not match any allowed primitive type (allowed: ${list(allowedTypes(schema))})`;
    case 'additionalProperties':
      return `object instance has properties which are not allowed by the schema: ${list(unwanted(error, all))}`;
    case 'enum':
      return `instance value (${JSON.stringify(data)}) not found in enum (possible values: ${JSON.stringify(schema)})`;
    case 'maximum':
    case 'minimum':
    case 'multipleOf':
      return wordNumber(error);
    case 'maxLength':
      return `string ${quoted(data)} is too long (length: ${lengthOf(data)}, maximum allowed: ${String(schema)})`;
    case 'minLength':
      return `string ${quoted(data)} is too short (length: ${lengthOf(data)}, required minimum: ${String(schema)})`;
    case 'pattern':
      return `ECMA 262 regex "${String(schema)}" does not match input string ${quoted(data)}`;
    default:
      return wordStructure(error);
  }
}

function wordNumber({ keyword, data, schema, params }: ErrorObject): string {
  if (keyword === 'multipleOf')
    return `remainder of division is not zero (${String(data)} / ${String(schema)})`;
  const isExclusive = params['comparison'] === '<' || params['comparison'] === '>';
  const bounds = `(${keyword}: ${String(schema)}, found: ${String(data)})`;
  if (keyword === 'maximum')
    return isExclusive
      ? `numeric instance is not strictly lower than the required maximum ${String(schema)}`
      : `numeric instance is greater than the required maximum ${bounds}`;
  return isExclusive
    ? `numeric instance is not strictly greater than the required minimum ${String(schema)}`
    : `numeric instance is lower than the required minimum ${bounds}`;
}

function wordStructure(error: ErrorObject): string {
  const { keyword, data, schema, params } = error;
  const size = Array.isArray(data) ? data.length : Object.keys(isJsonObject(data) ? data : {}).length;
  const choices = Array.isArray(schema) ? schema.length : 0;
  switch (keyword) {
    case 'additionalItems':
      return `object instance has elements which are not allowed by the schema: array has too many elements (${size}, allowed: ${String(params['limit'])})`;
    case 'maxItems':
      return `array is too long: must have at most ${String(schema)} elements but instance has ${size} elements`;
    case 'minItems':
      return `array is too short: must have at least ${String(schema)} elements but instance has ${size} elements`;
    case 'uniqueItems':
      return 'array must not contain duplicate elements';
    case 'maxProperties':
      return `object has too many properties (found ${size} but schema requires at most ${String(schema)})`;
    case 'minProperties':
      return `object has too few properties (found ${size} but schema requires at least ${String(schema)})`;
    case 'dependencies':
      return wordDependency(error);
    case 'anyOf':
      return `instance failed to match at least one required schema among ${choices}`;
    case 'oneOf':
      return `instance failed to match exactly one schema (matched ${Array.isArray(params['passingSchemas']) ? params['passingSchemas'].length : 0} out of ${choices})`;
    case 'not':
      return 'instance matched a schema which it should not have';
    default:
      return `instance does not match ${keyword}`;
  }
}

function wordDependency({ data, params }: ErrorObject): string {
  const wanted = String(params['deps']).split(', ');
  const absent = wanted.filter((name) => !Object.hasOwn(isJsonObject(data) ? data : {}, name));
  return `property "${String(params['property'])}" of object has missing property dependencies (schema requires ${list(wanted)}; missing: ${list(absent)})`;
}

/** Returns all missing names, because ajv reports them one by one. */
function missing({ data, parentSchema }: ErrorObject): string[] {
  const required: unknown = parentSchema?.['required'];
  const present = isJsonObject(data) ? data : {};
  return Array.isArray(required)
    ? required.filter((name) => typeof name === 'string').filter((name) => !Object.hasOwn(present, name))
    : [];
}

function unwanted(error: ErrorObject, all: readonly ErrorObject[]): string[] {
  return all
    .filter((other) => other.keyword === error.keyword && other.instancePath === error.instancePath)
    .map(({ params }) => String(params['additionalProperty']));
}

/** Returns the types that a schema allows. In a schema, `number` includes integers, and fge lists both types. */
function allowedTypes(type: unknown): string[] {
  const names = [type].flat().filter((name) => typeof name === 'string');
  return names.includes('number') ? [...new Set([...names, 'integer'])] : names;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

const list = (names: readonly string[]): string => JSON.stringify(names.toSorted());
const quoted = (value: unknown): string => `"${String(value)}"`;
/** The length is in characters, not UTF-16 units (draft 4). */
const lengthOf = (value: unknown): number => (typeof value === 'string' ? Array.from(value).length : 0);
