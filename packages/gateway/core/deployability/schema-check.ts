/**
 * Checks the properties of a resource against CloudFormation's schema of its type. The schemas are data; this file only
 * describes violations of them.
 */
import { unescapePointer } from '@gatewright/aws/json-pointer';
import { createRequire } from 'node:module';
import type { Ajv as AjvClass, ErrorObject, ValidateFunction } from 'ajv';
import { asJsonObject, isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { withOwnSchema } from './own-schemas.ts';
import { remedyOf } from './remedies.ts';
import { convertFlagText, findMixedScalars } from './scalar-types.ts';
import type { MixedScalar } from './scalar-types.ts';
import { meaningOfPattern, wordsOfPattern } from './pattern-words.ts';
import { nearestOf } from './spelling.ts';

type TypeSchema = {
  readonly schema: JsonObject;
  /** The top-level properties whose change makes CloudFormation replace the resource. */
  readonly replacedBy?: readonly string[];
  /** The attributes that Fn::GetAtt can return. */
  readonly attributes?: readonly string[];
  /** The properties by which a resource is identified, if the template sets all of them. */
  readonly named?: readonly string[];
};

export type SchemaTable = Readonly<Record<string, TypeSchema>>;

export type SchemaViolation = {
  /** The path of the value: `Integration.TimeoutInMillis`, or empty for the resource. */
  readonly path: readonly string[];
  /** The missing member, if a member is missing. `path` is then the path of the object without this member. */
  readonly missing?: string;
  /**
   * The member whose value makes the missing member required, if there is one. `path` is then the path of the object
   * that should have both members.
   */
  readonly because?: string;
  /** The member that is not permitted, if there is one. `path` is then the path of the object with this member. */
  readonly excess?: string;
  /** The members of which one is required, if that is the violation. */
  readonly alternatives?: readonly string[];
  /** Whether the violated rule depends on the presence or absence of other members. */
  readonly isConditional?: true;
  /** Whether a schema of own-schemas.ts provides the message. Such a message is usually the service's own. */
  readonly isWorded?: true;
  /** The property whose pattern expresses the same rule. A violation of that pattern is not reported as well. */
  readonly insteadOf?: readonly string[];
  /** Whether any value is refused, because the member must not be present. */
  readonly isOfPresence?: true;
  /** The pattern that the value does not match, if that is the violation. */
  readonly pattern?: string;
  /** The keyword of the schema that the value violates. */
  readonly keyword: string;
  readonly message: string;
  /** The remedy; absent if only AWS's documentation of the property can help. */
  readonly remedy?: string;
};

/** The maximum number of characters of a value that is compared with a pattern. */
const MAX_MATCHED = 8_192;
const MAX_SHOWN = 60;

export class SchemaChecker {
  /** The schemas by type. */
  readonly table: SchemaTable;
  readonly #compiled = new Map<string, ValidateFunction>();
  #ajv: AjvClass | undefined;

  constructor(table: SchemaTable) {
    this.table = table;
  }

  has(type: string): boolean {
    return Object.hasOwn(this.table, type);
  }

  /** Returns the violations, each with the place that causes it; empty for a type without a schema. */
  check(type: string, properties: JsonObject): readonly SchemaViolation[] {
    const entry = Object.hasOwn(this.table, type) ? this.table[type] : undefined;
    if (entry === undefined) return [];
    this.#ajv ??= openAjv();
    const validate = this.#compiled.get(type) ?? this.#ajv.compile(withOwnSchema(type, entry.schema));
    this.#compiled.set(type, validate);
    // CloudFormation converts strings to numbers and booleans, and the copy is changed in the same way. ajv checks
    // conditions between members before it converts their types, so only the second run compares the converted values.
    const copy = structuredClone(properties) as Record<string, Json>;
    const isValid = validate(copy);
    for (const error of validate.errors ?? []) if (isFlagInText(error)) convertFlagText(copy, pathOf(error));
    const violations = isValid || validate(copy) ? [] : describeErrors(validate.errors ?? []);
    return [...violations, ...findMixedScalars(properties, copy).map(describeMixedScalar)];
  }
}

/** ajv is loaded only when it is needed, because it consists of sixty files. */
function openAjv(): AjvClass {
  const { Ajv } = createRequire(import.meta.url)('ajv') as { readonly Ajv: typeof AjvClass };
  const ajv = new Ajv({
    allErrors: true,
    strict: false,
    coerceTypes: true,
    validateSchema: false,
    verbose: true,
    logger: false,
    // Each validator runs only a few times, so optimizing its code would take longer than it saves. Without
    // optimization, the schemas of an ordinary stack compile in about half the time.
    code: { optimize: false, regExp: Object.assign(compileBounded, { code: 'bounded' }) },
  });
  const members = (data: unknown): readonly string[] => (isJsonObject(data) ? Object.keys(data) : []);
  const howMany = (names: readonly string[], data: unknown): number =>
    names.filter((name) => members(data).includes(name)).length;
  ajv.addKeyword({
    keyword: 'requiredXor',
    validate: (names: readonly string[], data: unknown) => howMany(names, data) === 1,
  });
  ajv.addKeyword({
    keyword: 'requiredOr',
    validate: (names: readonly string[], data: unknown) => howMany(names, data) > 0,
  });
  ajv.addKeyword({
    keyword: 'dependentExcluded',
    validate: (table: Readonly<Record<string, readonly string[]>>, data: unknown) =>
      Object.entries(table).every(
        ([name, excluded]) => !members(data).includes(name) || howMany(excluded, data) === 0,
      ),
  });
  ajv.addKeyword({
    keyword: 'dependentRequired',
    validate: (table: Readonly<Record<string, readonly string[]>>, data: unknown) =>
      Object.entries(table).every(
        ([name, needed]) => !members(data).includes(name) || howMany(needed, data) === needed.length,
      ),
  });
  ajv.addKeyword({
    keyword: 'enumCaseInsensitive',
    validate: (values: readonly string[], data: unknown) =>
      typeof data !== 'string' || values.some((value) => value.toLowerCase() === data.toLowerCase()),
  });
  return ajv;
}

type Pattern = { test(text: string): boolean; toString(): string };

/**
 * Compiles a pattern of a schema. A pattern that this engine cannot compile matches every value, and a very long value
 * is not compared with its pattern.
 */
function compileBounded(pattern: string): Pattern {
  const compiled = compileEither(pattern);
  return {
    test: (text) => compiled === undefined || text.length > MAX_MATCHED || compiled.test(text),
    // ajv stores compiled patterns by their text.
    toString: () => pattern,
  };
}

/**
 * Returns undefined for a pattern that does not compile. The schemas are written for engines in which `\Z` is the
 * end of the text.
 */
function compileEither(pattern: string): RegExp | undefined {
  const source = pattern.replaceAll(/\\[Zz]/g, '$');
  // Without the flag u, \p{Print} would be the letter p and the text {Print}.
  for (const flags of source.includes(String.raw`\p{`) ? ['u'] : ['u', ''])
    try {
      return new RegExp(source, flags);
    } catch {
      // The pattern may compile with the next flags.
    }
  return undefined;
}

type SchemaError = ErrorObject<string, Record<string, unknown>>;

/**
 * Describes the errors. The errors of the branches of a combination are left out, because it is not known which branch
 * the author intended. Errors that another error implies are also left out, and so are errors about strings such as
 * `true` for a boolean.
 */
function describeErrors(errors: readonly ErrorObject[]): readonly SchemaViolation[] {
  const combinations = errors.filter(({ keyword }) => /^(?:anyOf|oneOf|not)$/.test(keyword));
  const isInside = ({ schemaPath }: ErrorObject): boolean =>
    combinations.some((one) => schemaPath !== one.schemaPath && schemaPath.startsWith(`${one.schemaPath}/`));
  const found = new Map<string, SchemaViolation>();
  for (const error of errors) {
    if (isInside(error) || error.keyword === 'if' || isFlagInText(error)) continue;
    const one = toViolation(error as SchemaError, errors);
    if (one !== undefined) found.set(JSON.stringify([one.path, one.missing, one.message]), one);
  }
  for (const [key, one] of found) if (isConsequence(one, [...found.values()])) found.delete(key);
  // A violation with the service's own message replaces a general violation about the same value.
  const all = [...found.values()];
  const worded = new Set(all.flatMap(({ isWorded, path }) => (isWorded === true ? [path.join('.')] : [])));
  const replaced = new Set(all.flatMap(({ insteadOf = [] }) => insteadOf));
  return all.filter(({ isWorded, path, missing, excess, keyword }) => {
    const at = path.join('.');
    if (isWorded === true || missing !== undefined || excess !== undefined) return true;
    return !worded.has(at) && !(keyword === 'pattern' && replaced.has(at));
  });
}

/**
 * Returns whether another violation makes this one redundant: one of several members is required, and the missing
 * member is one of them; a similar name is not permitted, so the member is misspelled; or the value is not in a list of
 * permitted values, so the violation of its pattern adds nothing.
 */
function isConsequence(one: SchemaViolation, all: readonly SchemaViolation[]): boolean {
  const at = one.path.join('.');
  const isHere = (other: SchemaViolation): boolean => other !== one && other.path.join('.') === at;
  const { missing, keyword, isWorded } = one;
  if (isWorded === true) return false;
  if (keyword === 'pattern') return all.some((other) => isHere(other) && other.keyword === 'enum');
  const needed = missing === undefined ? namesIn(one) : [missing];
  const isMisspelt = all.some(
    ({ keyword: other, path }) =>
      other === 'additionalProperties' &&
      path.slice(0, -1).join('.') === at &&
      nearestOf(path.at(-1) ?? '', needed) !== undefined,
  );
  return (
    isMisspelt ||
    (missing !== undefined && all.some((other) => isHere(other) && namesIn(other).includes(missing)))
  );
}

/** Returns the members of which at least one is required; empty if the violation is about something else. */
function namesIn({ keyword, alternatives = [] }: SchemaViolation): readonly string[] {
  return keyword === 'requiredXor' || keyword === 'requiredOr' ? alternatives : [];
}

/** CloudFormation converts strings such as `True` to booleans, whatever the case of their letters. */
function isFlagInText({ keyword, schema, data }: ErrorObject): boolean {
  return (
    keyword === 'type' &&
    [schema].flat().includes('boolean') &&
    typeof data === 'string' &&
    /^(?:true|false)$/i.test(data)
  );
}

function toViolation(error: SchemaError, all: readonly ErrorObject[]): SchemaViolation | undefined {
  const found = describeError(error, all);
  if (found === undefined) return undefined;
  const { says, insteadOf } = asJsonObject(error.parentSchema) ?? {};
  const { path, missing, keyword } = found;
  const [pair] = keyword === 'dependentExcluded' ? excludedPairs(error.schema, error.data) : [];
  const remedy = remedyOf({
    keyword,
    missing,
    pair,
    schema: error.schema,
    parent: error.parentSchema,
    data: error.data,
    name: path.findLast((key) => !/^\d+$/.test(key)) ?? 'the member',
  });
  return {
    ...found,
    ...(remedy !== undefined && { remedy }),
    ...(typeof says === 'string' && {
      message: says.replaceAll('{value}', textOfValue(error.data)),
      isWorded: true,
    }),
    ...(typeof insteadOf === 'string' && { insteadOf: [insteadOf] }),
    ...(error.keyword === 'pattern' && { pattern: String(error.schema) }),
    ...(keyword === 'not' && isEmptyObject(error.schema) && { isOfPresence: true }),
    ...(/\/(?:then|else)\//.test(error.schemaPath) && { isConditional: true }),
  };
}

function isEmptyObject(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function textOfValue(data: unknown): string {
  return typeof data === 'string' ? data : show(data);
}

function describeMixedScalar({ path, written }: MixedScalar): SchemaViolation {
  const expected = typeof written === 'boolean' ? 'a number' : 'true or false';
  return {
    path,
    keyword: 'type',
    message: `${nameOf(path)} must be ${expected}, not ${String(written)}`,
    remedy: `write ${expected}`,
  };
}

function pathOf({ instancePath }: ErrorObject): readonly string[] {
  return instancePath.split('/').slice(1).map(unescapePointer);
}

function describeError(error: SchemaError, all: readonly ErrorObject[]): SchemaViolation | undefined {
  const path = pathOf(error);
  const { keyword, params, schema, data } = error;
  if (keyword === 'required') {
    const missing = String(params['missingProperty']);
    const { reason, because } = reasonFor(error, all);
    return {
      path,
      missing,
      keyword,
      message: `${missing} is required${reason}`,
      ...(because !== undefined && { because }),
    };
  }
  if (keyword === 'additionalProperties') {
    const extra = String(params['additionalProperty']);
    return { path: [...path, extra], keyword, message: `extraneous key [${extra}] is not permitted` };
  }
  if (keyword === 'false schema') return { path, keyword, message: `${nameOf(path)} is not permitted here` };
  if (keyword === 'uniqueItems')
    return {
      path: [...path, String(Math.max(Number(params['i']), Number(params['j'])))],
      keyword,
      message: `${nameOf(path)} must not have duplicate items`,
    };
  if (keyword === 'anyOf' || keyword === 'oneOf') {
    const wording = wordCombination(error, all);
    return wording && { path, keyword, ...wording };
  }
  const wording = WORDINGS[keyword]?.(schema, data);
  if (wording === undefined) return undefined;
  const [, excess] = keyword === 'dependentExcluded' ? (excludedPairs(schema, data)[0] ?? []) : [];
  return {
    path,
    keyword,
    message: `${nameOf(path)} ${wording}`,
    ...(excess !== undefined && { excess }),
    ...(Array.isArray(schema) && keyword.startsWith('required') && { alternatives: schema.map(String) }),
  };
}

type Reason = { readonly reason: string; readonly because?: string };

/** Names the members whose values make another one required: ` because AccessControl is "PublicRead"`. */
function reasonFor({ schemaPath }: SchemaError, all: readonly ErrorObject[]): Reason {
  const condition = all.find(
    (one) => one.keyword === 'if' && one.schemaPath === schemaPath.replace(/then\/required$/, 'if'),
  );
  const { required, properties } = asJsonObject(condition?.schema) ?? {};
  const data = asJsonObject(condition?.data) ?? {};
  const compared = Array.isArray(required) ? required : Object.keys(asJsonObject(properties) ?? {});
  const names = compared.map(String).filter((name) => Object.hasOwn(data, name));
  const [because] = names;
  if (because === undefined) return { reason: '' };
  const reasons = names.map((name) => `${name} is ${show(data[name])}`);
  return { reason: ` because ${reasons.join(' and ')}`, because };
}

/**
 * Lists the members if all branches of a combination require members; otherwise describes the combination as a whole.
 */
function wordCombination(
  { schemaPath, keyword, params }: SchemaError,
  all: readonly ErrorObject[],
): Pick<SchemaViolation, 'message'> | undefined {
  const inner = all.filter((one) => one.schemaPath.startsWith(`${schemaPath}/`));
  const missing = inner
    .filter((one) => one.keyword === 'required')
    .map((one) => String((one.params as Record<string, unknown>)['missingProperty']));
  const how = keyword === 'anyOf' ? 'at least' : 'exactly';
  if (inner.length > 0 && missing.length === inner.length)
    return { message: `${how} one of ${[...new Set(missing)].join(', ')} is required` };
  if (keyword === 'oneOf' && Array.isArray(params['passingSchemas']))
    return {
      message: 'the value mixes members of several forms, but only the members of one form are permitted',
    };
  return { message: `the value must match ${how} one of the forms that CloudFormation’s schema describes` };
}

type Wording = (schema: unknown, data: unknown) => string;

const WORDINGS: Readonly<Record<string, Wording>> = {
  type: (schema, data) => `must be of type ${[schema].flat().join(' or ')}, not ${typeName(data)}`,
  enum: (schema, data) => `must be one of ${listOf(schema)}, not ${show(data)}`,
  enumCaseInsensitive: (schema, data) => `must be one of ${listOf(schema)}, not ${show(data)}`,
  const: (schema, data) => `must be ${show(schema)}, not ${show(data)}`,
  pattern: (schema, data) => {
    const meaning = meaningOfPattern(String(schema));
    if (meaning !== undefined) return `must be ${meaning}, not ${show(data)}`;
    const words = wordsOfPattern(String(schema));
    return words === undefined
      ? `must match ${String(schema)}, but ${show(data)} does not`
      : `must consist of ${words}, but ${show(data)} does not`;
  },
  minimum: (schema, data) => `must be at least ${String(schema)}, not ${show(data)}`,
  maximum: (schema, data) => `must be at most ${String(schema)}, not ${show(data)}`,
  exclusiveMinimum: (schema, data) => `must be greater than ${String(schema)}, not ${show(data)}`,
  exclusiveMaximum: (schema, data) => `must be less than ${String(schema)}, not ${show(data)}`,
  multipleOf: (schema, data) => `must be a multiple of ${String(schema)}, not ${show(data)}`,
  minLength: (schema, data) => `must have at least ${String(schema)} characters, not ${sizeOf(data)}`,
  maxLength: (schema, data) => `must have at most ${String(schema)} characters, not ${sizeOf(data)}`,
  minItems: (schema, data) => `must have at least ${String(schema)} items, not ${sizeOf(data)}`,
  maxItems: (schema, data) => `must have at most ${String(schema)} items, not ${sizeOf(data)}`,
  minProperties: (schema, data) => `must have at least ${String(schema)} members, not ${sizeOf(data)}`,
  maxProperties: (schema, data) => `must have at most ${String(schema)} members, not ${sizeOf(data)}`,
  not: () => 'has a value, or a combination of members, that is not permitted',
  requiredXor: (schema) => `must have exactly one of ${listOf(schema)}`,
  requiredOr: (schema) => `must have at least one of ${listOf(schema)}`,
  dependentExcluded: (schema, data) => `must not have ${excludedPair(schema, data)}`,
  dependentRequired: (schema, data) => `must have ${neededPair(schema, data)}`,
};

function excludedPair(schema: unknown, data: unknown): string {
  const [pair] = excludedPairs(schema, data);
  return pair === undefined ? 'these members together' : pair.join(' together with ');
}

function excludedPairs(schema: unknown, data: unknown): readonly (readonly [name: string, other: string])[] {
  return Object.entries(schema as Readonly<Record<string, readonly string[]>>).flatMap(([name, others]) =>
    others
      .filter((other) => hasMember(data, name) && hasMember(data, other))
      .map((other) => [name, other] as const),
  );
}

function neededPair(schema: unknown, data: unknown): string {
  const pairs = Object.entries(schema as Readonly<Record<string, readonly string[]>>).flatMap(
    ([name, others]) =>
      others
        .filter((other) => hasMember(data, name) && !hasMember(data, other))
        .map((other) => `${other}, because it has ${name}`),
  );
  return pairs[0] ?? 'more members';
}

function hasMember(data: unknown, name: string): boolean {
  return isJsonObject(data) && Object.hasOwn(data, name);
}

function listOf(values: unknown): string {
  return Array.isArray(values) ? values.map(String).join(', ') : String(values);
}

function sizeOf(data: unknown): string {
  if (typeof data === 'string') return String(data.length);
  return String(typeof data === 'object' && data !== null ? Object.keys(data).length : 0);
}

function typeName(data: unknown): string {
  return Array.isArray(data) ? 'array' : data === null ? 'null' : typeof data;
}

function show(data: unknown): string {
  const text = data === undefined ? '' : JSON.stringify(data);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

/** Returns the name of a value; an item of a list is named together with the list. */
function nameOf(path: readonly string[]): string {
  const last = path.at(-1) ?? 'the resource';
  return /^\d+$/.test(last) ? path.slice(-2).join('.') : last;
}
