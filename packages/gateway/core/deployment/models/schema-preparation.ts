/**
 * Prepares a model's schema for compilation. It checks AWS's rules for keywords and references, and marks every
 * subschema so that the compiled check counts its steps.
 */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

/** The keyword that marks every subschema. `json-schema.ts` defines its effect. */
export const STEP = 'gatewright-step';

/** The keyword that requires the member with the empty name, which ajv does not treat as a name. */
export const NAMELESS = 'gatewright-nameless';

/** AWS's reason for refusing a schema, which AWS shows between the brackets of `errors : […]`. */
export class SchemaRefusal extends Error {
  /** The path to the member of the schema that is refused; empty for the schema as a whole. */
  readonly path: readonly string[];

  constructor(message: string, options: ErrorOptions & { readonly path?: readonly string[] } = {}) {
    super(message, options);
    this.path = options.path ?? [];
  }
}

export type PreparedSchema = {
  /**
   * The schema for the check against the meta schema. It is the schema as written, except that numbers and booleans are
   * restored and annotations are removed.
   */
  readonly plain: JsonObject;
  readonly marked: JsonObject;
  readonly patterns: readonly string[];
};

const ONE = ['additionalItems', 'additionalProperties', 'items', 'not'];
const LIST = ['allOf', 'anyOf', 'items', 'oneOf'];
const MAP = ['definitions', 'dependencies', 'patternProperties', 'properties'];
const NUMBERS = [
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'multipleOf',
];
const FLAGS = [
  'additionalItems',
  'additionalProperties',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'uniqueItems',
];
/** Keywords that have no effect on validation. It is not recorded how AWS treats `format`, so it is not checked. */
const ANNOTATIONS = ['$schema', 'default', 'description', 'format', 'id', 'title'];
/** The keywords of draft 4; AWS refuses all others [issue]. */
const KEYWORDS: ReadonlySet<string> = new Set([
  ...ONE,
  ...LIST,
  ...MAP,
  ...NUMBERS,
  ...FLAGS,
  ...ANNOTATIONS,
  '$ref',
  'enum',
  'pattern',
  'required',
  'type',
]);

const MAX_DEPTH = 100;
const CANONICAL =
  /^https:\/\/apigateway\.amazonaws\.com\/restapis\/([^/#]+)\/models\/([A-Za-z0-9]+)(?:#.*)?$/;

export function modelUrl(apiId: string, name: string): string {
  return `https://apigateway.amazonaws.com/restapis/${apiId}/models/${name}`;
}

/**
 * Checks and prepares a schema.
 * @param isModel whether the name in a reference is a known model
 * @throws SchemaRefusal in AWS's words, if AWS refuses the schema
 */
export function prepareSchema(
  schema: JsonObject,
  apiId: string,
  isModel: (name: string) => boolean,
): PreparedSchema {
  const walk = new Walk(apiId, isModel);
  const plain = walk.schema(schema, 0);
  if (walk.unsupported.size > 0) {
    const names = JSON.stringify([...walk.unsupported].sort());
    throw new SchemaRefusal(`Invalid model schema specified. Unsupported keyword(s): ${names}`);
  }
  return { plain, marked: mark(plain), patterns: [...walk.patterns] };
}

class Walk {
  readonly unsupported = new Set<string>();
  readonly patterns = new Set<string>();
  readonly #apiId: string;
  readonly #isModel: (name: string) => boolean;

  constructor(apiId: string, isModel: (name: string) => boolean) {
    this.#apiId = apiId;
    this.#isModel = isModel;
  }

  schema(schema: JsonObject, depth: number): JsonObject {
    if (depth > MAX_DEPTH) throw new SchemaRefusal('Invalid model schema specified');
    const entries: [string, Json][] = [];
    for (const [keyword, value] of Object.entries(schema)) {
      if (!KEYWORDS.has(keyword)) this.unsupported.add(keyword);
      else if (!ANNOTATIONS.includes(keyword))
        entries.push([keyword, within(keyword, () => this.#keyword(keyword, value, depth))]);
    }
    return Object.fromEntries(entries);
  }

  #keyword(keyword: string, value: Json, depth: number): Json {
    if (keyword === '$ref') return this.#reference(value);
    if (keyword === 'pattern' && typeof value === 'string') this.patterns.add(value);
    if (NUMBERS.includes(keyword)) return toNumber(value);
    if (FLAGS.includes(keyword) && typeof value === 'string') return toFlag(value);
    if (isJsonObject(value) && ONE.includes(keyword)) return this.schema(value, depth + 1);
    if (isJsonList(value) && LIST.includes(keyword))
      return value.map((item, index) => within(String(index), () => this.#subschema(item, depth)));
    if (!isJsonObject(value) || !MAP.includes(keyword)) return value;
    if (keyword === 'patternProperties') for (const name of Object.keys(value)) this.patterns.add(name);
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, within(name, () => this.#subschema(item, depth))]),
    );
  }

  #subschema(value: Json, depth: number): Json {
    return isJsonObject(value) ? this.schema(value, depth + 1) : value;
  }

  #reference(value: Json): Json {
    if (typeof value !== 'string') throw new SchemaRefusal('Invalid model schema specified');
    if (value.startsWith('#')) return value;
    const [, apiId, name = ''] = CANONICAL.exec(value) ?? [];
    if (apiId !== this.#apiId || !this.#isModel(name))
      throw new SchemaRefusal('Model reference must be in canonical form');
    return value;
  }
}

/** Adds the step to the path of a refusal. */
function within<T>(step: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SchemaRefusal)) throw error;
    throw new SchemaRefusal(error.message, { path: [step, ...error.path] });
  }
}

/**
 * Marks every subschema except references, whose targets are marked. In draft 4, the members next to a `$ref` have no
 * effect, so they are removed.
 */
function mark(schema: JsonObject): JsonObject {
  const isReference = Object.hasOwn(schema, '$ref');
  const counted = Object.entries(schema).filter(
    ([keyword]) => !isReference || keyword === '$ref' || keyword === 'definitions',
  );
  const entries = counted.map(([keyword, value]): [string, Json] => {
    if (isJsonObject(value) && keyword === 'dependencies') return [keyword, mapValues(value, markDependency)];
    if (isJsonObject(value) && ONE.includes(keyword)) return [keyword, mark(value)];
    if (isJsonList(value) && LIST.includes(keyword)) return [keyword, value.map(markIfSchema)];
    if (isJsonObject(value) && MAP.includes(keyword)) return [keyword, mapValues(value, markIfSchema)];
    return [keyword, value];
  });
  if (isReference) return Object.fromEntries(entries);
  const { required } = schema;
  const marks = Array.isArray(required) && required.includes('') ? [STEP, NAMELESS] : [STEP];
  return Object.fromEntries([...entries, ...marks.map((keyword): [string, Json] => [keyword, true])]);
}

/** Marks the schema of a dependency. A list that contains the empty name is converted to a schema first. */
function markDependency(value: Json): Json {
  return markIfSchema(isJsonList(value) && value.includes('') ? { required: value } : value);
}

function markIfSchema(value: Json): Json {
  return isJsonObject(value) ? mark(value) : value;
}

/** Converts strings to numbers, because CloudFormation passes numbers and booleans as strings. */
function toNumber(value: Json): Json {
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
    ? Number(value)
    : value;
}

function toFlag(value: string): Json {
  return value === 'true' ? true : value === 'false' ? false : value;
}

function mapValues(value: JsonObject, to: (item: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, to(item)]));
}
