/**
 * Validates JSON Schema draft 4 with ajv, made safe for untrusted bodies. Every subschema and every pattern step
 * reduces a budget, `uniqueItems` runs in linear time, and inherited properties are ignored.
 */
import { createRequire } from 'node:module';
import type { default as AjvDraft04, ErrorObject, ValidateFunction } from 'ajv-draft-04';
import { RenderBudget } from '@gatewright/velocity/java/render-budget';
import { TemplateError } from '@gatewright/velocity/java/template-error';
import { EXACT_KEYWORDS } from './schema-keywords.ts';
import { compilePattern } from './schema-pattern.ts';
import { NAMELESS, SchemaRefusal, STEP, modelUrl, prepareSchema } from './schema-preparation.ts';
import { faultsOfErrors, placesOfErrors, wordSchemaErrors } from './schema-wording.ts';
import type { PatternTest } from './schema-pattern.ts';
import type { PreparedSchema } from './schema-preparation.ts';
import type { SchemaFault } from './schema-wording.ts';
import { canonicalJson } from '@gatewright/aws/equal-json';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

/**
 * The result of a check. `details` is the value of `$context.error.validationErrorString`. For explanations, `places`
 * finds the members of the body that do not match, and `faults` finds the rules of the models that the body violates.
 */
export type SchemaVerdict =
  | { readonly isValid: true }
  | {
      readonly isValid: false;
      readonly details: string;
      readonly places?: () => readonly string[];
      readonly faults?: () => readonly SchemaFault[];
    };

/** Checks a value. `bytes` is the length of the JSON text, because a longer body has a larger budget. */
export type SchemaCheck = (value: unknown, bytes: number) => SchemaVerdict;

/**
 * The step budget of a check, which is enough for any reasonable schema. It limits a check to about 0.1 s, or to 2 s
 * for a body of 10 MB.
 */
const STEPS = { base: 2_000_000, perByte: 10 };
/**
 * The steps that are counted for a keyword for which ajv calls a function. Such a keyword takes longer than a keyword
 * that ajv compiles.
 */
const CALL_STEPS = 4;
/**
 * The limits for listing all errors. Each listed error takes memory, so for longer bodies, or after more steps, only
 * the first error is listed.
 */
const MAX_EXPLAINED = { bytes: 65_536, steps: 200_000 };
const TOO_MUCH = 'checking the body against its schema takes too many steps';

/**
 * ajv is loaded only when it is needed, because it consists of sixty files and a stack without models does not use it.
 */
const loadAjv = (): typeof AjvDraft04 => createRequire(import.meta.url)('ajv-draft-04') as typeof AjvDraft04;

const VALID: SchemaVerdict = { isValid: true };

/** All models of one API. The models may refer to each other. */
export class SchemaSet {
  readonly #apiId: string;
  readonly #prepared = new Map<string, PreparedSchema>();
  readonly #patterns = new Map<string, PatternTest>();
  readonly #decide: Engine;
  readonly #explain: Engine;
  readonly #checks = new Map<string, SchemaCheck>();

  /**
   * @param models the schemas by name, each of which is an object
   * @throws SchemaRefusal with the model's name as its cause, if AWS refuses a schema
   */
  constructor(apiId: string, models: ReadonlyMap<string, JsonObject>) {
    this.#apiId = apiId;
    this.#decide = new Engine(this.#patterns, 'first error');
    this.#explain = new Engine(this.#patterns, 'all errors');
    for (const [name, schema] of models)
      attributed(name, () => {
        this.#add(
          name,
          prepareSchema(schema, apiId, (other) => models.has(other)),
        );
      });
  }

  #add(name: string, prepared: PreparedSchema): void {
    const path = findNotDraft4(prepared.plain);
    if (path !== undefined) throw new SchemaRefusal('Invalid model schema specified', { path });
    for (const pattern of prepared.patterns) {
      const test = compilePattern(pattern);
      if (test === undefined)
        throw new SchemaRefusal(
          `Invalid model schema specified: the pattern ${JSON.stringify(pattern)} is not a regular expression, or exceeds the gateway's limits`,
        );
      this.#patterns.set(pattern, test);
    }
    this.#prepared.set(name, prepared);
    this.#decide.add(modelUrl(this.#apiId, name), prepared.marked);
    this.#explain.add(modelUrl(this.#apiId, name), prepared.marked);
  }

  has(name: string): boolean {
    return this.#prepared.has(name);
  }

  /**
   * Returns the check for a model.
   * @throws SchemaRefusal for a reference that cannot be resolved; RangeError for a name that is not in the set
   */
  check(name: string): SchemaCheck {
    const known = this.#checks.get(name);
    if (known !== undefined) return known;
    const made = attributed(name, () => this.#compile(name));
    this.#checks.set(name, made);
    return made;
  }

  #compile(name: string): SchemaCheck {
    const url = modelUrl(this.#apiId, name);
    const decide = this.#decide.compile(url);
    let explain: BoundedCheck | undefined;
    return (value, bytes) => {
      const first = decide(value, STEPS.base + STEPS.perByte * bytes);
      if (first === 'valid') return VALID;
      if (first === 'too-much') return { isValid: false, details: `[${TOO_MUCH}]` };
      // The validator for explanations is compiled only when the first invalid body arrives. Compiling it at startup
      // would double the startup time of each model.
      explain ??= this.#explain.compile(url);
      const all = bytes > MAX_EXPLAINED.bytes ? first : explain(value, MAX_EXPLAINED.steps);
      const errors = Array.isArray(all) ? all : first.slice(-1);
      return {
        isValid: false,
        details: wordSchemaErrors(errors),
        places: () => placesOfErrors(errors),
        faults: () => faultsOfErrors(errors),
      };
    };
  }
}

type Outcome = 'valid' | 'too-much' | ErrorObject[];
type BoundedCheck = (value: unknown, maxSteps: number) => Outcome;

/** An ajv instance with built-in limits. It is synchronous, so only one budget is in use at a time. */
class Engine {
  readonly #ajv: InstanceType<typeof AjvDraft04.default>;
  #budget = newBudget(0);

  constructor(patterns: ReadonlyMap<string, PatternTest>, listed: 'first error' | 'all errors') {
    const regExp = Object.assign(
      (pattern: string) => ({
        test: (text: string) => patterns.get(pattern)?.(text, this.#budget) ?? false,
        // ajv treats patterns with the same text as one pattern.
        toString: () => pattern,
      }),
      // ajv uses `code` only to generate standalone code, which the gateway never does.
      { code: 'undefined' },
    );
    const ajv = loadAjv();
    this.#ajv = new ajv.default({
      allErrors: listed === 'all errors',
      verbose: true,
      strict: false,
      logger: false,
      validateFormats: false,
      validateSchema: false,
      ownProperties: true,
      inlineRefs: false,
      unicodeRegExp: false,
      code: { regExp },
    });
    this.#ajv.addKeyword({ keyword: STEP, errors: false, validate: () => this.#pay(1) });
    for (const { keyword, type, test } of EXACT_KEYWORDS) {
      this.#ajv.removeKeyword(keyword);
      this.#ajv.addKeyword({
        keyword,
        ...(type !== undefined && { type }),
        validate: (rule: Json, value: Json) => {
          this.#pay(CALL_STEPS);
          return test(rule, value);
        },
      });
    }
    this.#ajv.addKeyword({
      keyword: NAMELESS,
      type: 'object',
      validate: (_rule: Json, value: JsonObject) => Object.hasOwn(value, ''),
    });
    this.#ajv.removeKeyword('uniqueItems');
    this.#ajv.addKeyword({
      keyword: 'uniqueItems',
      type: 'array',
      validate: (isWanted: boolean, items: readonly Json[]) => !isWanted || this.#areUnique(items),
    });
  }

  /** Returns the path to the first member that the meta schema refuses; undefined if there is none. */
  findMetaFault(schema: JsonObject): readonly string[] | undefined {
    this.#budget = newBudget(STEPS.base);
    if (this.#ajv.validateSchema(schema) === true) return undefined;
    return pathOfPointer(this.#ajv.errors?.[0]?.instancePath ?? '');
  }

  add(url: string, schema: JsonObject): void {
    this.#ajv.addSchema(schema, url);
  }

  compile(url: string): BoundedCheck {
    let validate: ValidateFunction | undefined;
    try {
      validate = this.#ajv.getSchema(url);
    } catch (error) {
      // At this point, the only possible fault is a local reference whose target does not exist.
      throw new SchemaRefusal(
        `Invalid model schema specified: ${error instanceof Error ? error.message : 'unreadable'}`,
      );
    }
    if (validate === undefined) throw new RangeError(`no schema ${url}`);
    const compiled = validate;
    return (value, maxSteps) => {
      this.#budget = newBudget(maxSteps);
      try {
        return compiled(value) ? 'valid' : [...(compiled.errors ?? [])];
      } catch (error) {
        // The size of the call stack is another limit. With a recursive schema, a body with thousands of nested levels
        // would exceed it.
        if (error instanceof TemplateError || error instanceof RangeError) return 'too-much';
        throw error;
      }
    };
  }

  #pay(steps: number): true {
    this.#budget.spend(steps);
    return true;
  }

  #areUnique(items: readonly Json[]): boolean {
    this.#pay(items.length);
    return new Set(items.map((item) => canonicalJson(item))).size === items.length;
  }
}

/**
 * The compiled meta schema. All APIs share it, because compiling the meta schema takes longer than compiling most
 * models.
 */
let metaSchema: Engine | undefined;

/**
 * Returns whether the schema matches ajv's meta schema of draft 4. The formats of the meta schema are not checked here:
 * `compilePattern` checks whether a pattern is a regular expression.
 */
function findNotDraft4(schema: JsonObject): readonly string[] | undefined {
  metaSchema ??= new Engine(new Map(), 'first error');
  return metaSchema.findMetaFault(schema);
}

/** Reads a JSON Pointer (RFC 6901). */
function pathOfPointer(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function newBudget(maxSteps: number): RenderBudget {
  return new RenderBudget({ maxIterations: 0, maxSteps, maxChars: 0 });
}

function attributed<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SchemaRefusal)
      throw new SchemaRefusal(error.message, { cause: name, path: error.path });
    throw error;
  }
}
