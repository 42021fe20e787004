/** The state of one SAM expansion: what is made so far, globals, and the routes that functions ask of APIs. */
import { DefinitionError } from '../errors.ts';
import type { Json, JsonObject } from './model.ts';
import type { Finding } from './raw-stack.ts';
import { isJsonList, isJsonObject } from './template-source.ts';
import type { SourceTree } from './template-source.ts';

export type ApiKind = 'rest' | 'http';

/** One Api or HttpApi event of a function. */
export type SamRoute = {
  readonly functionId: string;
  readonly eventName: string;
  readonly path: string;
  /** Upper case; `ANY` for any. */
  readonly method: string;
  readonly properties: JsonObject;
};

export type SamApi = {
  readonly kind: ApiKind;
  readonly logicalId: string;
  readonly properties: JsonObject;
  readonly routes: SamRoute[];
};

const IMPLICIT: Readonly<Record<ApiKind, { logicalId: string; properties: JsonObject }>> = {
  rest: { logicalId: 'ServerlessRestApi', properties: { StageName: 'Prod' } },
  http: { logicalId: 'ServerlessHttpApi', properties: {} },
};

/** Members of a resource beside type and properties, which every resource made from it inherits. */
const INHERITED = ['Condition', 'DependsOn', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata'];

export class SamExpansion {
  readonly resources = new Map<string, Json>();
  readonly origins = new Map<string, string>();
  readonly findings: Finding[] = [];
  readonly #tree: SourceTree;
  readonly #globals: JsonObject;
  readonly #apis = new Map<string, SamApi>();
  /** Events of APIs that are declared further down. */
  readonly #routes: { readonly kind: ApiKind; readonly apiId: string; readonly route: SamRoute }[] = [];

  constructor(tree: SourceTree, globals: Json | undefined) {
    this.#tree = tree;
    this.#globals = isJsonObject(globals) ? globals : {};
  }

  copy(logicalId: string, resource: Json): void {
    this.resources.set(logicalId, resource);
  }

  /** Adds a resource made from the SAM resource `origin`, under its condition. */
  make(origin: string, logicalId: string, type: string, properties: JsonObject): void {
    if (this.resources.has(logicalId))
      this.fail(origin, `makes ${logicalId}, which the template has already`);
    const source = this.#member(['Resources', origin]);
    const kept = logicalId === origin ? INHERITED : ['Condition'];
    const inherited = Object.entries(source).filter(([name]) => kept.includes(name));
    this.resources.set(logicalId, { Type: type, ...Object.fromEntries(inherited), Properties: properties });
    if (logicalId !== origin) this.origins.set(logicalId, origin);
  }

  /** Properties of a SAM resource over those of its `Globals` section: mappings merge, lists follow each other. */
  properties(section: string, resource: JsonObject): JsonObject {
    const own = isJsonObject(resource['Properties']) ? resource['Properties'] : {};
    const globals = this.#globals[section];
    const merged = isJsonObject(globals) ? merge(globals, own) : own;
    return isJsonObject(merged) ? merged : {};
  }

  declareApi(kind: ApiKind, logicalId: string, resource: JsonObject): void {
    const properties = this.properties(kind === 'rest' ? 'Api' : 'HttpApi', resource);
    this.#apis.set(logicalId, { kind, logicalId, properties, routes: [] });
  }

  /** Notes a route; without an API of its own it goes to the implicit one. */
  addRoute(kind: ApiKind, api: Json | undefined, route: SamRoute): void {
    const named = isJsonObject(api) ? api['Ref'] : api;
    if (named !== undefined && typeof named !== 'string') {
      this.fail(
        route.functionId,
        `event ${route.eventName}: its API must be a Ref to an API of this template`,
      );
    }
    this.#routes.push({ kind, apiId: named ?? IMPLICIT[kind].logicalId, route });
  }

  /** Every API with its routes, the implicit ones last. */
  apis(): readonly SamApi[] {
    for (const { kind, apiId, route } of this.#routes) {
      if (apiId === IMPLICIT[kind].logicalId && !this.#apis.has(apiId)) {
        this.declareApi(kind, apiId, { Properties: IMPLICIT[kind].properties });
        this.origins.set(apiId, route.functionId);
      }
      const api = this.#apis.get(apiId);
      if (api?.kind !== kind) {
        const type = kind === 'rest' ? 'AWS::Serverless::Api' : 'AWS::Serverless::HttpApi';
        this.fail(route.functionId, `event ${route.eventName}: ${apiId} is no ${type} of this template`);
      } else api.routes.push(route);
    }
    return [...this.#apis.values()];
  }

  /** Reports every property that is in none of the lists. */
  reportUnknown(logicalId: string, type: string, properties: JsonObject, known: readonly string[]): void {
    for (const name of Object.keys(properties)) {
      if (!known.includes(name)) this.report(logicalId, type, name, 'this property is not applied');
    }
  }

  report(logicalId: string, type: string, property: string, consequence: string): void {
    this.findings.push({ logicalId, type, property, consequence });
  }

  fail(logicalId: string, message: string): never {
    const line = this.#tree.lineOf(['Resources', logicalId]);
    throw new DefinitionError({ file: this.#tree.file, line, logicalId }, message);
  }

  #member(path: readonly string[]): JsonObject {
    let found: Json | undefined = this.#tree.value;
    for (const key of path) found = isJsonObject(found) ? found[key] : undefined;
    return isJsonObject(found) ? found : {};
  }
}

function merge(base: Json, over: Json): Json {
  if (isJsonList(base) && isJsonList(over)) return [...base, ...over];
  if (!isJsonObject(base) || !isJsonObject(over)) return over;
  const names = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  const entries = names.map((name) => {
    const [low, high] = [base[name], over[name]];
    return [name, low === undefined ? (high ?? null) : high === undefined ? low : merge(low, high)] as const;
  });
  return Object.fromEntries(entries);
}

/** The properties that have a value, for building a resource. */
export function present(properties: Readonly<Record<string, Json | undefined>>): JsonObject {
  const entries = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

/** These properties under their own names, where they are written. */
export function pick(properties: JsonObject, names: readonly string[]): JsonObject {
  return present(Object.fromEntries(names.map((name) => [name, properties[name]])));
}

/** `arn:…:lambda:path/2015-03-31/functions/{arn}/invocations` for a function ARN in any form. */
export function invocationUri(functionArn: Json): Json {
  const text =
    'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FunctionArn}/invocations';
  return { 'Fn::Sub': [text, { FunctionArn: functionArn }] };
}

/** The URI of a function whose response is streamed. */
export function streamingUri(functionArn: Json): Json {
  const text =
    'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2021-11-15/functions/${FunctionArn}/response-streaming-invocations';
  return { 'Fn::Sub': [text, { FunctionArn: functionArn }] };
}

/** Lets one API invoke a function; `scope` is what follows the API's id in the source ARN. */
export function permission(functionName: Json, apiId: string, scope: string): JsonObject {
  const source = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${apiId}}/${scope}`;
  return {
    Action: 'lambda:InvokeFunction',
    FunctionName: functionName,
    Principal: 'apigateway.amazonaws.com',
    SourceArn: { 'Fn::Sub': source },
  };
}

/** Letters and digits of any text, as a part of a logical id: `/users/{id}` → `UsersId`. */
export function idPart(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
