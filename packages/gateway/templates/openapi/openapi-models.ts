/** Converts the schemas of an OpenAPI document to models of the API, as an import does (docs/aws §6). */
import { escapePointer } from '@gatewright/aws/json-pointer';
import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { pointerPath } from './openapi-document.ts';
import type { Tolerance } from '../../core/errors.ts';
import type { DocumentPath, OpenApiDocument } from './openapi-document.ts';
import { makeId } from '@gatewright/aws/physical-ids';

type ImportedModel = {
  readonly name: string;
  readonly schema: JsonObject;
  readonly at: DocumentPath;
};

/**
 * The keywords that API Gateway reads from a schema. All other keywords (`example`, `discriminator`, `nullable`…) are
 * dropped.
 */
const ONE = ['additionalItems', 'additionalProperties', 'items', 'not'];
const LIST = ['allOf', 'anyOf', 'oneOf'];
const MAP = ['definitions', 'patternProperties', 'properties'];
const PLAIN = [
  'enum',
  'exclusiveMaximum',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'multipleOf',
  'pattern',
  'required',
  'title',
  'description',
  'type',
  'uniqueItems',
  'format',
  'dependencies',
];
const MAX_DEPTH = 100;

export class ImportedModels {
  readonly #document: OpenApiDocument;
  readonly #models = new Map<string, ImportedModel>();
  readonly #section: DocumentPath;

  /** Reads the models of the document. A model with a fault is left out, because the other models do not need it. */
  constructor(document: OpenApiDocument, tolerance: Tolerance) {
    this.#document = document;
    const section = document.section('models');
    this.#section = section.at;
    for (const name of Object.keys(section.value))
      tolerance.attempt(
        'routes with this model return 500',
        () => this.#add(name, [...section.at, name]),
        () => undefined,
      );
  }

  all(): Iterable<ImportedModel> {
    return this.#models.values();
  }

  /**
   * Returns the name of the model for a schema of the document. It is the referenced model, or a model created for the
   * schema; undefined without a schema, and for a reference that an import leaves out.
   */
  nameOf(schema: Json | undefined, at: DocumentPath): string | undefined {
    if (!isJsonObject(schema)) return undefined;
    const reference = schema['$ref'];
    if (typeof reference === 'string') {
      if (this.#isLeftOut(reference, at)) return undefined;
      const name = this.#namedBy(reference, at);
      if (name !== undefined) return name;
    }
    const name = `MODEL${makeId(6, JSON.stringify(schema))}`;
    if (!this.#models.has(name)) this.#models.set(name, { name, schema: this.#convert(schema, at, 0), at });
    return name;
  }

  knownName(schema: Json | undefined, at: DocumentPath): string | undefined {
    const reference = membersOf(schema)['$ref'];
    return typeof reference === 'string' && !this.#isLeftOut(reference, at)
      ? this.#namedBy(reference, at)
      : undefined;
  }

  /**
   * Whether an operation refers to a model that the document does not have. An import leaves out such a reference with
   * a warning (developer guide, "Errors and warnings from importing your API"). Such a reference is refused only within
   * a model.
   */
  #isLeftOut(reference: string, at: DocumentPath): boolean {
    const path = reference.startsWith('#/') ? pointerPath(reference) : [];
    const name = path[this.#section.length];
    const isModel = name !== undefined && this.#section.every((key, index) => path[index] === key);
    if (!isModel || this.#hasModel(name)) return false;
    this.#document.warn(at, `Reference to model '${name}' not found`);
    return true;
  }

  /**
   * Whether the document defines the model, or the model is Empty or Error, which API Gateway creates with a new API.
   */
  #hasModel(name: string): boolean {
    const isDefault = name === 'Empty' || name === 'Error';
    return isDefault || Object.hasOwn(this.#document.section('models').value, name);
  }

  #add(name: string, at: DocumentPath): void {
    const { value } = this.#document.require(at);
    this.#models.set(name, { name, schema: this.#convert(value, at, 0), at });
  }

  #convert(schema: JsonObject, at: DocumentPath, depth: number): JsonObject {
    if (depth > MAX_DEPTH) return this.#document.fail(at, 'Invalid model schema specified');
    const reference = schema['$ref'];
    if (reference !== undefined) return { $ref: this.#canonical(reference, at) };
    const entries: [string, Json][] = [];
    const inner = (value: Json, path: DocumentPath): Json =>
      isJsonObject(value) ? this.#convert(value, path, depth + 1) : value;
    for (const [keyword, value] of Object.entries(schema)) {
      const path = [...at, keyword];
      if (PLAIN.includes(keyword)) entries.push([keyword, value]);
      else if (ONE.includes(keyword) && isJsonObject(value)) entries.push([keyword, inner(value, path)]);
      else if (ONE.includes(keyword) && !isJsonList(value)) entries.push([keyword, value]);
      else if (isJsonList(value) && [...LIST, ...ONE].includes(keyword))
        entries.push([keyword, value.map((item, index) => inner(item, [...path, String(index)]))]);
      else if (MAP.includes(keyword) && isJsonObject(value)) {
        const members = Object.entries(value).map(
          ([name, item]) => [name, inner(item, [...path, name])] as const,
        );
        entries.push([keyword, Object.fromEntries(members)]);
      }
    }
    return Object.fromEntries(entries);
  }

  #canonical(reference: Json, at: DocumentPath): string {
    if (typeof reference !== 'string')
      return this.#document.fail(at, 'Model reference must be in canonical form');
    const name = this.#namedBy(reference, at);
    const rest = pointerPath(reference).slice(this.#section.length + 1);
    const fragment = rest.length === 0 ? '' : `#/${rest.map(escapePointer).join('/')}`;
    if (name === undefined) return reference;
    const { physicalId } = this.#document.api;
    return `https://apigateway.amazonaws.com/restapis/${physicalId}/models/${name}${fragment}`;
  }

  /**
   * Returns the name in a reference such as `#/definitions/Pet`; undefined for a reference outside the document, which
   * `models.ts` validates later.
   * @throws DefinitionError for any other reference within the document, and for a model that it does not have
   */
  #namedBy(reference: string, at: DocumentPath): string | undefined {
    if (!reference.startsWith('#/')) return undefined;
    const path = pointerPath(reference);
    const isModel = this.#section.every((key, index) => path[index] === key);
    const name = path[this.#section.length];
    if (!isModel || name === undefined)
      return this.#document.fail(
        at,
        `Invalid OpenAPI input. The reference ${reference} does not refer to a model`,
      );
    if (!this.#hasModel(name)) return this.#document.fail(at, `Reference to model '${name}' not found`);
    return name;
  }
}
