/**
 * Reads the OpenAPI document of a `Body`, which may be any JSON. Everything is read by path, so that messages can name
 * the location. Parts that AWS does not read are reported.
 */
import { unescapePointer } from '@gatewright/aws/json-pointer';
import { DefinitionError } from '../../core/errors.ts';
import { isJsonList, isJsonObject, isTrue, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../core/stack/model.ts';
import type { Finding } from '../raw-stack.ts';

type OpenApiVersion = '2.0' | '3.0';

/** Keys from the root of the document: `['paths', '/pets', 'get']`. */
export type DocumentPath = readonly string[];

export type Found = { readonly value: JsonObject; readonly at: DocumentPath };

export type Operation = {
  /** The path with the base path of the import: `/v1/pets/{id}`. */
  readonly path: string;
  /** The method in upper case; `ANY` for `x-amazon-apigateway-any-method`. */
  readonly method: string;
  readonly value: JsonObject;
  readonly at: DocumentPath;
  /**
   * The parameters of the operation, including the parameters of the path that the operation does not override. A
   * parameter overrides another that has the same name and location.
   */
  readonly parameters: readonly Found[];
};

const VERBS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
const ANY = 'x-amazon-apigateway-any-method';
/** The members of a path that are not methods. */
export const NO_ROUTE = ['parameters', 'summary', 'description', 'servers', '$ref'];
const MAX_REFERENCES = 20;
/** The ways in which an import can treat the path of the server. */
const BASE_PATHS = ['ignore', 'prepend', 'split'];

export class OpenApiDocument {
  readonly root: JsonObject;
  readonly version: OpenApiVersion;
  readonly api: ResolvedResource;
  readonly findings: Finding[] = [];

  /**
   * Opens a document.
   * @throws DefinitionError unless the document is OpenAPI 2.0 or 3.0
   */
  constructor(api: ResolvedResource, root: JsonObject) {
    this.api = api;
    this.root = root;
    const written = root['swagger'] ?? root['openapi'];
    const version = typeof written === 'object' ? '' : String(written);
    const isSwagger = root['swagger'] !== undefined;
    const form = isSwagger ? /^2(?:\.0)?$/ : /^3(?:\.0(?:\.\d+)?)?$/;
    if (!form.test(version))
      throw new DefinitionError(
        api.place(isSwagger ? 'Body.swagger' : 'Body.openapi'),
        `Invalid OpenAPI input. API Gateway imports swagger 2.0 and openapi 3.0, not ${JSON.stringify(version)}`,
      );
    this.version = isSwagger ? '2.0' : '3.0';
  }

  section(kind: 'models' | 'securitySchemes'): Found {
    const at = {
      models: { '2.0': ['definitions'], '3.0': ['components', 'schemas'] },
      securitySchemes: { '2.0': ['securityDefinitions'], '3.0': ['components', 'securitySchemes'] },
    }[kind][this.version];
    return this.object(at) ?? { value: {}, at };
  }

  operations(basePath: string): readonly Operation[] {
    const paths = this.object(['paths']);
    if (paths === undefined) return this.fail(['paths'], 'Invalid OpenAPI input. The document has no paths');
    return Object.keys(paths.value).flatMap((path) => {
      if (path.startsWith('x-')) {
        this.report([...paths.at, path]);
        return [];
      }
      // `$default` is SAM's name for the catch-all route of an HTTP API. AWS's own export writes `/$default`.
      if (path === '$default' && this.api.type === 'AWS::ApiGatewayV2::Api')
        return this.#operationsOf(path, joinPath(basePath, '/$default'));
      if (!path.startsWith('/'))
        return this.fail(
          [...paths.at, path],
          `Invalid OpenAPI input. The path "${path}" must begin with a slash`,
        );
      return this.#operationsOf(path, joinPath(basePath, path));
    });
  }

  #operationsOf(written: string, path: string): readonly Operation[] {
    const item = this.require(['paths', written]);
    const shared = this.list([...item.at, 'parameters']);
    return Object.keys(item.value).flatMap((key) => {
      const at = [...item.at, key];
      if (key !== ANY && !VERBS.includes(key)) {
        if (!NO_ROUTE.includes(key) && !key.startsWith('x-')) this.report(at);
        return [];
      }
      const operation = this.require(at);
      const own = this.list([...operation.at, 'parameters']);
      const isOwn = ({ value }: Found): boolean =>
        own.some((other) => other.value['name'] === value['name'] && other.value['in'] === value['in']);
      return {
        path,
        method: key === ANY ? 'ANY' : key.toUpperCase(),
        ...operation,
        parameters: [...shared.filter((parameter) => !isOwn(parameter)), ...own],
      };
    });
  }

  /** Returns the path that an import puts before all other paths, according to its `basepath` parameter. */
  basePath(mode: Json | undefined, property: string): string {
    if (mode === undefined) return '';
    if (typeof mode !== 'string' || !BASE_PATHS.includes(mode.toLowerCase()))
      throw new DefinitionError(
        this.api.place(property),
        `Invalid basepath ${JSON.stringify(mode)}. Use ${BASE_PATHS.join(', ')}`,
      );
    const parts = (this.version === '2.0' ? this.#swaggerBase() : this.#serverBase())
      .split('/')
      .filter((part) => part !== '');
    if (mode.toLowerCase() === 'ignore') return '';
    // With `split`, the first part is not used here, because the base path of a custom domain represents it.
    const kept = mode.toLowerCase() === 'split' ? parts.slice(1) : parts;
    return kept.map((part) => `/${part}`).join('');
  }

  #swaggerBase(): string {
    const base = this.root['basePath'];
    return typeof base === 'string' ? base : '';
  }

  /**
   * Returns the path of the first server. Its variables have their default values, for example the `basePath` that AWS
   * exports.
   */
  #serverBase(): string {
    const [server] = this.#servers();
    const url = server?.value['url'];
    if (server === undefined || typeof url !== 'string') return '';
    const variables = mapOf(server.value, 'variables');
    const filled = url.replace(/\{([^{}]*)\}/g, (_text, name: string) => {
      const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
      const value = membersOf(variable)['default'];
      return typeof value === 'string' ? value.replace(/^\//, '') : '';
    });
    return filled.replace(/^[a-z]+:\/\/[^/]*/i, '');
  }

  /**
   * Returns the servers. API Gateway imports a document whose `servers` is not a list, as public examples show
   * (aws-samples/serverless-patterns, apigw-mappingtemplate-lambda).
   */
  #servers(): readonly Found[] {
    return isJsonList(this.root['servers']) ? this.list(['servers']) : [];
  }

  /**
   * Returns the settings of the API's own endpoint. They are at the root of a Swagger 2.0 document, and in a server of
   * an OpenAPI 3.0 document.
   */
  endpoint(): JsonObject {
    const holders = [{ value: this.root }, ...(this.version === '3.0' ? this.#servers() : [])];
    const found = holders.map(({ value }) => value['x-amazon-apigateway-endpoint-configuration']);
    return found.find(isJsonObject) ?? {};
  }

  /**
   * Returns where the document says whether the API's own endpoint is disabled; the place of the document itself if it
   * does not say so.
   */
  endpointPath(): DocumentPath {
    const within = ['x-amazon-apigateway-endpoint-configuration', 'disableExecuteApiEndpoint'] as const;
    if (this.root[within[0]] !== undefined) return within;
    const index = this.#servers().findIndex(({ value }) => value[within[0]] !== undefined);
    return index === -1 ? [] : ['servers', String(index), ...within];
  }

  /** Returns the object at a path, following references; undefined if it is absent. */
  object(at: DocumentPath): Found | undefined {
    const value = this.#lookUp(at);
    if (value === undefined || value === null) return undefined;
    return this.#follow(value, at, 0);
  }

  require(at: DocumentPath): Found {
    return this.object(at) ?? this.fail(at, 'Invalid OpenAPI input. An object is expected here');
  }

  /** Returns the objects of a list, following references; empty if it is absent. */
  list(at: DocumentPath): readonly Found[] {
    const value = this.#lookUp(at);
    if (value === undefined || value === null) return [];
    if (!isJsonList(value)) return this.fail(at, 'Invalid OpenAPI input. A list is expected here');
    return value.map((_item, index) => this.require([...at, String(index)]));
  }

  text(found: Found, name: string): string | undefined {
    const value = Object.hasOwn(found.value, name) ? found.value[name] : undefined;
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object')
      return this.fail([...found.at, name], `${name} must be a string, not ${JSON.stringify(value)}`);
    return String(value);
  }

  fail(at: DocumentPath, message: string): never {
    throw new DefinitionError(this.place(at), message);
  }

  place(at: DocumentPath): DefinitionError['place'] {
    return this.api.place(['Body', ...at].join('.'));
  }

  /** Reports a part of the document that has no effect in the gateway, although the author expects an effect. */
  report(at: DocumentPath, consequence = 'this part of the document is not applied', warning?: string): void {
    const { logicalId, type } = this.api;
    const property = ['Body', ...at].join('.');
    this.findings.push({ logicalId, type, property, consequence, ...(warning !== undefined && { warning }) });
  }

  /**
   * Reports a part of the document that an import leaves out with a warning.
   * @param warning AWS's words, if they are known
   * @throws DefinitionError if the import fails on warnings
   */
  warn(at: DocumentPath, message: string, warning?: string): void {
    // See aws/aws-sam-cli#2410
    if (isTrue(this.api.properties['FailOnWarnings']))
      this.fail(at, `Warnings found during import: ${warning ?? `${message}. Ignoring.`}`);
    this.report(at, `${message}: on import, AWS leaves this part out with a warning`, warning);
  }

  #follow(value: Json, at: DocumentPath, followed: number): Found {
    if (!isJsonObject(value)) return this.fail(at, 'Invalid OpenAPI input. An object is expected here');
    const reference = Object.hasOwn(value, '$ref') ? value['$ref'] : undefined;
    if (reference === undefined) return { value, at };
    if (typeof reference !== 'string' || !reference.startsWith('#/') || followed > MAX_REFERENCES)
      return this.fail(
        at,
        `Invalid OpenAPI input. The reference ${JSON.stringify(reference)} cannot be resolved`,
      );
    const target = pointerPath(reference);
    const found = this.#lookUp(target);
    if (found === undefined)
      return this.fail(at, `Invalid OpenAPI input. The reference ${reference} cannot be resolved`);
    return this.#follow(found, target, followed + 1);
  }

  #lookUp(at: DocumentPath): Json | undefined {
    let value: Json | undefined = this.root;
    for (const key of at) {
      if (isJsonList(value)) value = value[Number(key)];
      else value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    }
    return value;
  }
}

/** Converts `#/definitions/a~1b` to its keys (RFC 6901). */
export function pointerPath(reference: string): DocumentPath {
  return reference.slice(2).split('/').map(unescapePointer);
}

function joinPath(basePath: string, path: string): string {
  const joined = `${basePath}${path}`;
  return joined.length > 1 && joined.endsWith('/') ? joined.replace(/\/+$/, '') || '/' : joined;
}
