/** AWS::ApiGateway::Model and AWS::ApiGatewayV2::Model, which contain the schemas of bodies (docs/aws §6). */
import { DefinitionError } from '../../errors.ts';
import { SchemaSet } from './json-schema.ts';
import { SchemaRefusal } from './schema-preparation.ts';
import { readText, requireValid } from '../properties.ts';
import type { Tolerance } from '../../errors.ts';
import type { SchemaCheck } from './json-schema.ts';
import type { PropertyBag } from '../properties.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';

export type Models = {
  /** Returns the name of a model for a reference by name or id. */
  nameOf(reference: string): string | undefined;
  schemaOf(name: string): JsonObject | undefined;
  /**
   * Returns the check for a model.
   * @throws DefinitionError for a schema that AWS refuses; RangeError for a name that `nameOf` never returns.
   */
  check(name: string): SchemaCheck;
};

/** The maximum size of a model on AWS, which is 400 KB. */
const MAX_SCHEMA_BYTES = 409_600;
const NAME = /^[A-Za-z0-9]+$/;
export const MODEL_EXISTS = 'Model name already exists for this REST API';
export const NO_PROPERTIES = 'Model schema must have at least 1 property or array items defined';
/** AWS adds these two models to every API that is not imported from a document. */
const BUILT_IN: readonly (readonly [name: string, schema: JsonObject])[] = [
  ['Empty', { type: 'object' }],
  ['Error', { type: 'object', properties: { message: { type: 'string' } } }],
];

/** A fault of one model. The models that do not refer to it can be used. */
class ModelFault extends DefinitionError {
  readonly bag: PropertyBag;

  constructor(bag: PropertyBag, property: string, message: string) {
    super(bag.place(property), message);
    this.bag = bag;
  }
}

const WITHOUT_MODEL = 'routes with this model return 500';

/** Compiles the models, except models that AWS refuses. A part that needs such a model cannot be compiled. */
export function compileUsableModels(
  apiId: string,
  bags: readonly PropertyBag[],
  tolerance: Tolerance,
): Models {
  const valid = bags.flatMap((bag) =>
    tolerance.attempt<readonly PropertyBag[]>(
      WITHOUT_MODEL,
      () => [requireValid(bag)],
      () => [],
    ),
  );
  return compileWithout(new Set(), apiId, valid, tolerance);
}

function compileWithout(
  refused: ReadonlySet<PropertyBag>,
  apiId: string,
  bags: readonly PropertyBag[],
  tolerance: Tolerance,
): Models {
  return tolerance.attempt(
    WITHOUT_MODEL,
    () =>
      compileModels(
        apiId,
        bags.filter((bag) => !refused.has(bag)),
      ),
    (fault) =>
      fault instanceof ModelFault && !refused.has(fault.bag)
        ? compileWithout(new Set([...refused, fault.bag]), apiId, bags, tolerance)
        : compileModels(apiId, []),
  );
}

/**
 * Compiles the models of an API.
 * @throws DefinitionError for a name, schema or reference that AWS refuses, in AWS's words if they are known
 */
export function compileModels(apiId: string, bags: readonly PropertyBag[]): Models {
  const byName = new Map<string, PropertyBag>();
  const nameById = new Map<string, string>();
  for (const bag of bags) {
    const name = readText(bag, 'Name', bag.id);
    if (name === '') throw new ModelFault(bag, 'Name', 'Model name must be non-empty');
    if (!NAME.test(name)) throw new ModelFault(bag, 'Name', `Model name must be alphanumeric: ${name}`);
    if (byName.has(name)) throw new ModelFault(bag, 'Name', MODEL_EXISTS);
    byName.set(name, bag);
    nameById.set(bag.id, name);
  }
  const schemas = new Map(BUILT_IN);
  for (const [name, bag] of byName) schemas.set(name, readSchema(bag));
  const refusing = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SchemaRefusal)) throw error;
      const bag = byName.get(String(error.cause));
      const message = `Invalid model specified: Validation Result: warnings : [], errors : [${error.message}]`;
      throw bag === undefined
        ? new DefinitionError({ file: '' }, message)
        : new ModelFault(bag, placeIn(bag, error.path), message);
    }
  };
  // An API without models of its own has no cost, because ajv is set up only when a built-in model is checked.
  let set = bags.length === 0 ? undefined : refusing(() => new SchemaSet(apiId, schemas));
  return {
    nameOf: (reference) => (schemas.has(reference) ? reference : nameById.get(reference)),
    schemaOf: (name) => schemas.get(name),
    check: (name) => refusing(() => (set ??= new SchemaSet(apiId, schemas)).check(name)),
  };
}

/** Returns the property of the refused member; a schema that is JSON text has no members in the template. */
function placeIn({ properties: { Schema: schema } }: PropertyBag, path: readonly string[]): string {
  return isJsonObject(schema) ? ['Schema', ...path].join('.') : 'Schema';
}

/** Reads a schema that is an object, or its JSON text. */
function readSchema(bag: PropertyBag): JsonObject {
  let schema = bag.properties['Schema'];
  if (schema === undefined || schema === null || schema === '')
    throw new ModelFault(bag, 'Schema', NO_PROPERTIES);
  if (typeof schema === 'string') {
    try {
      schema = JSON.parse(schema) as unknown;
    } catch {
      schema = undefined;
    }
  }
  if (!isJsonObject(schema))
    throw new ModelFault(
      bag,
      'Schema',
      'Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]',
    );
  if (Buffer.byteLength(JSON.stringify(schema)) > MAX_SCHEMA_BYTES)
    throw new ModelFault(
      bag,
      'Schema',
      `The schema of a model can have at most ${MAX_SCHEMA_BYTES} bytes, not ${Buffer.byteLength(JSON.stringify(schema))}`,
    );
  return schema;
}
