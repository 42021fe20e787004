/**
 * Stores the state of one SAM expansion: the generated resources, `Globals`, and the routes that functions add to APIs.
 */
import { DefinitionError, refusalWithRemedy, REFUSING } from '../../core/errors.ts';
import { APIS_ADDED_BY_SAM } from '../../core/stack/source-format.ts';
import type { RuleId } from '../../core/deployability/rules.ts';
import type { Tolerance } from '../../core/errors.ts';
import { asText, isJsonList, isJsonObject, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Finding } from '../raw-stack.ts';
import { findRefusedGlobals } from './sam-globals.ts';
import { SHARED, makeStageId } from './sam-ids.ts';
import { findOrigin } from './sam-places.ts';
import { findNamed, namedIn } from './sam-named-paths.ts';
import type { Path, SourceTree } from '../cloudformation/template-source.ts';

export type ApiKind = 'rest' | 'http';

/** A route that an event of a function or state machine adds to an API. */
export type SamRoute = {
  readonly ownerId: string;
  readonly eventName: string;
  readonly path: string;
  readonly method: string;
  readonly properties: JsonObject;
  readonly target: RouteTarget;
  readonly fault?: DefinitionError;
};

export type RouteTarget =
  | {
      readonly kind: 'function';
      readonly arn: Json;
      readonly name: Json;
    }
  | { readonly kind: 'state-machine'; readonly machineId: string; readonly roleArn: Json };

export type SamApi = {
  readonly kind: ApiKind;
  readonly logicalId: string;
  readonly properties: JsonObject;
  readonly routes: SamRoute[];
};

/**
 * A change to another resource. It is applied at the end, because the template may declare the resource after the
 * function.
 */
export type SamChange = {
  readonly ownerId: string;
  readonly eventName: string;
  readonly resourceId: string;
  readonly type: string;
  readonly change: (properties: JsonObject) => JsonObject;
};

const IMPLICIT: Readonly<Record<ApiKind, { logicalId: string; properties: JsonObject }>> = {
  rest: { logicalId: APIS_ADDED_BY_SAM.rest, properties: { StageName: 'Prod' } },
  http: { logicalId: APIS_ADDED_BY_SAM.http, properties: {} },
};

const INHERITED = ['DependsOn', 'DeletionPolicy', 'UpdateReplacePolicy', 'Metadata'];

export class SamExpansion {
  readonly resources = new Map<string, Json>();
  readonly origins = new Map<string, string>();
  readonly findings: Finding[] = [];
  readonly omitted = new Map<string, DefinitionError>();
  readonly conditions = new Map<string, Json>();
  readonly references = new Map<string, string>();
  readonly foreign: { readonly kind: ApiKind; readonly apiId: string; readonly route: SamRoute }[] = [];
  readonly changes: SamChange[] = [];
  readonly #implicitConditions = new Map<string, string>();
  /** Places in the template. The key consists of the logical id of an API and of a path into its document. */
  readonly #documentPlaces = new Map<string, Path>();
  /** The events of notifications. The key is the JSON of the logical id of the bucket and the index. */
  readonly #notificationPlaces = new Map<string, Path>();
  readonly #tree: SourceTree;
  readonly #template: JsonObject;
  readonly #globals: JsonObject;
  readonly #apis = new Map<string, SamApi>();
  readonly #routes: { readonly kind: ApiKind; readonly apiId: string; readonly route: SamRoute }[] = [];

  readonly #tolerance: Tolerance;

  constructor(tree: SourceTree, template: JsonObject, tolerance: Tolerance = REFUSING) {
    this.#tolerance = tolerance;
    this.#tree = tree;
    this.#template = template;
    this.#globals = this.#member(['Globals']);
  }

  /**
   * Returns the result of `make`. If `make` fails, everything that it has created is dropped, because an incomplete API
   * may lack its guards. The result of `instead` is then returned.
   */
  attempt<T>(consequence: string, make: () => T, instead: (error: DefinitionError) => T): T {
    const maps = [this.resources, this.origins, this.conditions, this.references];
    const before = maps.map((map) => [...map]);
    const lists = [this.findings, this.#routes, this.foreign, this.changes];
    const lengths = lists.map(({ length }) => length);
    return this.#tolerance.attempt(consequence, make, (error) => {
      for (const [index, map] of maps.entries()) refill(map, before[index] ?? []);
      for (const [index, list] of lists.entries()) list.length = lengths[index] ?? 0;
      return instead(error);
    });
  }

  copy(logicalId: string, resource: Json): void {
    this.resources.set(logicalId, resource);
  }

  /**
   * @param condition the condition of the new resource; null means no condition. The default is the condition of
   * `origin`
   */
  make(
    origin: string,
    logicalId: string,
    type: string,
    properties: JsonObject,
    condition: Json | undefined = this.conditionOf(origin),
  ): void {
    if (this.#isTaken(origin, logicalId, type))
      this.fail(
        origin,
        `Transforming resource with id [${origin}] attempts to create a new resource with id [${logicalId}] and type "${type}". A resource with that id already exists within this template.`,
        undefined,
        this.has(logicalId) ? ['Resources', logicalId] : undefined,
      );
    if (!/^[A-Za-z0-9]+$/.test(logicalId))
      this.fail(origin, `generates ${logicalId}: Logical ids must be alphanumeric.`);
    const inherited = logicalId === origin ? pick(this.#member(['Resources', origin]), INHERITED) : {};
    this.resources.set(logicalId, {
      Type: type,
      ...inherited,
      ...present({ Condition: condition ?? undefined }),
      Properties: properties,
    });
    if (logicalId !== origin) this.origins.set(logicalId, this.origins.get(origin) ?? origin);
  }

  /** Whether the template, or another resource of SAM, has a resource with the id that SAM generates. */
  #isTaken(origin: string, logicalId: string, type: string): boolean {
    const isDeclared = logicalId !== origin && this.has(logicalId);
    const isShared = SHARED.has(type) && this.#member(['Resources', logicalId])['Type'] === type;
    return isDeclared ? !isShared : this.resources.has(logicalId);
  }

  /**
   * Returns the name of a condition that is true if `one` or `other` is true. If a condition with this name exists,
   * `other` is added to it.
   */
  eitherOf(name: string, one: string, other: string): string {
    const known = this.conditions.get(name) ?? { Condition: one };
    if (one !== name || !JSON.stringify(known).includes(JSON.stringify(other)))
      this.conditions.set(name, { 'Fn::Or': [known, { Condition: other }] });
    return name;
  }

  has(logicalId: string): boolean {
    return Object.keys(this.#member(['Resources', logicalId])).length > 0;
  }

  /** Returns the properties of a resource, with the values of parameters. */
  propertiesOf(logicalId: string): JsonObject {
    return this.#member(['Resources', logicalId, 'Properties']);
  }

  conditionOf(logicalId: string): string | undefined {
    return asText(
      this.#implicitConditions.get(logicalId) ?? this.#member(['Resources', logicalId])['Condition'],
    );
  }

  placeMethod(apiId: string, path: string, key: string, route: SamRoute): void {
    const event = ['Resources', route.ownerId, 'Properties', 'Events', route.eventName];
    this.#documentPlaces.set(JSON.stringify([apiId, path, key]), event);
  }

  /**
   * @param property the path of the part of the event's properties that has the fault
   * @throws DefinitionError for an event
   */
  failAtEvent({ ownerId, eventName }: SamRoute, property: readonly string[], message: string): never {
    const event = ['Resources', ownerId, 'Properties', 'Events', eventName, 'Properties'];
    return this.fail(ownerId, `event ${eventName}: ${message}`, undefined, [...event, ...property]);
  }

  /** @throws DefinitionError for a route that another event, or the document of the API, has already */
  failTwice(apiId: string, key: string, route: SamRoute): never {
    const [, owner, , , event] = this.#documentPlaces.get(JSON.stringify([apiId, route.path, key])) ?? [];
    const other =
      event === undefined ? 'in the definition of the API' : `by event ${event} of ${owner ?? ''}`;
    const message = `${route.method} ${route.path} is defined twice (also ${other})`;
    return this.failAtEvent(route, ['Path'], message);
  }

  /** Records the event from which a bucket's notification is generated. */
  placeNotification(bucketId: string, index: number, event: { ownerId: string; eventName: string }): void {
    const place = ['Resources', event.ownerId, 'Properties', 'Events', event.eventName];
    this.#notificationPlaces.set(JSON.stringify([bucketId, String(index)]), place);
  }

  /** Returns the location in the SAM template for a path into the converted template. */
  originOf(path: Path): Path {
    return findOrigin(path, {
      origins: this.origins,
      documentPlaces: this.#documentPlaces,
      notificationPlaces: this.#notificationPlaces,
      resources: this.resources,
      memberAt: (at) => this.#member(at),
    });
  }

  /**
   * Combines the properties of a SAM resource with its `Globals` section. Mappings are merged, and lists are
   * concatenated.
   */
  properties(section: string, resource: JsonObject): JsonObject {
    const own = mapOf(resource, 'Properties');
    const ignored = resource['IgnoreGlobals'];
    if (ignored === '*') return own;
    const left = isJsonList(ignored) ? ignored : [];
    const globals = Object.entries(this.globalsOf(section)).filter(([name]) => !left.includes(name));
    return membersOf(merge(Object.fromEntries(globals), own));
  }

  globalsOf(section: string): JsonObject {
    return membersOf(this.#globals[section]);
  }

  declareApi(kind: ApiKind, logicalId: string, resource: JsonObject): void {
    const properties = this.properties(kind === 'rest' ? 'Api' : 'HttpApi', resource);
    this.#apis.set(logicalId, { kind, logicalId, properties, routes: [] });
  }

  addEvent(
    kind: ApiKind,
    ownerId: string,
    eventName: string,
    event: Json,
    target: RouteTarget,
    fault?: DefinitionError,
  ): void {
    const declared = membersOf(event)['Properties'];
    const properties = membersOf(declared);
    const { Path: path, Method: method } = properties;
    const isCatchAll = kind === 'http' && path === undefined && method === undefined;
    if (!isCatchAll && (typeof path !== 'string' || typeof method !== 'string'))
      return this.fail(ownerId, `event ${eventName}: Path and Method must both be strings`);
    this.addRoute(kind, properties[kind === 'rest' ? 'RestApiId' : 'ApiId'], {
      ownerId,
      eventName,
      properties,
      target,
      ...(fault && { fault }),
      path: typeof path === 'string' ? path : '$default',
      method:
        typeof method === 'string'
          ? method.toUpperCase().replace(/^X-AMAZON-APIGATEWAY-ANY-METHOD$/, 'ANY')
          : 'ANY',
    });
  }

  /** Adds a route. If the route does not name an API, it belongs to the implicit API. */
  addRoute(kind: ApiKind, api: Json | undefined, route: SamRoute): void {
    const named = isJsonObject(api) ? api['Ref'] : api;
    if (named !== undefined && (typeof named !== 'string' || !this.#isApi(named))) {
      // If SAM does not generate the API, only the permission is added.
      if (typeof named === 'string' && this.has(named))
        return void this.foreign.push({ kind, apiId: named, route });
      if (isJsonObject(api) && (typeof named !== 'string' || this.#isDeclared(named))) return;
      const type = kind === 'rest' ? 'AWS::Serverless::Api' : 'AWS::Serverless::HttpApi';
      this.fail(
        route.ownerId,
        `event ${route.eventName}: ${JSON.stringify(named)} is not an ${type} of this template`,
      );
    }
    this.#routes.push({ kind, apiId: named ?? IMPLICIT[kind].logicalId, route });
  }

  #isApi(logicalId: string): boolean {
    const type = this.#member(['Resources', logicalId])['Type'];
    const isImplicit = Object.values(IMPLICIT).some((implicit) => implicit.logicalId === logicalId);
    return isImplicit || type === 'AWS::Serverless::Api' || type === 'AWS::Serverless::HttpApi';
  }

  #isDeclared(parameter: string): boolean {
    return Object.keys(this.#member(['Parameters', parameter])).length > 0;
  }

  apis(): readonly SamApi[] {
    for (const { kind, apiId, route } of this.#routes) {
      if (apiId === IMPLICIT[kind].logicalId && !this.#apis.has(apiId)) {
        this.declareApi(kind, apiId, { Properties: IMPLICIT[kind].properties });
        this.origins.set(apiId, route.ownerId);
      }
      const api = this.#apis.get(apiId);
      const type = kind === 'rest' ? 'AWS::Serverless::Api' : 'AWS::Serverless::HttpApi';
      this.attempt(
        'the event creates no route',
        () => {
          if (api?.kind !== kind)
            this.fail(route.ownerId, `event ${route.eventName}: ${apiId} is not an ${type} of this template`);
          api.routes.push(route);
        },
        () => undefined,
      );
    }
    for (const { logicalId, routes } of this.#apis.values())
      if (!this.has(logicalId)) this.#conditionImplicit(logicalId, routes);
    return [...this.#apis.values()];
  }

  #conditionImplicit(apiId: string, routes: readonly SamRoute[]): void {
    const names = new Set(routes.map(({ ownerId }) => this.conditionOf(ownerId)));
    const [first] = names;
    if (first === undefined || names.has(undefined)) return;
    const name = names.size === 1 ? first : `${apiId}Condition`;
    if (names.size > 1) this.conditions.set(name, anyOf([...names].flatMap((each) => each ?? [])));
    this.#implicitConditions.set(apiId, name);
  }

  reportUnknown(logicalId: string, type: string, properties: JsonObject, known: readonly string[]): void {
    for (const name of Object.keys(properties)) {
      if (!known.includes(name)) this.report(logicalId, type, name, 'this property is not applied');
    }
  }

  report(logicalId: string, type: string, property: string, consequence: string): void {
    this.findings.push({ logicalId, type, property, consequence });
  }

  /** @throws DefinitionError in SAM's words (aws-samples/aws-cognito-apigw-angular-auth#4) */
  refuseTwoDefinitions(logicalId: string, properties: JsonObject): void {
    if (properties['DefinitionUri'] !== undefined && properties['DefinitionBody'] !== undefined)
      this.fail(logicalId, "Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.");
  }

  /** @param at the part that has the fault; absent means the part that the message names */
  fail(logicalId: string, message: string, rule?: RuleId, at?: Path): never {
    const line = this.#tree.lineOf(at ?? this.#placeOf(logicalId, message));
    throw new DefinitionError(
      { file: this.#tree.file, line, logicalId: at?.[1] ?? logicalId },
      message,
      [],
      rule,
    );
  }

  /**
   * Reports the parts of the section Globals that SAM refuses.
   * @throws DefinitionError if errors are not tolerated
   */
  refuseGlobals(): void {
    for (const { at, message, remedy } of findRefusedGlobals(this.#globals))
      this.#tolerance.note(
        refusalWithRemedy({ file: this.#tree.file, line: this.#tree.lineOf(at) }, message, remedy),
        'the gateway ignores this part of the template',
      );
  }

  /**
   * Returns the properties of a resource as the template has them, without the values of parameters and Globals; empty
   * for a resource that SAM generates or replaces.
   */
  writtenOf(logicalId: string): JsonObject {
    if (!this.has(logicalId)) return {};
    return mapOf(mapOf(mapOf(this.#tree.value, 'Resources'), logicalId), 'Properties');
  }

  /**
   * Reports a part of a resource that AWS refuses.
   * @param within the members of the resource that contain `property`
   * @throws DefinitionError if errors are not tolerated
   */
  refuse(
    logicalId: string,
    property: Path,
    message: string,
    remedy: string,
    within: Path = ['Properties'],
  ): void {
    const line = this.#tree.lineOf(['Resources', logicalId, ...within, ...property]);
    const error = refusalWithRemedy({ file: this.#tree.file, line, logicalId }, message, remedy);
    this.#tolerance.note(error, 'the resource is served without this part');
  }

  /** Returns the location that a message is about: the property, or the member of the event, that the message names. */
  #placeOf(logicalId: string, message: string): Path {
    const at = ['Resources', logicalId];
    const [, event, words = ''] = /^event (\w+): (.*)/s.exec(message) ?? [];
    if (event === undefined) {
      const kind = textOf(this.#member(at), 'Type').replace(/^AWS::Serverless::/, '');
      return (
        namedIn(this.writtenOf(logicalId), [...at, 'Properties'], message) ??
        namedIn(this.#member(['Globals', kind]), ['Globals', kind], message) ??
        at
      );
    }
    const ofEvent = [...at, 'Properties', 'Events', event];
    const properties = this.#member([...ofEvent, 'Properties']);
    const named = new Set(words.match(/\w+/g));
    return [...ofEvent, ...(findNamed(properties, ['Properties'], named) ?? [])];
  }

  /**
   * Returns the logical id of an API's stage. SAM reads the name before parameters are resolved: a name that an
   * intrinsic function computes is not part of the id, even if the parameter has a default.
   */
  stageIdOf(apiId: string, stageName: Json): string {
    return makeStageId(apiId, this.#written(apiId, 'StageName') ?? stageName);
  }

  /** Returns the property of an API as the template has it, before SAM or CloudFormation resolves anything in it. */
  #written(apiId: string, property: string): Json | undefined {
    return this.writtenOf(apiId)[property];
  }

  /**
   * Returns the stage name that SAM uses for the events and the policy of a REST API. If an intrinsic function computes
   * the name, SAM uses `Stage`.
   */
  stageOfEvents(apiId: string): string {
    const isImplicit = apiId === IMPLICIT.rest.logicalId && !this.has(apiId);
    const stage = isImplicit ? IMPLICIT.rest.properties['StageName'] : this.#written(apiId, 'StageName');
    return typeof stage === 'string' ? stage : 'Stage';
  }

  /**
   * Returns the name of an API's domain from which SAM derives the logical id. SAM replaces parameters within an
   * intrinsic function, but does not evaluate the function.
   */
  domainNameOf(apiId: string, name: Json): Json {
    const written = membersOf(this.#written(apiId, 'Domain'))['DomainName'];
    return isJsonObject(written) && Object.hasOwn(written, 'Fn::Sub') && typeof name === 'string'
      ? { 'Fn::Sub': name }
      : name;
  }

  #member(path: readonly string[]): JsonObject {
    let found: Json | undefined = this.#template;
    for (const key of path) found = membersOf(found)[key];
    return membersOf(found);
  }
}

function refill<V>(map: Map<string, V>, entries: readonly (readonly [string, V])[]): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}

/** Combines conditions with `Fn::Or`, which accepts at most ten conditions. */
function anyOf(names: readonly string[]): Json {
  const conditions = names.map((name): Json => ({ Condition: name }));
  if (conditions.length <= 10) return { 'Fn::Or': conditions };
  return { 'Fn::Or': [...conditions.slice(0, 9), anyOf(names.slice(9))] };
}

function merge(base: Json, over: Json): Json {
  if (isJsonList(base) && isJsonList(over)) return [...base, ...over];
  if (!isJsonObject(base) || !isJsonObject(over) || isFunctionCall(base) || isFunctionCall(over)) return over;
  const names = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  const entries = names.map((name) => {
    const [low, high] = [base[name], over[name]];
    return [name, low === undefined ? (high ?? null) : high === undefined ? low : merge(low, high)] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * Whether a mapping is a function call such as `{ Ref: … }` or `{ "Fn::…": … }`. A function call counts as one value
 * and is not merged.
 */
function isFunctionCall(value: JsonObject): boolean {
  const [name = '', ...others] = Object.keys(value);
  return others.length === 0 && (name === 'Ref' || name === 'Condition' || name.startsWith('Fn::'));
}

export function present(properties: Readonly<Record<string, Json | undefined>>): JsonObject {
  const entries = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

export function pick(properties: JsonObject, names: readonly string[]): JsonObject {
  return present(Object.fromEntries(names.map((name) => [name, properties[name]])));
}

/** Returns `arn:…:lambda:path/2015-03-31/functions/{arn}/invocations` for a function ARN in any form. */
export function invocationUri(functionArn: Json): Json {
  const text =
    'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FunctionArn}/invocations';
  return { 'Fn::Sub': [text, { FunctionArn: functionArn }] };
}

export function streamingUri(functionArn: Json): Json {
  const text =
    'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2021-11-15/functions/${FunctionArn}/response-streaming-invocations';
  return { 'Fn::Sub': [text, { FunctionArn: functionArn }] };
}

/**
 * Returns a permission for one API to invoke a function. `scope` follows the API's id in the source ARN.
 * @param api the logical id of the API, or a string that is used as it is
 */
export function permission(
  functionName: Json,
  api: string | { readonly text: string },
  scope: string,
): JsonObject {
  const id = typeof api === 'string' ? `\${${api}}` : api.text;
  const source = `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:${id}/${scope}`;
  return {
    Action: 'lambda:InvokeFunction',
    FunctionName: functionName,
    Principal: 'apigateway.amazonaws.com',
    SourceArn: { 'Fn::Sub': source },
  };
}
